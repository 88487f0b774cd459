"""A stage whose works Amazon Personalize ranks: a lake with enough in it, and all that is set up from it."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise

import msgspec

from chalicelib.core import clock
from chalicelib.lake import bucket, days, packing, works
from chalicelib.lake.erasures import Erasures
from chalicelib.lake.shapes import Event, Work
from infra.personalize import setting_up
from infra.personalize.service import Service
from tests.platform_fixture import Platform

WORKS = [f"W{number:02}" for number in range(40)]
READERS = [f"READER{number:02}" for number in range(40)]


def event(reader: str, work_id: str, kind: str = "view", number: int = 0, **said: object) -> Event:
    at = clock.rfc3339(clock.now() - timedelta(minutes=number))
    more = {"event_id": f"{reader}-{work_id}-{kind}-{number}", "occurred_at": at, "recorded_at": at, **said}
    return msgspec.convert({"reader": reader, "work_id": work_id, "kind": kind, **more}, Event)


def work(work_id: str, *, withdrawn: bool = False) -> Work:
    return Work(
        work_id=work_id,
        title=f"On {work_id}",
        summary="It says much.",
        language="en",
        kind="article",
        subjects=["nutrition", "sleep"],
        authors=["Ada"],
        author_readers=["ADA"],
        published_at="2026-11-20T08:00:00.000Z",
        withdrawn=withdrawn,
    )


def fill_the_lake(events: Iterable[Event], *, withdrawn: Iterable[str] = ()) -> None:
    by_day: dict[str, list[Event]] = {}
    for each in events:
        by_day.setdefault(each.day, []).append(each)
    for day, its in by_day.items():
        days.merge(day, its, Erasures(None, {}))
    lines = (msgspec.json.encode(work(each, withdrawn=each in set(withdrawn))) for each in WORKS)
    bucket.put(works.KEY, packing.pack(lines))


def enough() -> list[Event]:
    """Forty readers, each of whom looked at 26 works in a row: whoever met one most likely met the next."""
    rows = [[WORKS[(first + step) % 40] for step in range(26)] for first in range(40)]
    return [
        event(reader, work_id, number=number)
        for reader, row in zip(READERS, rows, strict=True)
        for number, work_id in enumerate(row)
    ]


def service(platform: Platform, said: list[str] | None = None) -> Service:
    """One that does not wait between two looks."""
    return Service(platform.client("personalize"), (said if said is not None else []).append, pause=0)


def set_up(platform: Platform, said: list[str] | None = None, *, anew: bool = False) -> list[str]:
    return list(setting_up.set_up(service(platform, said), platform.client("iam"), anew=anew))


def statuses(said: list[str], title: str) -> list[str]:
    """Through what the thing went, as a person is told."""
    told = [line.split(": ")[1].partition(",")[0] for line in said if line.startswith(f"{title}:")]
    return [each for each, after in pairwise([*told, ""]) if each != after]
