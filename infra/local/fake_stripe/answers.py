"""What the fake gives back: an answer, or a connection that breaks."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Dropped(Exception):
    """The connection breaks before any answer: the caller cannot know whether its request was carried out."""


def json_answer(status: int, document: Any, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"Content-Type": "application/json", **named}, msgspec.json.encode(document))


def html_answer(status: int, page: str) -> Answer:
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
    }
    return Answer(status, headers, page.encode())


def redirect(location: str) -> Answer:
    return Answer(303, {"Location": location, "Cache-Control": "no-store"}, b"")
