"""The part of filter expressions that we write: ``EXCLUDE ItemID WHERE Items.X IN ("a") | EXCLUDE …``."""

import re
from typing import NamedTuple

from infra.local.fake_personalize.refusals import invalid
from infra.local.fake_personalize.state import State

_PART = re.compile(r'EXCLUDE ItemID WHERE (Items|Interactions)\.(\w+) IN \(("[^"]*"(?:, *"[^"]*")*)\)')


class Part(NamedTuple):
    dataset: str
    column: str
    values: frozenset[str]


def parse(expression: str) -> list[Part]:
    """Raises Refused."""
    found = [_PART.fullmatch(part.strip()) for part in expression.split("|")]
    if not all(found):
        raise invalid(f"The expression {expression} cannot be read.")
    return [Part(part[1], part[2].upper(), frozenset(re.findall('"([^"]*)"', part[3]))) for part in found if part]


def excluded(state: State, arn: str, user: str) -> set[str]:
    """The items that the filter keeps from this user. Raises Refused."""
    out: set[str] = set()
    for part in parse(state.find(arn).said["filterExpression"]):
        if part.dataset == "Interactions" and not user:
            raise invalid("The filter looks at interactions: say whose.")
        rows = state.items.values() if part.dataset == "Items" else state.events.values()
        out |= {
            row["ITEM_ID"]
            for row in rows
            if row.get(part.column) in part.values and (part.dataset == "Items" or row["USER_ID"] == user)
        }
    return out
