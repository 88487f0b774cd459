"""From facts to what lands: no account's id goes further than here."""

import msgspec
from msgspec import Struct

from chalicelib.core.facts import Fact
from chalicelib.core.pseudonyms import pseudonym, reader_of
from chalicelib.interactions.shapes import FINISHED
from chalicelib.lake.shapes import Erasure, Event, Landed, Moment


class Told(Struct, frozen=True):
    """One interaction, as its room tells it: ``moment`` is its key there."""

    moment: str
    kind: str
    occurred_at: Moment
    recorded_at: Moment
    work_id: str | None = None
    work_ids: list[str] = []
    fraction: int | None = None
    rating: int | None = None
    recommendation_id: str | None = None


class Recorded(Struct, frozen=True):
    account_id: str
    events: list[Told]


class Gone(Struct, frozen=True):
    moment: str
    recorded_at: Moment


class Deleted(Struct, frozen=True):
    account_id: str
    events: list[Gone]


class Erased(Struct, frozen=True):
    account_id: str
    until: Moment


def hear(fact: Fact) -> Landed:
    """What it means for the lake. Raises msgspec.ValidationError."""
    match fact.type:
        case "interaction.recorded":
            recorded = fact.read(Recorded)
            return Landed(events=[event for told in recorded.events for event in _events(recorded.account_id, told)])
        case "history.item_deleted":
            deleted = fact.read(Deleted)
            return Landed(erasures=[_erasure(deleted.account_id, gone) for gone in deleted.events])
        case "history.erased":
            erased = fact.read(Erased)
            return Landed(erasures=[Erasure(reader=reader_of(erased.account_id), until=erased.until)])
        case "work.published" | "work.withdrawn":
            return Landed(works=[fact.subject])
    return Landed()


def _events(account_id: str, told: Told) -> list[Event]:
    """One for each work that it is about: a list that was shown is about many, a search about none."""
    if told.work_id:
        return [_event(account_id, told)]
    each = (
        msgspec.structs.replace(told, moment=f"{told.moment} {work_id}", work_id=work_id) for work_id in told.work_ids
    )
    return [_event(account_id, shown) for shown in each]


def _event(account_id: str, told: Told) -> Event:
    finished = told.kind == "progress" and (told.fraction or 0) >= FINISHED
    return Event(
        event_id=_event_id(account_id, told.moment),
        reader=reader_of(account_id),
        work_id=str(told.work_id),
        kind="finish" if finished else told.kind,
        occurred_at=told.occurred_at,
        recorded_at=told.recorded_at,
        fraction=told.fraction,
        rating=told.rating,
        recommendation_id=told.recommendation_id,
    )


def _erasure(account_id: str, gone: Gone) -> Erasure:
    return Erasure(reader=reader_of(account_id), until=gone.recorded_at, event_id=_event_id(account_id, gone.moment))


def _event_id(account_id: str, moment: str) -> str:
    """A purchase's key names its order: so this is a pseudonym, too."""
    return pseudonym("lake", account_id, moment)
