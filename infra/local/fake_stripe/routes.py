"""A route of the API: which function answers which path, and which parameters it knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from infra.local.fake_stripe.parameters import EXPAND, Fields

EXPAND_ONLY = Fields({"expand": EXPAND})


class Route(NamedTuple):
    """``answer(fake, params, *ids)`` gives the object; ids are the parts of the path in braces, in order."""

    method: str
    path: str
    answer: Callable[..., dict[str, Any]]
    params: Fields = EXPAND_ONLY

    def match(self, method: str, path: str) -> tuple[str, ...] | None:
        found = _pattern(self.path).fullmatch(path) if method == self.method else None
        return found.groups() if found else None


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path))
