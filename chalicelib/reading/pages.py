"""The pages. Each room says where its rows are and what they mean; here they are fetched with one read."""

from typing import Any

from chalicelib.core import tables
from chalicelib.core.actors import Actor
from chalicelib.interactions import progress
from chalicelib.interactions.shapes import ProgressView
from chalicelib.library import access
from chalicelib.reading.shapes import AccessView, Continuing, Home, PersonalWork
from chalicelib.recommend import picks
from chalicelib.recommend.readers import Going
from chalicelib.reviews import reading

RECOMMENDED = 6
LEARNING = 10


def work(actor: Actor, work_id: str) -> PersonalWork:
    """A work that nobody knows is one without access: whether it exists is the public page's to say."""
    mine, reached, said, *shelves = tables.batch_get(
        [
            access.key(actor.party_id, work_id),
            progress.key(actor.account_id, work_id),
            reading.key(work_id, actor.account_id),
            *picks.keys(actor.account_id),
        ]
    )
    recommended = picks.of(actor.account_id, shelves, RECOMMENDED, about=_subjects(mine), but=work_id)
    return PersonalWork(
        work_id=work_id,
        access=_access(mine),
        progress=progress.of(reached),
        review=reading.of(said),
        recommendation_id=recommended.recommendation_id,
        recommendations=recommended.items,
    )


def home(actor: Actor) -> Home:
    """What I was at, what may suit me, and what is new."""
    newest, *shelves = tables.batch_get([picks.latest_key(), *picks.keys(actor.account_id)])
    recommended = picks.of(actor.account_id, shelves, RECOMMENDED * 2)
    return Home(
        learning=[_continuing(going) for going in picks.learning(shelves)[:LEARNING]],
        recommendation_id=recommended.recommendation_id,
        recommendations=recommended.items,
        newest=picks.latest(newest, RECOMMENDED),
    )


def _access(row: Any) -> AccessView:
    if row is None:
        return AccessView(granted=False)
    holding = access.of(row)
    return AccessView(
        granted=holding.open,
        bought=bool(holding.sources - {access.AUTHOR}),
        taken_down=holding.taken_down,
        version=holding.version,
        granted_at=holding.granted_at,
    )


def _subjects(row: Any) -> list[str]:
    """What a work that I have is about."""
    card = access.of(row).card if row else None
    return card.subjects if card else []


def _continuing(going: Going) -> Continuing:
    reached = ProgressView(going.fraction / 10_000, going.progress_at, going.position, place=going.place)
    return Continuing(going.work_id, going.title, going.kind, going.language, reached)
