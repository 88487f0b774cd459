"""Through every room's own door, and the real topic: from a publication to what is recommended."""

from tests.builders import a_published_work
from tests.interactions.test_recording import history
from tests.recommend.telling import does, personal, popular
from tests.reviews.holding import has
from tests.world import World


def test_what_readers_do_and_say_of_published_works_changes_what_is_recommended(world: World) -> None:
    ada, rex = world.author(), world.reviewer()
    rui, lin = world.reader(), world.reader("Lin", interests=["law"])
    older = a_published_work(world, ada, rex, subjects=["law"], title="Of contracts")
    newer = a_published_work(world, ada, rex, subjects=["law"], title="Of torts")
    assert popular(world, "law") == popular(world) == [newer, older]
    has(rui, older)
    does(world, rui, "play", older)
    assert world.put(f"/v1/works/{older}/reviews/mine", {"rating": 5}, as_=rui).status == 200
    world.pump(duplicate=True, shuffle=3)
    assert popular(world, "law") == popular(world) == [older, newer]
    assert personal(world, lin) == [(older, "law"), (newer, "law")]
    assert sorted(item["kind"] for item in history(world, rui)) == ["play", "rating"]
    assert world.post(f"/v1/works/{older}/withdrawals", {"reason": "Outdated"}, as_=ada).status in (200, 201)
    world.pump()
    assert popular(world, "law") == popular(world) == [newer]
    assert personal(world, lin) == [(newer, "law")]
