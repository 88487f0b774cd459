"""How much a thing that a reader did says for a work."""

from chalicelib.recommend.engine import FINISHED, Event, Kind

WEIGHTS: dict[Kind, int] = {
    Kind.PURCHASE: 20,
    Kind.RATING: 10,
    Kind.FINISH: 8,
    Kind.PROGRESS: 4,
    Kind.PLAY: 3,
    Kind.CLICK: 2,
    Kind.VIEW: 1,
}
_KINDS = {kind.value: kind for kind in WEIGHTS}
GOOD_RATING, BAD_RATING = 4, 2


def kind_of(event: Event) -> Kind | None:
    """What the event counts as; None where it says nothing good of a work."""
    if event.kind == Kind.RATING:
        return Kind.RATING if (event.rating or 0) >= GOOD_RATING else None
    if event.kind == Kind.PROGRESS and (event.fraction or 0) >= FINISHED:
        return Kind.FINISH
    return _KINDS.get(event.kind)


def greater(known: str, kind: Kind | None) -> str:
    """Which of two says more for a work; empty where neither says anything."""
    return max(known, kind or "", key=lambda each: WEIGHTS[Kind(each)] if each else 0)


def is_bad(event: Event) -> bool:
    """The reader regrets that they saw the work."""
    return event.kind == Kind.RATING and event.rating is not None and event.rating <= BAD_RATING
