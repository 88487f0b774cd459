"""Form bodies as Stripe reads them: ``line_items[0][price_data][currency]=usd`` and ``expand[]=charge``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from infra.local.fake_stripe.problems import bad_parameter

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_DEEPEST = 8
_MOST_FIELDS = 2_000


def decode(text: str) -> dict[str, Any]:
    """Nested dicts of texts; a list is a dict with numbers for names. Raises Problem for keys that contradict each
    other or make no sense."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise bad_parameter("", "Too many parameters in the request.") from None
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _plant(tree, key, value)
    return tree


def _plant(tree: dict[str, Any], key: str, value: str) -> None:
    match = _KEY.fullmatch(key)
    steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else []
    if not 0 < len(steps) <= _DEEPEST:
        raise bad_parameter(key[:200], f"Invalid parameter name: {key[:200]}")
    for step in steps[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise bad_parameter(key, f"Invalid hash: {key} is given both a value and members.")
    last = steps[-1] or str(len(tree))
    if isinstance(tree.get(last), dict):
        raise bad_parameter(key, f"Invalid hash: {key} is given both a value and members.")
    tree[last] = value
