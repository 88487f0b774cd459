"""What the ranking function does: an engine names works, and what is remembered of them goes with them."""

from chalicelib.core import settings
from chalicelib.recommend.engine import Asked, Ranked, Ranking
from chalicelib.recommend.fresh import Changed
from chalicelib.recommend.memory import CARDS


def rank(asked: Asked) -> Ranking:
    """By the engine of this stage. Works that were withdrawn are left out, as far as the memory of them goes."""
    ranking = _ask(asked)
    cards = CARDS.get() or {}
    return Ranking(ranking.version, [_shown(item, cards) for item in ranking.items if _may_be_shown(item, cards)])


def _ask(asked: Asked) -> Ranking:
    """Only the engine that is asked is loaded: ours brings numpy with it."""
    if settings.value("RECOMMENDER") == "personalize":
        from chalicelib.recommend import personalize

        return personalize.recommend(asked)
    from chalicelib.recommend import lyceum_engine

    return lyceum_engine.recommend(asked)


def _may_be_shown(item: Ranked, cards: dict[str, Changed]) -> bool:
    """What is not remembered may have been published since: who asked knows."""
    return item.work_id not in cards or cards[item.work_id].card is not None


def _shown(item: Ranked, cards: dict[str, Changed]) -> Ranked:
    known, because = cards.get(item.work_id), cards.get(item.because)
    title = because.card.title if because and because.card else ""
    return Ranked(item.work_id, known.card if known else None, item.because, title)
