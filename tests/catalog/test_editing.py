"""Editing a draft: nobody's change is lost, and nonsense is refused in words."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import a_draft, a_published_work, an_approved_work, with_a_file
from tests.world import Person, Reply, World


def tag(world: World, author: Person, work_id: str) -> str:
    return world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"]


def edit(world: World, author: Person, work_id: str, change: object, if_match: str | None = None) -> Reply:
    seen = if_match or tag(world, author, work_id)
    return world.patch(f"/v1/works/{work_id}", change, as_=author, headers={"if-match": seen})


def test_an_edit_sets_what_it_names_and_leaves_the_rest(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author, summary="About the sea.", tags=["sea"])
    edited = edit(world, author, work_id, {"title": "On waves", "language": "zh-Hans", "subjects": ["physics"]})
    draft = edited.json["draft"]
    assert (draft["title"], draft["language"], draft["subjects"]) == ("On waves", "zh-Hans", ["physics"])
    assert (draft["summary"], draft["tags"], draft["prices"]) == ("About the sea.", ["sea"], {"usd": 900})
    assert edited.headers["ETag"] == tag(world, author, work_id)


def test_an_edit_without_if_match_is_refused(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    refused = world.patch(f"/v1/works/{work_id}", {"title": "X"}, as_=author)
    assert (refused.status, refused.code) == (428, "if_match_missing")


def test_an_edit_of_an_older_state_is_refused(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    seen = tag(world, author, work_id)
    assert edit(world, author, work_id, {"title": "First"}, seen).status == 200
    late = edit(world, author, work_id, {"title": "Second"}, seen)
    assert (late.status, late.code) == (412, "precondition_failed")
    with_a_file(work_id)
    assert tag(world, author, work_id) not in (seen, late.headers.get("ETag"))


def test_of_edits_at_once_one_wins_and_the_others_are_told(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    seen = tag(world, author, work_id)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: edit(world, author, work_id, {"title": f"T{n}"}, seen), range(8)))
    assert sorted(reply.status for reply in replies) == [200] + [412] * 7
    (winner,) = [reply.json["draft"]["title"] for reply in replies if reply.status == 200]
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["title"] == winner


def test_of_publications_at_once_one_is_made(world: World) -> None:
    author = world.author()
    work_id = an_approved_work(world, author)
    with ThreadPoolExecutor(6) as pool:
        path = f"/v1/works/{work_id}/publications"
        replies = list(pool.map(lambda _: world.post(path, as_=author), range(6)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 5
    versions = world.get(f"/v1/me/manuscripts/{work_id}/versions", as_=author).json["items"]
    assert [each["version"] for each in versions] == [1]


def test_an_edit_and_a_publication_at_once_never_publish_what_nobody_approved(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    for number in range(4):
        work_id = an_approved_work(world, author, reviewer, title="Approved")
        seen = tag(world, author, work_id)
        with ThreadPoolExecutor(2) as pool:
            edits = pool.submit(edit, world, author, work_id, {"title": f"Sneaked in {number}"}, seen)
            published = pool.submit(world.post, f"/v1/works/{work_id}/publications", as_=author)
        assert {edits.result().status // 100, published.result().status // 100} == {2, 4}
        page = world.get(f"/v1/works/{work_id}")
        assert page.status == 404 or page.json["work"]["title"] == "Approved"


def test_a_withdrawal_and_a_publication_at_once_leave_no_card_without_a_work(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_published_work(world, author, reviewer, subjects=["law"])
    world.post(f"/v1/works/{work_id}/drafts", as_=author)
    edit(world, author, work_id, {"subjects": ["music"]})
    for step, person, body in (
        ("submissions", author, None),
        ("claims", reviewer, None),
        ("decisions", reviewer, {"verdict": "approved"}),
    ):
        world.post(f"/v1/works/{work_id}/{step}", body, as_=person)
    with ThreadPoolExecutor(2) as pool:
        gone = pool.submit(world.post, f"/v1/works/{work_id}/withdrawals", {"reason": "r"}, as_=author)
        pool.submit(world.post, f"/v1/works/{work_id}/publications", as_=author).result()
        assert gone.result().status in (201, 409)
    live = world.get(f"/v1/works/{work_id}").status == 200
    assert [bool(world.get(f"/v1/works?subject={shelf}").json["items"]) for shelf in ("law", "music")] == [False, live]


def test_only_the_owner_edits(world: World) -> None:
    owner, partner = world.author("Ada"), world.author("Bo")
    work_id = a_draft(world, owner, shares={owner.account_id: 5000, partner.account_id: 5000})
    assert edit(world, partner, work_id, {"title": "Mine"}).code == "not_the_owner"
    assert world.post(f"/v1/works/{work_id}/submissions", as_=partner).code == "not_the_owner"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prices": {"usd": 49}}, "prices.usd"),
        ({"prices": {"jpy": 9, "usd": 900}}, "prices.jpy"),
        ({"prices": {"usd": 0, "eur": 900}}, "prices"),
        ({"prices": {"usd": 9.5}}, "prices"),
        ({"prices": {"usd": 100_000_000}}, "prices"),
        ({"subjects": ["alchemy"]}, "subjects"),
        ({"subjects": ["law", "law"]}, "subjects"),
        ({"subjects": ["law", "music", "arts", "life", "design", "travel"]}, "subjects"),
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "line end\n"}, "title"),
        ({"title": "evil\u202etxt.exe"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"summary": "x" * 601}, "summary"),
        ({"language": "english!"}, "language"),
        ({"chapters": [{"title": "One", "lessons": [{"title": "A"}]}]}, "chapters"),
        ({"kind": "book"}, "kind"),
        ({"title": None}, "title"),
    ],
)
def test_nonsense_is_refused_with_its_field(world: World, change: object, field: str) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    refused = edit(world, author, work_id, change)
    assert (refused.status, refused.code) == (422, "field_invalid")
    assert refused.json["errors"][0]["field"] == field


def test_a_refusal_speaks_chinese_to_who_reads_chinese(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    language = {"if-match": tag(world, author, work_id), "accept-language": "zh-CN,zh;q=0.9"}
    refused = world.patch(f"/v1/works/{work_id}", {"prices": {"cny": 399}}, as_=author, headers=language)
    assert refused.json["detail"] == "prices.cny：必须为 0，或不小于 400"


def test_lessons_keep_their_ids_and_files_and_lose_them_together(world: World) -> None:
    author = world.author()
    chapters = [{"title": "One", "lessons": [{"title": "Ebb"}, {"title": "Flow"}]}]
    work_id = a_draft(world, author, kind="course", chapters=chapters)
    drafted = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["chapters"]
    ebb, flow = (lesson["lesson_id"] for lesson in drafted[0]["lessons"])
    with_a_file(work_id, ebb, "ebb.md"), with_a_file(work_id, flow, "flow.md")
    kept = [{"title": "Only", "lessons": [{"title": "Flow, again", "lesson_id": flow}, {"title": "New"}]}]
    draft = edit(world, author, work_id, {"chapters": kept}).json["draft"]
    lessons = draft["chapters"][0]["lessons"]
    assert (lessons[0], lessons[1]["title"]) == ({"lesson_id": flow, "title": "Flow, again"}, "New")
    assert [file["name"] for file in draft["files"]] == ["flow.md"]


@pytest.mark.parametrize("known", [True, False])
def test_a_lesson_that_is_not_there_or_twice_there_is_refused(world: World, known: bool) -> None:
    author = world.author()
    work_id = a_draft(world, author, kind="course", chapters=[{"title": "One", "lessons": [{"title": "Ebb"}]}])
    drafted = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["chapters"]
    lesson_id = drafted[0]["lessons"][0]["lesson_id"] if known else "0" * 26
    lessons = [{"title": "A", "lesson_id": lesson_id}] * (2 if known else 1)
    refused = edit(world, author, work_id, {"chapters": [{"title": "One", "lessons": lessons}]})
    assert (refused.code, refused.json["errors"][0]["field"]) == ("field_invalid", "chapters")


def test_a_detached_file_leaves_the_draft_but_not_what_is_published(world: World) -> None:
    author = world.author()
    work_id = a_published_work(world, author)
    file_id = world.get(f"/v1/works/{work_id}").json["files"][0]["file_id"]
    world.post(f"/v1/works/{work_id}/drafts", as_=author)
    assert world.delete(f"/v1/works/{work_id}/files/{file_id}", as_=author).status == 204
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["files"] == []
    assert world.get(f"/v1/works/{work_id}").json["files"][0]["file_id"] == file_id
    assert world.delete(f"/v1/works/{work_id}/files/{file_id}", as_=author).code == "not_found"
    assert world.get(f"/v1/me/manuscripts/{work_id}/files/{file_id}", as_=author).status == 200


def test_a_detached_file_that_was_never_published_is_forgotten(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    file_id, kept = with_a_file(work_id), with_a_file(work_id)
    path = f"/v1/me/manuscripts/{work_id}/files"
    assert world.get(f"{path}/{file_id}", as_=author).status == 200
    assert world.delete(f"/v1/works/{work_id}/files/{file_id}", as_=author).status == 204
    assert [world.get(f"{path}/{each}", as_=author).status for each in (file_id, kept)] == [404, 200]
