"""What is not a reader's own doing is left out: copies, impossible times, machines, bursts, authors at their own works.

Only what clients claim (views, clicks, plays, progress) is suspected of machines. Ratings and purchases are the
platform's own word: they cost access or money.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from infra.trainer.lake.lines import CLAIMED, WorkLine
from infra.trainer.lake.quality import Quality
from infra.trainer.lake.reading import Read

EARLIEST = 631_152_000.0
"""1990: before it nobody clicked."""
SKEW = 86_400.0
"""A lake's day is when an event was recorded; a client's clock may be ahead, but not by more than this."""
DAYS_CLAIMS = 2_000
HOURS_WORKS = 240
"""More claims in a UTC day, or different works in an hour (one each 15 seconds, for an hour), and it is a machine."""
BURST, BURST_SECONDS = 30, 10.0

Authors = Mapping[str, Collection[str]]
"""The authors of works, under their names as readers."""


def clean(events: Iterable[Read], works: Mapping[str, WorkLine], quality: Quality) -> list[Read]:
    """What readers did, in the order of time within each reader."""
    by_reader: dict[str, list[Read]] = defaultdict(list)
    for event in events:
        by_reader[event.line.reader].append(event)
    authors = authors_of(works)
    return [event for reader in sorted(by_reader) for event in clean_one(reader, by_reader[reader], authors, quality)]


def clean_one(reader: str, events: Iterable[Read], authors: Authors, quality: Quality) -> list[Read]:
    """What this reader did, in the order of time; ``events`` are in the order in which the lake holds them."""
    own = _others_works(_possible(_once(events, quality), quality), authors, quality)
    own.sort(key=lambda event: (event.at, event.line.event_id))
    kept = _human(reader, own, quality)
    quality.kept += len(kept)
    quality.kinds.update(event.line.kind for event in kept)
    return kept


def authors_of(works: Mapping[str, WorkLine]) -> Authors:
    """Of those works alone whose authors read."""
    return {work_id: frozenset(work.author_readers) for work_id, work in works.items() if work.author_readers}


def _once(events: Iterable[Read], quality: Quality) -> Iterable[Read]:
    seen: set[str] = set()
    for event in events:
        if event.line.event_id in seen:
            quality.duplicates += 1
        else:
            seen.add(event.line.event_id)
            yield event


def _possible(events: Iterable[Read], quality: Quality) -> Iterable[Read]:
    for event in events:
        if EARLIEST <= event.at < event.end + SKEW:
            yield event
        else:
            quality.impossible_times += 1


def _others_works(events: Iterable[Read], authors: Authors, quality: Quality) -> list[Read]:
    others = []
    for event in events:
        if event.line.reader in authors.get(event.line.work_id, ()):
            quality.self_views += 1
        else:
            others.append(event)
    return others


def _human(reader: str, events: list[Read], quality: Quality) -> list[Read]:
    claims = [event for event in events if event.line.kind in CLAIMED]
    if _is_a_machine(claims):
        quality.bots.append(reader)
        quality.by_bots += len(claims)
        return [event for event in events if event.line.kind not in CLAIMED]
    burst = _in_bursts(claims)
    quality.in_bursts += len(burst)
    return [event for event in events if event.line.event_id not in burst]


def _is_a_machine(claims: list[Read]) -> bool:
    days: dict[int, int] = defaultdict(int)
    hours: dict[int, set[str]] = defaultdict(set)
    for claim in claims:
        days[int(claim.at // 86_400)] += 1
        hours[int(claim.at // 3_600)].add(claim.line.work_id)
    return any(count > DAYS_CLAIMS for count in days.values()) or any(len(met) > HOURS_WORKS for met in hours.values())


def _in_bursts(claims: list[Read]) -> set[str]:
    """The ids of claims that stand among BURST different works within BURST_SECONDS."""
    found: set[str] = set()
    start = 0
    for end, claim in enumerate(claims):
        while claim.at - claims[start].at > BURST_SECONDS:
            start += 1
        window = claims[start : end + 1]
        if len(window) >= BURST and len({each.line.work_id for each in window}) >= BURST:
            found.update(each.line.event_id for each in window)
    return found
