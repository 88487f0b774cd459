"""``functions.yaml``, read: who may do what to which resource, in the words of the declaration."""

from functools import cache
from pathlib import Path

import yaml
from msgspec import Struct, convert

DECLARATION = Path(__file__).parent / "functions.yaml"
INVOKED_BY = "invoked by"


class Rights(Struct, frozen=True):
    """``invoked_by``: ``http``, ``schedule``, ``queue <name>`` or ``stream <table>``. ``grants``: the actions, by
    resource, such as ``{"table works": ["GetItem"]}``."""

    invoked_by: str
    grants: dict[str, list[str]]


class Declaration(Struct, frozen=True):
    """``append_only``: the tables whose items no function may change or delete."""

    append_only: list[str]
    functions: dict[str, Rights]


@cache
def declared() -> Declaration:
    text = yaml.safe_load(DECLARATION.read_text(encoding="utf-8"))
    functions = {}
    for name, lines in text["functions"].items():
        grants = {resource: actions for resource, actions in lines.items() if resource != INVOKED_BY}
        functions[name] = {"invoked_by": lines[INVOKED_BY], "grants": grants}
    return convert({"append_only": text["append-only"], "functions": functions}, Declaration)
