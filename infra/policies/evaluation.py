"""Judges as IAM does: an explicit denial first, then a permission, else no.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. As much of the language as
our policies use; anything else is refused loudly, for to skip a condition would be to judge wrongly.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

_KNOWN = {"Effect", "Action", "Resource"}


class NotUnderstood(Exception):
    """The policy says something that this evaluation does not know."""


class Verdict(NamedTuple):
    """``by`` is the resource pattern of the statement that decided; None where none spoke of it."""

    allowed: bool
    by: str | None


def judge(document: Mapping[str, Any], action: str, arn: str) -> Verdict:
    for effect in ("Deny", "Allow"):
        for statement in document["Statement"]:
            if not set(statement) <= _KNOWN:
                raise NotUnderstood(sorted(set(statement) - _KNOWN))
            if statement["Effect"] == effect and (pattern := _speaks_of(statement, action, arn)):
                return Verdict(effect == "Allow", pattern)
    return Verdict(False, None)


def _speaks_of(statement: Mapping[str, Any], action: str, arn: str) -> str | None:
    """The resource pattern that matches, where an action does too. Actions ignore case; resources do not."""
    if not any(_matcher(pattern.lower()).fullmatch(action.lower()) for pattern in statement["Action"]):
        return None
    return next((pattern for pattern in statement["Resource"] if _matcher(pattern).fullmatch(arn)), None)


@cache
def _matcher(pattern: str) -> re.Pattern[str]:
    """``*`` is any text, ``?`` any one character; slashes and colons are characters like others."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char, re.escape(char)) for char in pattern), re.DOTALL)
