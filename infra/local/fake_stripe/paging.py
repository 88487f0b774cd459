"""Lists: newest first, a page at a time, by the id of the object that ended the page before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from infra.local.fake_stripe.parameters import EXPAND, Check, Fields, text, whole
from infra.local.fake_stripe.problems import bad_parameter, no_such
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_MOMENT = whole(0, 10**11)
_RANGE = Fields(dict.fromkeys(("gt", "gte", "lt", "lte"), _MOMENT))


def _created(given: object, path: str) -> Object:
    return (
        _RANGE(given, path) if isinstance(given, dict) else {"gte": _MOMENT(given, path), "lte": _MOMENT(given, path)}
    )


def listing(**filters: Check) -> Fields:
    """What every list takes, and these filters of its own."""
    cursors: dict[str, Check] = {"limit": whole(1, 100), "starting_after": text(100), "ending_before": text(100)}
    return Fields({**cursors, "created": _created, "expand": EXPAND, **filters})


def page(fake: FakeStripe, things: Iterable[Object], params: Object, url: str, kind: str) -> Object:
    """``things`` are oldest first and already filtered, except by ``created``."""
    newest_first = [thing for thing in things if _within(thing.get("created", 0), params.get("created", {}))][::-1]
    limit = params.get("limit", 10)
    if "starting_after" in params and "ending_before" in params:
        raise bad_parameter("ending_before", "You may only specify one of starting_after and ending_before.")
    if "ending_before" in params:
        before = newest_first[: _place(newest_first, params, "ending_before", kind)]
        return _list(before[-limit:], len(before) > limit, url)
    if "starting_after" in params:
        newest_first = newest_first[_place(newest_first, params, "starting_after", kind) + 1 :]
    return _list(newest_first[:limit], len(newest_first) > limit, url)


def all_of(things: Iterable[Object], url: str) -> Object:
    return _list(list(things), False, url)


def matching(things: Iterable[Object], params: Object, *names: str) -> list[Object]:
    """The things whose attributes of these names equal the parameters of the same names, where given."""
    return [thing for thing in things if all(thing.get(name) == params[name] for name in names if name in params)]


def _list(data: list[Object], has_more: bool, url: str) -> Object:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _within(moment: int, bounds: dict[str, int]) -> bool:
    return bounds.get("gte", moment) <= moment <= bounds.get("lte", moment) and bounds.get(
        "gt", moment - 1
    ) < moment < bounds.get("lt", moment + 1)


def _place(things: list[Object], params: Object, name: str, kind: str) -> int:
    for index, thing in enumerate(things):
        if thing["id"] == params[name]:
            return index
    raise no_such(kind, params[name], name)
