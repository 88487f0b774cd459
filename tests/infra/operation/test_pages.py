"""Guardian: who follows a page at night finds what it names: lines, functions, fields, routes and commands."""

import re
from pathlib import Path

import pytest

from app import app
from chalicelib.core import logs
from infra.operation import declared

PAGES = sorted([*Path("docs/runbooks").glob("*.md"), Path("docs/operation.md")])
ALARMS = [page for page in PAGES if "**What it means.**" in page.read_text(encoding="utf-8")]
CODE = "".join(path.read_text(encoding="utf-8") for path in Path("chalicelib").rglob("*.py"))
HEADINGS = ("What it means", "What people feel", "How to look", "How to mend", "When to escalate")


def named(pattern: str) -> set[str]:
    """What the pattern finds in any page; a line's end within it counts as a space."""
    pages = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    return set(re.findall(pattern, re.sub(r"\s+", " ", pages)))


def test_every_line_that_a_query_asks_for_is_one_that_the_code_writes() -> None:
    asked = named(r'message = "([^"]+)"')
    assert "incident" in asked
    assert {text for text in asked if f'"{text}"' not in CODE} == set()


def test_every_function_that_a_query_asks_for_is_one_of_ours() -> None:
    lists = " ".join(named(r"function in \[([^]]+)\]"))
    asked = named(r'function = "([^"]+)"') | set(re.findall(r'"([^"]+)"', lists))
    assert asked and asked <= set(declared.timeouts())


def test_every_number_that_a_query_asks_for_is_a_metric_of_ours() -> None:
    asked = named(r"ispresent\((\w+)\)")
    assert asked and asked <= set(logs.METRICS)


def test_every_route_that_a_page_names_exists() -> None:
    routes = {f"{method} {path}" for path, methods in app.routes.items() for method in methods}
    asked = {route.rstrip(".,:") for route in named(r"\b((?:GET|POST|PUT|PATCH|DELETE) /v1/[^`\s|)]+)")}
    assert "GET /v1/admin/invariants" in asked
    assert {route for route in asked if not any(each.startswith(route.rstrip("…")) for each in routes)} == set()


def test_every_command_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", Path("Makefile").read_text(encoding="utf-8"), re.M))
    assert "redrive" in targets and named(r"`make ([a-z-]+)") <= targets


@pytest.mark.parametrize("page", ALARMS, ids=lambda page: page.stem)
def test_the_page_of_an_alarm_says_all_that_is_asked_at_night(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    places = [text.find(f"**{heading}.**") for heading in HEADINGS]
    assert -1 not in places and places == sorted(places)
