"""What a reader does not want to see is not shown, until they change their mind."""

from tests.interactions.test_recording import history
from tests.recommend.telling import does, personal, published, rated, tell
from tests.world import Person, World


def shown(world: World, person: Person) -> set[str]:
    return {work_id for work_id, _ in personal(world, person)}


def test_a_dismissed_work_is_not_recommended_until_it_is_restored(world: World) -> None:
    rui = world.reader()
    published("A")
    published("B")
    does(world, rui, "dismiss", "A", ago=60)
    world.pump()
    assert shown(world, rui) == {"B"}
    assert [(item["kind"], item["work_id"]) for item in history(world, rui)] == [("dismiss", "A")]
    does(world, rui, "restore", "A", ago=30)
    world.pump(duplicate=True, shuffle=1)
    assert shown(world, rui) == {"A", "B"}


def test_the_later_word_counts_in_whatever_order_they_come(world: World) -> None:
    rui = world.reader()
    published("A")
    does(world, rui, "restore", "A", ago=30)
    world.pump()
    does(world, rui, "dismiss", "A", ago=60)
    world.pump()
    assert shown(world, rui) == {"A"}


def test_a_dismissal_is_remembered_after_a_hundred_other_works(world: World) -> None:
    rui = world.reader()
    published("A")
    does(world, rui, "dismiss", "A", ago=3600)
    for number in range(120):
        does(world, rui, "view", f"W{number}") if number % 60 == 0 else None
    world.pump()
    assert shown(world, rui) == set()


def test_a_work_that_the_reader_regrets_is_not_shown_and_speaks_for_nothing(world: World) -> None:
    rui = world.reader()
    published("A")
    rated(rui, "A", 1)
    world.pump()
    assert shown(world, rui) == set()
    world.clock.advance(seconds=5)
    rated(rui, "A", 5)
    world.pump()
    assert shown(world, rui) == {"A"}


def test_a_dismissal_makes_nothing_popular(world: World) -> None:
    rui = world.reader()
    published("A", ago=60)
    published("B", ago=30)
    does(world, rui, "dismiss", "A")
    world.pump()
    assert [item["work"]["work_id"] for item in world.get("/v1/recommendations").json["items"]] == ["B", "A"]


def test_what_is_deleted_from_the_history_is_forgotten_here_too(world: World) -> None:
    rui = world.reader()
    published("A")
    does(world, rui, "dismiss", "A", ago=60)
    world.pump()
    assert shown(world, rui) == set()
    (item,) = history(world, rui)
    assert world.delete(f"/v1/me/history/{item['id']}", as_=rui).status == 204
    world.pump(duplicate=True, shuffle=4)
    assert shown(world, rui) == {"A"}
    late = {
        "moment": "m",
        "kind": "dismiss",
        "work_id": "A",
        "occurred_at": item["occurred_at"],
        "recorded_at": item["occurred_at"],
    }
    tell("recommend-facts", "interaction.recorded", "R", account_id=rui.account_id, events=[late])
    world.pump()
    assert shown(world, rui) == {"A"}, "what was on its way when it was deleted"
