"""Which distribution ships in which layer, and which function is given which layers.

The pins are in requirements.txt and requirements-signing.txt. What no heavy set names is the base, which every
function has: it is the one layer that Chalice manages. The heavy ones are published beside it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent
BASE = "base"
SHIPPED, SIGNING = "requirements.txt", "requirements-signing.txt"


class Heavy(NamedTuple):
    """What only some functions load. Where ``settings`` are named, one of them must be set, too."""

    pins: str
    distributions: frozenset[str]
    functions: frozenset[str]
    settings: tuple[str, ...] = ()


HEAVY = {
    "extraction": Heavy(
        pins=SHIPPED,
        distributions=frozenset({"filetype", "lxml", "markdown-it-py", "mdurl", "nh3", "pypdf", "pypdfium2"}),
        functions=frozenset({"content_ingest"}),
    ),
    "scoring": Heavy(
        pins=SHIPPED,
        distributions=frozenset({"numpy"}),
        functions=frozenset({"recommend_rank"}),
    ),
    "signing": Heavy(
        pins=SIGNING,
        distributions=frozenset({"cryptography"}),
        functions=frozenset({"api_handler"}),
        settings=("OIDC_ISSUER", "CONTENT_DOMAIN"),
    ),
}
SETS = (BASE, *HEAVY)


def layers_of(function: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    """The heavy sets that a function is given beside the base, by its name in Chalice's configuration and the
    stage's environment."""
    return tuple(name for name in needed_by(settings) if function in HEAVY[name].functions)


def attach(functions: Mapping[str, Any], settings: Mapping[str, str], published: Mapping[str, Any]) -> None:
    """Name in Chalice's entries of a stage's functions the heavy layers that they are given. Raises KeyError where one
    is not among the published."""
    for function, entry in functions.items():
        if heavy := layers_of(function, settings):
            entry["layers"] = [published[name] for name in heavy]


def needed_by(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The heavy sets that any function of a stage with these settings is given."""
    return tuple(
        name
        for name, heavy in HEAVY.items()
        if not heavy.settings or any(settings.get(setting) for setting in heavy.settings)
    )


def pins_of(name: str) -> str:
    """The pinned requirements of a set, one a line."""
    if name != BASE:
        heavy = HEAVY[name]
        return "".join(line for each, line in pins(heavy.pins).items() if each in heavy.distributions)
    elsewhere = frozenset[str]().union(*(heavy.distributions for heavy in HEAVY.values()))
    return "".join(line for each, line in pins(SHIPPED).items() if each not in elsewhere)


def pins(file: str) -> dict[str, str]:
    """The lines of a compiled requirements file, by distribution."""
    lines = (ROOT / file).read_text().splitlines(keepends=True)
    return {re.split("[=<>~ ;]", line, maxsplit=1)[0]: line for line in lines}
