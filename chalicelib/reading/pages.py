"""The pages. Each room says where its rows are and what they mean; here they are fetched with one read."""

from typing import Any

from chalicelib.catalog import cards
from chalicelib.catalog.cards import Card
from chalicelib.core import tables
from chalicelib.core.actors import Actor
from chalicelib.interactions import progress
from chalicelib.interactions.shapes import ProgressView
from chalicelib.library import access, passes
from chalicelib.library.passes import Passes
from chalicelib.reading.shapes import AccessView, Continuing, Home, PersonalWork
from chalicelib.recommend import picks
from chalicelib.recommend.readers import Going
from chalicelib.reviews import reading

RECOMMENDED = 6
LEARNING = 10


def work(actor: Actor, work_id: str) -> PersonalWork:
    """A work that nobody knows is one without access: whether it exists is the public page's to say."""
    mine, passed, card, reached, said, *shelves = tables.batch_get(
        [
            access.key(actor.party_id, work_id),
            passes.key(actor.party_id),
            cards.key(work_id),
            progress.key(actor.account_id, work_id),
            reading.key(work_id, actor.account_id),
            *picks.keys(actor.account_id),
        ]
    )
    recommended = picks.of(actor.account_id, shelves, RECOMMENDED, _subjects(mine), work_id)
    return PersonalWork(
        work_id=work_id,
        access=_access(mine, passes.of(actor.party_id, passed), cards.of(card) if card else None),
        progress=progress.of(reached),
        review=reading.of(said),
        recommendation_id=recommended.recommendation_id,
        recommendations=recommended.items,
    )


def home(actor: Actor) -> Home:
    """What I was at, what may suit me, and what is new."""
    shelves = tables.batch_get(picks.keys(actor.account_id))
    recommended = picks.of(actor.account_id, shelves, RECOMMENDED * 2)
    return Home(
        learning=[_continuing(going) for going in picks.learning(shelves)[:LEARNING]],
        recommendation_id=recommended.recommendation_id,
        recommendations=recommended.items,
        newest=picks.latest(shelves, RECOMMENDED),
    )


def _access(row: Any, held: Passes, card: Card | None) -> AccessView:
    holding = access.of(row) if row else None
    ends = held.covers([author.author_id for author in card.authors]) if card else None
    if card and ends and not (holding and holding.sources):
        return AccessView(granted=True, version=card.version, pass_ends_at=ends)
    if holding is None:
        return AccessView(granted=False)
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
