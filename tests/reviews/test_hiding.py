"""A review that breaks the rules is hidden, not counted, and stays so until a reviewer shows it again."""

import pytest

from tests.builders import a_published_work
from tests.reviews.test_writing import aggregate, reader_of, reviews, told
from tests.world import Person, World


@pytest.fixture
def rex(world: World) -> Person:
    return world.reviewer()


@pytest.fixture
def work_id(world: World, rex: Person) -> str:
    return a_published_work(world, reviewer=rex)


def hiding(world: World, rui: Person, work_id: str) -> str:
    (mine,) = world.get("/v1/me/reviews", as_=rui).json["items"]
    return f"/v1/works/{work_id}/reviews/{mine['review_id']}/hiding"


def test_a_hidden_review_is_seen_by_its_writer_alone_and_not_counted(world: World, rex: Person, work_id: str) -> None:
    rui = reader_of(world, work_id)
    reviews(world, rui, work_id, 1, text="Spam")
    reviews(world, reader_of(world, work_id, "Lin"), work_id, 5)
    world.pump()
    path = hiding(world, rui, work_id)
    assert world.put(path, {"reason": "Advertising"}, as_=rex).status == 204
    assert [review["rating"] for review in told(world, work_id)] == [5]
    world.pump(duplicate=True)
    assert aggregate(world, work_id) == (1, 5, 5.0)
    assert world.get("/v1/me/reviews", as_=rui).json["items"][0]["hidden_for"] == "Advertising"
    assert world.delete(path, as_=rex).status == 204
    world.pump()
    assert aggregate(world, work_id) == (2, 6, 3.0)
    assert len(told(world, work_id)) == 2


def test_neither_writing_it_anew_nor_deleting_it_first_shows_it_again(world: World, rex: Person, work_id: str) -> None:
    rui = reader_of(world, work_id)
    reviews(world, rui, work_id, 1, text="Spam")
    path = hiding(world, rui, work_id)
    world.put(path, {"reason": "Advertising"}, as_=rex)
    world.pump()
    assert reviews(world, rui, work_id, 2, text="More spam").json["hidden_for"] is not None
    world.pump()
    assert (told(world, work_id), aggregate(world, work_id)) == ([], (0, 0, None))
    world.delete(f"/v1/works/{work_id}/reviews/mine", as_=rui)
    world.pump()
    reviews(world, rui, work_id, 3, text="Spam again")
    world.pump()
    assert (told(world, work_id), aggregate(world, work_id)) == ([], (0, 0, None))


def test_only_reviewers_hide_and_see_what_is_hidden(world: World, rex: Person, work_id: str) -> None:
    rui, lin = reader_of(world, work_id), reader_of(world, work_id, "Lin")
    reviews(world, rui, work_id, 1)
    path = hiding(world, rui, work_id)
    for person in (rui, lin):
        assert world.put(path, {"reason": "I say so"}, as_=person).status == 403
        assert world.get(f"/v1/moderation/works/{work_id}/reviews", as_=person).status == 403
    world.put(path, {"reason": "Advertising"}, as_=rex)
    (seen,) = world.get(f"/v1/moderation/works/{work_id}/reviews", as_=rex).json["items"]
    assert (seen["account_id"], seen["hidden_for"]) == (rui.account_id, "Advertising")


def test_what_is_not_there_can_be_neither_hidden_nor_shown(world: World, rex: Person, work_id: str) -> None:
    rui = reader_of(world, work_id)
    reviews(world, rui, work_id, 1)
    path = hiding(world, rui, work_id)
    assert world.delete(path, as_=rex).status == 404
    assert world.put(f"/v1/works/{work_id}/reviews/nothing/hiding", {"reason": "x"}, as_=rex).status == 404
    world.delete(f"/v1/works/{work_id}/reviews/mine", as_=rui)
    assert world.put(path, {"reason": "x"}, as_=rex).status == 404
