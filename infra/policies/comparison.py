"""Holds the declaration against what was really asked for: nothing missing, nothing unused."""

from collections.abc import Iterable, Set
from typing import NamedTuple

from infra.policies.declaration import DECLARATION, declared
from infra.policies.resources import Place, service_of


class Use(NamedTuple):
    """A right of a function. ``resource`` is the pattern in its policy that gave it, or the ARN where none did."""

    function: str
    action: str
    resource: str


def unused(used: Set[Use], place: Place) -> list[str]:
    """The declared rights that were not used, a line each. What Lambda does in a function's name is none of them."""
    return [
        f"{function}: {resource}: {action}"
        for function, rights in declared().functions.items()
        for resource, actions in rights.grants.items()
        for action in actions
        if Use(function, f"{service_of(resource)}:{action}", place.arn(resource)) not in used
    ]


def missing(refused: Iterable[Use]) -> list[str]:
    """What was asked for without a right to it, a line each."""
    return [f"{use.function}: {use.resource}: {use.action}" for use in sorted(refused)]


def advice(missing: Iterable[str] = (), unused: Iterable[str] = ()) -> str:
    """Both lists for a person, with what to do about each."""
    place = f"{DECLARATION.parent.parent.name}/{DECLARATION.parent.name}/{DECLARATION.name}"
    parts = {
        f"Missing: refused, for {place} gives no such right. Add it there, if it is right to ask": list(missing),
        f"Unused: {place} gives it, and no test needs it. Take it away, or test what needs it": list(unused),
    }
    return "\n".join(
        f"{title}:\n" + "\n".join(f"  {line}" for line in lines) for title, lines in parts.items() if lines
    )
