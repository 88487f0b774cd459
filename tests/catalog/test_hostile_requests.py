"""Whatever is sent to the catalogue or to content, it is answered or refused, and never breaks."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import a_draft
from tests.world import World

TRY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(max_size=40) | st.sampled_from(["", "\x00", "\u202e", "é" * 300, "../x", "{title}", "%s", "🦉", "a\n"])
numbers = st.integers() | st.floats(allow_nan=False) | st.sampled_from([0, 49, 900, 10_000, 2**63, -1])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
lessons = st.lists(st.fixed_dictionaries({"title": texts}, optional={"lesson_id": texts}), max_size=3)
fields = {
    "kind": st.sampled_from(["article", "course", "video", "song"]) | anything,
    "title": texts | anything,
    "language": st.sampled_from(["en", "zh-Hans", "x" * 40, "e n"]) | anything,
    "summary": texts | anything,
    "prices": st.dictionaries(st.sampled_from(["usd", "jpy", "cny", "xxx"]), numbers, max_size=3) | anything,
    "subjects": st.lists(st.sampled_from(["law", "music", "alchemy"]) | texts, max_size=7) | anything,
    "tags": st.lists(texts, max_size=12) | anything,
    "shares": st.dictionaries(texts | st.just("0" * 26), numbers, max_size=3) | anything,
    "chapters": st.lists(st.fixed_dictionaries({"title": texts, "lessons": lessons}), max_size=3) | anything,
}
works = st.fixed_dictionaries({}, optional=fields) | anything


def held(world: World, method: str, path: str, body: Any, **how: Any) -> None:
    reply = world.call(method, path, raw=json.dumps(body), **how)
    assert reply.status < 500, reply.body
    assert reply.status < 400 or reply.code


@TRY
@given(body=works)
def test_no_new_work_breaks_the_catalogue(world: World, body: Any) -> None:
    held(world, "POST", "/v1/works", body, as_=known(world, "author"))


@TRY
@given(change=works, if_match=texts | st.none())
def test_no_change_breaks_a_draft(world: World, change: Any, if_match: str | None) -> None:
    author = known(world, "author")
    work_id = a_draft(world, author, kind="course")
    tag = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"] if if_match is None else if_match
    held(world, "PATCH", f"/v1/works/{work_id}", change, as_=author, headers={"if-match": tag})
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=author).status == 200


@TRY
@given(path=st.sampled_from(["uploads", "withdrawals"]), body=st.dictionaries(texts, anything) | anything)
def test_no_body_breaks_an_authors_deeds(world: World, path: str, body: Any) -> None:
    author = known(world, "author")
    held(world, "POST", f"/v1/works/{known_work(world)}/{path}", body, as_=author)


@TRY
@given(
    body=st.fixed_dictionaries(
        {}, optional={"name": texts, "bytes": numbers, "lesson_id": texts, "verdict": texts, "reasons": anything}
    )
)
def test_no_file_and_no_decision_breaks_anything(world: World, body: Any) -> None:
    work_id = known_work(world)
    held(world, "POST", f"/v1/works/{work_id}/uploads", body, as_=known(world, "author"))
    held(world, "POST", f"/v1/works/{work_id}/decisions", body, as_=known(world, "reviewer"))


@TRY
@given(
    path=st.sampled_from(["/v1/works", "/v1/me/manuscripts", "/v1/review-queue"]),
    query=st.dictionaries(st.sampled_from(["subject", "author", "cursor", "limit"]), texts, max_size=3),
)
def test_no_query_breaks_a_list(world: World, path: str, query: dict[str, str]) -> None:
    person = known(world, "reviewer" if path == "/v1/review-queue" else "author")
    asked = "&".join(f"{name}={quote(text)}" for name, text in query.items())
    held(world, "GET", f"{path}?{asked}", None, as_=person)


@TRY
@given(name=st.text(st.characters(exclude_characters="/?#", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_no_name_breaks_a_page(world: World, name: str) -> None:
    author = known(world, "author")
    for path in ("works/{}", "authors/{}", "me/manuscripts/{}", "me/uploads/{}", "me/manuscripts/{}/versions"):
        assert world.get("/v1/" + path.format(quote(name)), as_=author).status in (404, 403)


def known(world: World, role: str) -> Any:
    """One person a test, however many examples it tries."""
    people = world.__dict__.setdefault("known", {})
    if role not in people:
        people[role] = getattr(world, role)()
    return people[role]


def known_work(world: World) -> str:
    works = world.__dict__.setdefault("known works", [])
    if not works:
        works.append(a_draft(world, known(world, "author")))
    return str(works[0])
