"""What another person does between a deed's reading and its writing."""

import pytest

from chalicelib.catalog import works
from tests.builders import a_draft, a_published_work, an_approved_work, is_approved, with_a_file
from tests.catalog.interleaving import meanwhile
from tests.world import World


def test_a_work_taken_down_during_its_publication_stays_down(world: World) -> None:
    author, reviewer, admin = world.author(), world.reviewer(), world.admin()
    work_id = a_published_work(world, author, reviewer)
    world.post(f"/v1/works/{work_id}/drafts", as_=author)
    is_approved(world, work_id, author, reviewer)
    with meanwhile(lambda: world.post(f"/v1/works/{work_id}/takedowns", {"reason": "r"}, as_=admin)) as answers:
        assert world.post(f"/v1/works/{work_id}/publications", as_=author).code == "conflict"
    assert answers[0].status == 201
    assert works.find(work_id).taken_down
    assert world.get("/v1/works").json["items"] == []


def test_a_work_published_during_its_withdrawal_keeps_its_cards_and_its_state_together(world: World) -> None:
    author, reviewer = world.author(), world.reviewer()
    work_id = a_published_work(world, author, reviewer, subjects=["law"])
    begun = world.post(f"/v1/works/{work_id}/drafts", as_=author)
    tag = {"if-match": begun.headers["ETag"]}
    world.patch(f"/v1/works/{work_id}", {"subjects": ["music"]}, as_=author, headers=tag)
    is_approved(world, work_id, author, reviewer)
    with meanwhile(lambda: world.post(f"/v1/works/{work_id}/publications", as_=author)):
        assert world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "r"}, as_=author).code == "conflict"
    assert world.get(f"/v1/works/{work_id}").json["work"]["subjects"] == ["music"]
    assert len(world.get("/v1/works?subject=music").json["items"]) == 1
    assert world.get("/v1/works?subject=law").json["items"] == []


def test_a_draft_that_loses_its_file_during_submission_is_not_submitted(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    file_id = with_a_file(work_id)
    with meanwhile(lambda: world.delete(f"/v1/works/{work_id}/files/{file_id}", as_=author)):
        assert world.post(f"/v1/works/{work_id}/submissions", as_=author).code == "not_submittable"
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["state"] == "draft"


def test_a_file_attached_during_an_edit_is_not_lost_and_the_edit_is_told(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    tag = {"if-match": world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"]}
    with meanwhile(lambda: with_a_file(work_id)):
        late = world.patch(f"/v1/works/{work_id}", {"title": "New"}, as_=author, headers=tag)
    assert late.code == "precondition_failed"
    assert len(world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["files"]) == 1


@pytest.mark.parametrize("step", ["claims", "decisions"])
def test_of_two_reviewers_the_first_has_it(world: World, step: str) -> None:
    author, first, second = world.author(), world.reviewer("Rex"), world.reviewer("Zoe")
    work_id = a_draft(world, author)
    with_a_file(work_id)
    world.post(f"/v1/works/{work_id}/submissions", as_=author)
    body = None
    if step == "decisions":
        world.post(f"/v1/works/{work_id}/claims", as_=first)
        body, second = {"verdict": "approved"}, first
    with meanwhile(lambda: world.post(f"/v1/works/{work_id}/{step}", body, as_=first)) as answers:
        late = world.post(f"/v1/works/{work_id}/{step}", body, as_=second)
    assert (answers[0].status, late.status) == (201, 409)


def test_a_version_begun_during_another_beginning_is_one(world: World) -> None:
    author = world.author()
    work_id = a_published_work(world, author)
    with meanwhile(lambda: world.post(f"/v1/works/{work_id}/drafts", as_=author)) as answers:
        assert world.post(f"/v1/works/{work_id}/drafts", as_=author).code == "draft_exists"
    assert answers[0].status == 201


def test_a_version_begun_during_a_takedown_is_refused(world: World) -> None:
    author, admin = world.author(), world.admin()
    work_id = a_published_work(world, author)
    with meanwhile(lambda: world.post(f"/v1/works/{work_id}/takedowns", {"reason": "r"}, as_=admin)):
        assert world.post(f"/v1/works/{work_id}/drafts", as_=author).code == "conflict"


def test_an_approved_draft_edited_during_its_publication_is_not_published(world: World) -> None:
    author = world.author()
    work_id = an_approved_work(world, author)
    tag = {"if-match": world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"]}
    with meanwhile(lambda: world.patch(f"/v1/works/{work_id}", {"title": "Sneaked in"}, as_=author, headers=tag)):
        assert world.post(f"/v1/works/{work_id}/publications", as_=author).code == "not_approved"
    assert works.find(work_id).version == 0
