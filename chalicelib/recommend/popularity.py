"""The first engine: what many do counts, purchases most, and fades by half in a week.

An account counts once a day for each work and kind. That keeps one reader from making a work popular, and makes
counting exact: what was counted is written with the points in one transaction, so that a fact may come as often and
in whatever order it likes.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from chalicelib.catalog.cards import NEWEST, Card
from chalicelib.core import clock, tables
from chalicelib.core.pseudonyms import pseudonym
from chalicelib.core.transactions import all_or_nothing
from chalicelib.recommend import decay, reasons, revisions, works
from chalicelib.recommend.engine import CLAIMED, Heard, Kind, Pick, Reader, Standing
from chalicelib.recommend.models import CountedRow, WorkRow
from chalicelib.recommend.weights import WEIGHTS, kind_of

MOST_A_DAY = 300
KEPT = timedelta(days=30)
"""Longer than a fact can wait in a queue and its dead letters."""

Deed = tuple[str, Kind]


def record(heard: Heard) -> set[str]:
    """Count what is new in it. Answers every work that it names, counted now or before."""
    by_day: dict[str, set[Deed]] = {}
    for event in heard.events:
        if event.work_id and (kind := kind_of(event)):
            by_day.setdefault(event.occurred_at[:10], set()).add((event.work_id, kind))
    for day, deeds in by_day.items():
        _count(heard.account_id, day, deeds)
    return {work_id for deeds in by_day.values() for work_id, _ in deeds}


def recommend(reader: Reader, shelves: dict[str, list[Standing]], limit: int) -> list[Pick]:
    """The hottest of what the reader cares for, taken in turns, then the hottest of all; nothing that they know."""
    seen = set(reader.known)
    picks = []
    cared_for = [[(subject, standing) for standing in shelves.get(subject, [])] for subject in reader.interests]
    everything = [(None, standing) for standing in shelves.get(NEWEST, [])]
    for subject, standing in [*_in_turns(cared_for), *everything]:
        if standing.card.work_id not in seen and not is_own(reader, standing.card):
            seen.add(standing.card.work_id)
            picks.append(Pick(standing.card, reasons.popular(subject)))
    return picks[:limit]


def is_own(reader: Reader, card: Card) -> bool:
    """The reader wrote it."""
    return reader.account_id in (author.author_id for author in card.authors)


@revisions.persistent
def _count(account_id: str, day: str, deeds: set[Deed]) -> None:
    counted = _counted(account_id, day)
    done = set(counted.deeds or ())
    fresh = sorted(deed for deed in deeds if _text(deed) not in done)
    about = sorted({work_id for work_id, _ in fresh})
    rows = dict(zip(about, works.find(about), strict=True))
    taken = [deed for deed in fresh if _counts(rows[deed[0]], deed[1], account_id)][: MOST_A_DAY - len(done)]
    if taken:
        counted.deeds = done | {_text(deed) for deed in taken}
        _write(counted, {work_id: rows[work_id] for work_id, _ in taken}, taken, day)


def _counted(account_id: str, day: str) -> CountedRow:
    """Its key tells nobody whose it is."""
    key = f"counted#{pseudonym(account_id, day)}"
    (row,) = tables.batch_get([(CountedRow, key)], consistent=True)
    return row or CountedRow(key, deeds=set(), expires_at=int((clock.now() + KEPT).timestamp()))


def _counts(row: WorkRow, kind: Kind, account_id: str) -> bool:
    """Not an author's own doing; and of a work that was never heard of, only what the platform itself says."""
    return account_id not in row.authors and (works.known(row) or kind not in CLAIMED)


def _write(counted: CountedRow, rows: dict[str, WorkRow], taken: Sequence[Deed], day: str) -> None:
    at = clock.parse(f"{day}T00:00:00Z").timestamp()
    with all_or_nothing() as tx:
        revisions.replace(tx, counted)
        for work_id, row in rows.items():
            weight = sum(WEIGHTS[kind] for about, kind in taken if about == work_id)
            works.keep(row, decay.add(works.points(row), weight, at))
            revisions.replace(tx, row)


def _text(deed: Deed) -> str:
    return f"{deed[1]}#{deed[0]}"


def _in_turns(lists: Iterable[list[tuple[str, Standing]]]) -> list[tuple[str | None, Standing]]:
    """First all the firsts, then all the seconds, …"""
    ordered = [list(part) for part in lists]
    longest = max(map(len, ordered), default=0)
    return [part[turn] for turn in range(longest) for part in ordered if turn < len(part)]
