"""A share of the places in each answer goes to works that are new, so that what nobody has seen can be found.

Whatever learns from what readers do knows nothing of a work that none of them was shown: without this the known get
better known. The places are fixed and the works are drawn, so each new work has the same chance.
"""

from collections.abc import Sequence
from datetime import timedelta

from chalicelib.core import clock, ids, settings
from chalicelib.recommend import popularity, reasons
from chalicelib.recommend.engine import Pick, Reader, Standing

NEW = timedelta(days=14)


def explore(
    picks: list[Pick], newest: Sequence[Standing], reader: Reader, seed: str, percent: int | None = None
) -> list[Pick]:
    """With new works at every n-th place, by EXPLORATION_PERCENT unless told; the same ones for the same seed."""
    share = int(settings.value("EXPLORATION_PERCENT")) if percent is None else percent
    if not share:
        return picks
    shown = {pick.work.work_id for pick in picks}
    since = clock.rfc3339(clock.now() - NEW)
    new = [
        standing.card
        for standing in newest
        if standing.card.published_at >= since
        and standing.card.work_id not in reader.known | shown
        and not popularity.is_own(reader, standing.card)
    ]
    places = range(100 // share - 1, len(picks), 100 // share)
    drawn = sorted(new, key=lambda card: ids.derived(f"{seed} {card.work_id}"))
    mixed = list(picks)
    for place, card in zip(places, drawn, strict=False):
        mixed[place] = Pick(card, reasons.new())
    return mixed
