"""A review each, by those who have the work, said anew as often as they like."""

from typing import Any

import pytest

from chalicelib.core import ids
from tests.builders import a_published_work
from tests.reviews.holding import has, loses
from tests.world import Person, World


@pytest.fixture
def ada(world: World) -> Person:
    return world.author()


@pytest.fixture
def work_id(world: World, ada: Person) -> str:
    return a_published_work(world, ada)


def reader_of(world: World, work_id: str, name: str = "Rui") -> Person:
    person = world.reader(name)
    has(person, work_id)
    return person


def reviews(world: World, person: Person, work_id: str, rating: Any, **said: Any) -> Any:
    return world.put(f"/v1/works/{work_id}/reviews/mine", {"rating": rating, **said}, as_=person)


def told(world: World, work_id: str, query: str = "") -> list[dict[str, Any]]:
    return list(world.get(f"/v1/works/{work_id}/reviews{query}").json["items"])


def aggregate(world: World, work_id: str) -> tuple[int, int, float | None]:
    rating = world.get(f"/v1/works/{work_id}").json["rating"]
    return rating["count"], rating["sum"], rating["average"]


def test_a_review_is_shown_and_counted_once(world: World, work_id: str) -> None:
    rui = reader_of(world, work_id)
    reply = reviews(world, rui, work_id, 4, text="Clear.\nAnd short.", language="en", name="R.")
    assert (reply.status, reply.json["rating"], reply.json["hidden_for"]) == (200, 4, None)
    world.pump(duplicate=True)
    (review,) = told(world, work_id)
    assert (review["rating"], review["text"], review["name"]) == (4, "Clear.\nAnd short.", "R.")
    assert aggregate(world, work_id) == (1, 4, 4.0)


def test_nought_is_a_rating(world: World, work_id: str) -> None:
    reviews(world, reader_of(world, work_id), work_id, 0)
    reviews(world, reader_of(world, work_id, "Lin"), work_id, 5)
    world.pump()
    assert aggregate(world, work_id) == (2, 5, 2.5)


def test_a_second_review_replaces_the_first(world: World, work_id: str) -> None:
    rui = reader_of(world, work_id)
    reviews(world, rui, work_id, 5, text="Great", name="Rui")
    world.pump()
    reviews(world, rui, work_id, 2)
    world.pump(duplicate=True)
    (review,) = told(world, work_id)
    assert (review["rating"], review["text"], review["name"]) == (2, None, None)
    assert aggregate(world, work_id) == (1, 2, 2.0)


def test_only_who_has_the_work_reviews_it(world: World, work_id: str) -> None:
    rui = world.reader()
    assert reviews(world, rui, work_id, 5).code == "review_needs_access"
    has(rui, work_id)
    assert reviews(world, rui, work_id, 5).status == 200
    loses(rui, work_id)
    assert reviews(world, rui, work_id, 1).code == "review_needs_access"
    assert reviews(world, rui, "no-such-work", 5).code == "review_needs_access"
    assert world.put(f"/v1/works/{work_id}/reviews/mine", {"rating": 5}).status == 401
    world.pump()
    assert aggregate(world, work_id) == (1, 5, 5.0)


def test_nobody_reviews_what_they_wrote(world: World, ada: Person, work_id: str) -> None:
    has(ada, work_id, "author")
    assert reviews(world, ada, work_id, 5).code == "review_of_own_work"
    partner = world.author("Bo")
    shared = a_published_work(world, ada, shares={ada.account_id: 5000, partner.account_id: 5000})
    has(partner, shared, "order#2")
    assert reviews(world, partner, shared, 5).code == "review_of_own_work"


def test_a_deleted_review_is_gone_from_everywhere(world: World, work_id: str) -> None:
    rui = reader_of(world, work_id)
    reviews(world, rui, work_id, 5, text="Gone soon")
    world.pump()
    mine = f"/v1/works/{work_id}/reviews/mine"
    assert world.delete(mine, as_=rui).status == 204
    assert told(world, work_id) == [], "at once"
    assert world.get("/v1/me/reviews", as_=rui).json["items"] == []
    assert world.delete(mine, as_=rui).status == 404
    world.pump(duplicate=True)
    assert aggregate(world, work_id) == (0, 0, None)
    assert stored(world) == []


def test_the_public_page_names_nobody_but_by_the_name_they_chose(world: World, work_id: str) -> None:
    people = [reader_of(world, work_id, name) for name in ("Rui", "Lin", "Mei")]
    for person in people:
        reviews(world, person, work_id, 3)
    reply = world.get(f"/v1/works/{work_id}/reviews?limit=2")
    assert reply.headers["Cache-Control"] == "public, max-age=60"
    whole = reply.body + decoded(reply.json["next_cursor"])
    for person in people:
        assert person.account_id not in whole
        assert ids.derived("review", work_id, person.account_id) not in whole
        assert person.email not in whole
        assert person.name not in whole


def test_reviews_come_in_pages_the_latest_first(world: World, work_id: str) -> None:
    for number in range(5):
        reviews(world, reader_of(world, work_id, f"R{number}"), work_id, number, text=str(number))
        world.clock.advance(seconds=1)
    first = world.get(f"/v1/works/{work_id}/reviews?limit=3").json
    second = told(world, work_id, f"?limit=3&cursor={first['next_cursor']}")
    assert [review["rating"] for review in first["items"] + second] == [4, 3, 2, 1, 0]
    other = world.get(f"/v1/works/other/reviews?cursor={first['next_cursor']}")
    assert other.code == "bad_cursor"


def test_my_reviews_are_mine(world: World, ada: Person, work_id: str) -> None:
    second = a_published_work(world, ada)
    rui = reader_of(world, work_id)
    has(rui, second)
    reviews(world, rui, work_id, 1)
    world.clock.advance(seconds=1)
    reviews(world, rui, second, 2)
    reviews(world, reader_of(world, work_id, "Lin"), work_id, 5)
    mine = world.get("/v1/me/reviews", as_=rui).json["items"]
    assert [(review["work_id"], review["rating"]) for review in mine] == [(second, 2), (work_id, 1)]


def test_a_review_is_one_transaction_and_a_page_one_query(world: World, work_id: str) -> None:
    rui = reader_of(world, work_id)
    with world.platform.emulator.meter.counting() as calls:
        assert reviews(world, rui, work_id, 4).status == 200
    assert calls.of("dynamodb") == {"BatchGetItem": 1, "TransactWriteItems": 1}  # the first asks for the standing
    with world.platform.emulator.meter.counting() as calls:
        told(world, work_id)
    assert calls.of("dynamodb") == {"Query": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"rating": -1},
        {"rating": 6},
        {"rating": 4.5},
        {"rating": True},
        {"rating": "5"},
        {"rating": None},
        {},
        {"rating": 5, "text": ""},
        {"rating": 5, "text": " \n "},
        {"rating": 5, "text": "x" * 5001},
        {"rating": 5, "text": "\u202egnp.exe"},
        {"rating": 5, "name": "\x00"},
        {"rating": 5, "language": "english, please"},
        {"rating": 5, "account_id": "somebody else"},
    ],
)
def test_what_is_no_review_is_refused(world: World, work_id: str, body: Any) -> None:
    rui = reader_of(world, work_id)
    reply = world.put(f"/v1/works/{work_id}/reviews/mine", body, as_=rui)
    assert (reply.status, reply.code) == (422, "field_invalid")
    assert told(world, work_id) == []


def stored(world: World) -> list[Any]:
    answer = world.platform.client("dynamodb").scan(TableName="lyceum-dev-reviews")
    return list(answer["Items"])


def decoded(cursor: str) -> str:
    import base64

    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")
