"""From an author's draft to everyone's page, and back."""

import json

from chalicelib.audit import trail
from chalicelib.catalog import works
from tests.builders import a_draft, a_published_work, an_approved_work, is_approved, uploads, with_a_file
from tests.world import World


def test_a_work_goes_from_draft_to_its_public_page(world: World) -> None:
    author, reviewer = world.author("Ada"), world.reviewer()
    work_id = a_draft(world, author, title="潮汐", language="zh", subjects=["physics"], tags=["海"])
    assert world.get(f"/v1/works/{work_id}").code == "not_found"
    uploads(world, author, work_id)
    is_approved(world, work_id, author, reviewer)
    assert world.get(f"/v1/works/{work_id}").code == "not_found"
    assert world.post(f"/v1/works/{work_id}/publications", as_=author).json["state"] == "published"
    page = world.get(f"/v1/works/{work_id}").json
    assert (page["work"]["title"], page["work"]["version"]) == ("潮汐", 1)
    assert page["work"]["authors"] == [{"author_id": author.account_id, "name": "Ada"}]
    assert page["work"]["prices"] == {"usd": 900}
    assert page["preview"].startswith("The sea rises")
    assert page["rating"] == {"count": 0, "sum": 0, "average": None}
    assert [file["name"] for file in page["files"]] == ["tides.md"]


def test_the_public_page_holds_no_keys_and_is_cacheable(world: World) -> None:
    path = f"/v1/works/{a_published_work(world)}"
    page = world.get(path)
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert "works/" not in page.body and "shares" not in page.body
    assert world.get(path, headers={"if-none-match": page.headers["ETag"]}).status == 304


def test_the_published_version_stays_while_the_next_is_drafted(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_published_work(world, author, reviewer, title="First")
    begun = world.post(f"/v1/works/{work_id}/drafts", as_=author)
    assert (begun.json["draft"]["number"], begun.json["draft"]["title"]) == (2, "First")
    assert [file["name"] for file in begun.json["draft"]["files"]] == ["tides.md"]
    edited = world.patch(
        f"/v1/works/{work_id}",
        {"title": "Second", "prices": {"usd": 1200}},
        as_=author,
        headers={"if-match": begun.headers["ETag"]},
    )
    assert edited.status == 200
    is_approved(world, work_id, author, reviewer)
    assert world.get(f"/v1/works/{work_id}").json["work"]["title"] == "First"
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    page = world.get(f"/v1/works/{work_id}").json
    assert (page["work"]["title"], page["work"]["version"], page["work"]["prices"]) == ("Second", 2, {"usd": 1200})
    versions = world.get(f"/v1/me/manuscripts/{work_id}/versions", as_=author).json["items"]
    assert [(each["version"], each["title"]) for each in versions] == [(2, "Second"), (1, "First")]


def test_a_new_version_keeps_its_place_on_the_shelf(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    older = a_published_work(world, author, reviewer)
    world.clock.advance(hours=1)
    world.signs_in(author), world.signs_in(reviewer)
    newer = a_published_work(world, author, reviewer)
    world.post(f"/v1/works/{older}/drafts", as_=author)
    is_approved(world, older, author, reviewer)
    assert world.post(f"/v1/works/{older}/publications", as_=author).json["version"] == 2
    assert [card["work_id"] for card in world.get("/v1/works").json["items"]] == [newer, older]


def test_a_rejected_draft_says_why_and_comes_again(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_draft(world, author, title="Half")
    with_a_file(work_id)
    world.post(f"/v1/works/{work_id}/submissions", as_=author)
    world.post(f"/v1/works/{work_id}/claims", as_=reviewer)
    decision = {"verdict": "rejected", "reasons": ["No sources.", "请补充摘要。"]}
    assert world.post(f"/v1/works/{work_id}/decisions", decision, as_=reviewer).json["draft"]["state"] == "rejected"
    draft = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]
    assert draft["reasons"] == ["No sources.", "请补充摘要。"]
    letter = world.mails(author.email)[-1]
    assert "Half" in letter["subject"] and "No sources." in letter["text"]
    assert world.post(f"/v1/works/{work_id}/submissions", as_=author).json["draft"]["state"] == "submitted"


def test_a_rejection_needs_a_reason(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_draft(world, author)
    with_a_file(work_id)
    world.post(f"/v1/works/{work_id}/submissions", as_=author)
    world.post(f"/v1/works/{work_id}/claims", as_=reviewer)
    for reasons in ([], ["  \n"]):
        refused = world.post(
            f"/v1/works/{work_id}/decisions", {"verdict": "rejected", "reasons": reasons}, as_=reviewer
        )
        assert (refused.code, refused.json["errors"][0]["field"]) == ("field_invalid", "reasons")


def test_a_withdrawn_work_leaves_every_shelf_but_not_its_authors(world: World) -> None:
    author = world.author()
    work_id = a_published_work(world, author, subjects=["physics", "law"])
    gone = world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "outdated"}, as_=author)
    assert (gone.json["state"], gone.json["taken_down"]) == ("withdrawn", False)
    assert world.get(f"/v1/works/{work_id}").code == "not_found"
    for query in ("", "?subject=physics", "?subject=science", "?subject=law", f"?author={author.account_id}"):
        assert world.get(f"/v1/works{query}").json["items"] == []
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=author).status == 200


def test_a_withdrawn_work_returns_by_a_new_version_and_a_taken_down_one_never(world: World) -> None:
    author, reviewer, admin = world.author(), world.reviewer(), world.admin()
    work_id = a_published_work(world, author, reviewer)
    world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "pause"}, as_=author)
    assert world.post(f"/v1/works/{work_id}/drafts", as_=author).status == 201
    is_approved(world, work_id, author, reviewer)
    assert world.post(f"/v1/works/{work_id}/publications", as_=author).json["state"] == "published"
    assert world.post(f"/v1/works/{work_id}/drafts", as_=author).status == 201
    is_approved(world, work_id, author, reviewer)
    down = world.post(f"/v1/works/{work_id}/takedowns", {"reason": "court order"}, as_=admin)
    assert (down.json["state"], down.json["taken_down"]) == ("withdrawn", True)
    assert world.post(f"/v1/works/{work_id}/publications", as_=author).code == "taken_down"
    assert works.find(work_id).taken_down


def test_an_author_cannot_take_down(world: World) -> None:
    author = world.author()
    work_id = a_published_work(world, author)
    assert world.post(f"/v1/works/{work_id}/takedowns", {"reason": "x"}, as_=author).code == "forbidden"


def test_a_work_without_price_or_content_is_not_submitted(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author, prices={})
    submit = f"/v1/works/{work_id}/submissions"
    assert world.post(submit, as_=author).code == "price_missing"
    tag = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"]
    world.patch(f"/v1/works/{work_id}", {"prices": {"cny": 0}}, as_=author, headers={"if-match": tag})
    assert world.post(submit, as_=author).code == "content_missing"
    with_a_file(work_id)
    assert world.post(submit, as_=author).status == 201


def test_a_course_needs_a_file_for_each_lesson(world: World) -> None:
    author = world.author()
    chapters = [{"title": "One", "lessons": [{"title": "Ebb"}, {"title": "Flow"}]}]
    work_id = a_draft(world, author, kind="course", chapters=chapters)
    manuscript = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json
    ebb, flow = (lesson["lesson_id"] for lesson in manuscript["draft"]["chapters"][0]["lessons"])
    submit = f"/v1/works/{work_id}/submissions"
    with_a_file(work_id, flow, "flow.md")
    refused = world.post(submit, as_=author)
    assert (
        refused.code == "lessons_missing" and "Ebb" in refused.json["detail"] and "Flow" not in refused.json["detail"]
    )
    with_a_file(work_id, ebb, "ebb.md")
    assert world.post(submit, as_=author).status == 201
    empty = a_draft(world, author, kind="course")
    assert world.post(f"/v1/works/{empty}/submissions", as_=author).code == "lessons_missing"


def test_a_courses_files_follow_its_lessons(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    chapters = [{"title": "One", "lessons": [{"title": "Ebb"}]}, {"title": "Two", "lessons": [{"title": "Flow"}]}]
    work_id = a_draft(world, author, kind="course", chapters=chapters)
    drafted = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["chapters"]
    ebb, flow = (chapter["lessons"][0]["lesson_id"] for chapter in drafted)
    with_a_file(work_id, flow, "flow.md")
    with_a_file(work_id, ebb, "ebb.md")
    is_approved(world, work_id, author, reviewer)
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    page = world.get(f"/v1/works/{work_id}").json
    assert [(file["name"], file["lesson_id"]) for file in page["files"]] == [("ebb.md", ebb), ("flow.md", flow)]
    assert [chapter["title"] for chapter in page["chapters"]] == ["One", "Two"]


def test_an_approved_draft_that_is_edited_needs_a_new_approval(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = an_approved_work(world, author, reviewer)
    tag = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"]
    edited = world.patch(f"/v1/works/{work_id}", {"title": "Other"}, as_=author, headers={"if-match": tag})
    assert edited.json["draft"]["state"] == "draft"
    assert world.post(f"/v1/works/{work_id}/publications", as_=author).code == "not_approved"


def test_every_step_leaves_a_trail(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_published_work(world, author, reviewer)
    world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "x"}, as_=author)
    written = [entry.deed for entry in trail.by(author.account_id) if entry.subject == work_id]
    assert written == ["work.withdrawn", "work.published", "draft.submitted", "work.created"]
    assert [entry.deed for entry in trail.by(reviewer.account_id)][:2] == ["draft.approved", "draft.claimed"]


def test_what_the_author_writes_after_the_decision_is_not_the_reviewers_to_read(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = an_approved_work(world, author, reviewer)
    path = f"/v1/me/manuscripts/{work_id}"
    approved = world.get(path, as_=reviewer)
    [file] = approved.json["draft"]["files"]
    tag = {"if-match": approved.headers["ETag"]}
    assert world.patch(f"/v1/works/{work_id}", {"title": "Not for you"}, as_=author, headers=tag).status == 200
    for hidden in (path, f"{path}/versions", f"{path}/files/{file['file_id']}"):
        assert world.get(hidden, as_=reviewer).code == "not_found"


def test_a_work_full_of_long_titles_and_reasons_fits_into_the_store(world: World) -> None:
    """As large as a request of 256 KiB can make it: four bytes a character."""
    author, reviewer, reader = world.author(), world.reviewer(), world.reader()
    long = "😀" * 200
    chapters = [{"title": long, "lessons": [{"title": long} for _ in range(3)]} for _ in range(33)]
    course = {"kind": "course", "title": long, "language": "en", "prices": {"usd": 0}, "chapters": chapters}
    made = world.post("/v1/works", as_=author, raw=json.dumps(course, ensure_ascii=False)).json
    for chapter in made["draft"]["chapters"]:
        for lesson in chapter["lessons"]:
            with_a_file(made["work_id"], lesson["lesson_id"], name="😀" * 60 + ".md")
    rejected = {"verdict": "rejected", "reasons": ["😀" * 1000] * 20}
    for verdict in (rejected, {"verdict": "approved"}):
        for step, person, body in (
            ("submissions", author, {}),
            ("claims", reviewer, {}),
            ("decisions", reviewer, verdict),
        ):
            raw = json.dumps(body, ensure_ascii=False)
            done = world.post(f"/v1/works/{made['work_id']}/{step}", as_=person, raw=raw)
            assert done.status == 201, (step, done.body[:300])
    assert world.post(f"/v1/works/{made['work_id']}/publications", as_=author).status == 201
    key = {"idempotency-key": "the-long-one"}
    order = world.post("/v1/orders", {"work_ids": [made["work_id"]], "currency": "usd"}, as_=reader, headers=key)
    assert order.json["status"] == "paid"
