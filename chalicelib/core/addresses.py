"""A request's target, and which of the API's resources it leads to, as API Gateway chooses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, unquote

BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Malformed(ValueError):
    """The address is none: a broken escape, or bytes that are no UTF-8."""


@dataclass(frozen=True)
class Address:
    """A request's target, taken apart: segments decoded one by one, so that %2F stays within its segment."""

    path: str
    segments: tuple[str, ...]
    query: list[tuple[str, str]]


@dataclass(frozen=True)
class Route:
    """A resource of the API that an address leads to, such as ``/v1/works/{work_id}``."""

    resource: str
    parameters: dict[str, str]


def read_address(target: str) -> Address:
    """Raises Malformed."""
    if target.startswith(("http://", "https://")):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    path, _, query = target.partition("#")[0].partition("?")
    if not target.isascii() or not path.startswith("/") or BAD_ESCAPE.search(target):
        raise Malformed(target)
    try:
        segments = tuple(unquote(part, errors="strict") for part in path.strip("/").split("/") if part)
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Malformed(target) from error
    return Address(path, segments, pairs)


def find_route(resources: Iterable[str], address: Address) -> Route | None:
    """Literal segments win over parameters, from left to right, as API Gateway chooses. A last slash means nothing."""
    candidates = _by_length(tuple(resources)).get(len(address.segments), ())
    fits = [(resource, pattern) for resource, pattern in candidates if _fits(pattern, address.segments)]
    if not fits:
        return None
    resource, pattern = min(fits, key=lambda fit: [part.startswith("{") for part in fit[1]])
    pairs = zip(pattern, address.segments, strict=True)
    return Route(resource, {part[1:-1]: text for part, text in pairs if part.startswith("{")})


@cache
def _by_length(resources: tuple[str, ...]) -> dict[int, list[tuple[str, tuple[str, ...]]]]:
    """The resources and their segments, by the number of these."""
    found: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
    for resource in resources:
        pattern = tuple(part for part in resource.split("/") if part)
        found.setdefault(len(pattern), []).append((resource, pattern))
    return found


def _fits(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return all(part.startswith("{") or part == text for part, text in zip(pattern, segments, strict=True))
