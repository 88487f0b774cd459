"""Roles and suspension act at once where it counts, and leave a trail."""

import pytest

from chalicelib.accounts import standing
from chalicelib.audit import trail
from chalicelib.core import web
from chalicelib.core.actors import Actor, Role, Who
from chalicelib.core.errors import Forbidden
from tests.world import World


def test_a_reader_becomes_an_author_and_may_do_so_twice(world: World) -> None:
    reader = world.reader()
    for _ in range(2):
        assert world.put("/v1/me/author", as_=reader).json["roles"] == ["author", "reader"]


def test_only_an_admin_gives_roles(world: World) -> None:
    reader, other = world.reader(), world.reader()
    path = f"/v1/accounts/{other.account_id}/roles"
    assert world.put(path, {"roles": ["admin"]}, as_=reader).code == "forbidden"
    assert world.put(path, {"roles": ["admin"]}).code == "unauthenticated"


def test_a_role_taken_away_is_gone_at_once(world: World) -> None:
    admin, fallen = world.admin(), world.admin("Eve")
    assert world.get(f"/v1/accounts/{admin.account_id}", as_=fallen).status == 200
    world.put(f"/v1/accounts/{fallen.account_id}/roles", {"roles": []}, as_=admin)
    assert world.get(f"/v1/accounts/{admin.account_id}", as_=fallen).code == "forbidden"


def test_no_admin_makes_another_but_one_who_is_can_stay(world: World) -> None:
    admin, other, reader = world.admin(), world.admin("Eve"), world.reader()
    for roles in (["admin"], ["reviewer", "admin"]):
        reply = world.put(f"/v1/accounts/{reader.account_id}/roles", {"roles": roles}, as_=admin)
        assert (reply.status, reply.code) == (403, "admin_not_given")
    assert world.get("/v1/me", as_=reader).json["roles"] == ["reader"]
    assert world.put("/v1/accounts/NOBODY/roles", {"roles": ["admin"]}, as_=admin).code == "not_found"
    kept = world.put(f"/v1/accounts/{other.account_id}/roles", {"roles": ["admin"]}, as_=admin)
    assert kept.json["roles"] == ["admin", "reader"]


def test_of_two_admins_who_judge_each_other_at_once_one_is_left(world: World) -> None:
    """Both were let in; the second's deed comes when the first's is done."""
    admin, fallen = world.admin(), world.admin("Eve")
    let_in = Actor(fallen.account_id, frozenset({Role.ADMIN}))
    assert world.put(f"/v1/accounts/{fallen.account_id}/roles", {"roles": []}, as_=admin).status == 200
    for judge in (
        lambda: standing.set_roles(let_in, admin.account_id, set()),
        lambda: standing.suspend(let_in, admin.account_id, "?"),
    ):
        with pytest.raises(Forbidden):
            judge()
    assert world.get(f"/v1/accounts/{fallen.account_id}", as_=admin).status == 200


def test_a_suspended_account_cannot_act_sign_in_or_refresh(world: World) -> None:
    admin, reader = world.admin(), world.reader()
    path = f"/v1/accounts/{reader.account_id}/suspension"
    assert world.put(path, {"reason": "fraud"}, as_=admin).json["suspended"] is True
    for change in (
        world.patch("/v1/me", {"name": "X"}, as_=reader),
        world.put("/v1/works/WORK/reviews/mine", {"rating": 5}, as_=reader),
        world.delete("/v1/works/WORK/reviews/mine", as_=reader),
        world.delete("/v1/me/history", as_=reader),
    ):
        assert change.code == "account_suspended"
    assert world.signs_in(reader).code == "account_suspended"
    assert world.post("/v1/sessions/refreshes", {"refresh_token": reader.refresh_token}).status == 401
    assert world.delete(path, as_=admin).json["suspended"] is False
    assert world.signs_in(reader).status == 201


def test_an_admin_cannot_change_their_own_standing(world: World) -> None:
    admin = world.admin()
    for call in (
        world.put(f"/v1/accounts/{admin.account_id}/roles", {"roles": []}, as_=admin),
        world.put(f"/v1/accounts/{admin.account_id}/suspension", {"reason": "?"}, as_=admin),
    ):
        assert call.code == "own_standing"


def test_what_is_not_there_cannot_be_changed(world: World) -> None:
    admin = world.admin()
    assert world.put("/v1/accounts/NOBODY/roles", {"roles": []}, as_=admin).code == "not_found"
    assert world.get("/v1/accounts/NOBODY", as_=admin).code == "not_found"


def test_whatever_changes_something_asks_how_the_account_stands_but_for_what_is_named_here(world: World) -> None:
    assert world.platform.app
    changing = [each for each in web.declarations if each.who is Who.READER and each.method != "GET"]
    trusting = {(each.method, each.path) for each in changing if not each.fresh}
    harmless = {("POST", "/v1/me/rankings")}  # it answers, and changes nothing
    assert trusting == {("POST", "/v1/interactions"), ("DELETE", "/v1/sessions/current")} | harmless


def test_registering_and_asking_for_a_reset_leave_a_trail(world: World) -> None:
    reader = world.reader()
    world.post("/v1/password-resets", {"email": reader.email})
    (begun,) = trail.by("system:registration")
    (asked,) = trail.by("system:recovery")
    assert (begun.deed, asked.deed, asked.subject) == ("registration.begun", "reset.asked", reader.account_id)
    assert [entry.facts["registration"] for entry in trail.by(reader.account_id) if entry.facts] == [begun.subject]


def test_deeds_leave_a_trail(world: World) -> None:
    admin, reader = world.admin(), world.reader()
    world.put(f"/v1/accounts/{reader.account_id}/suspension", {"reason": "fraud"}, as_=admin)
    newest = next(trail.by(admin.account_id))
    assert (newest.deed, newest.subject) == ("account.suspended", reader.account_id)


def test_an_admin_finds_an_account_by_its_address(world: World) -> None:
    admin, reader = world.admin(), world.reader()
    found = world.post("/v1/accounts/searches", {"email": reader.email.upper()}, as_=admin)
    assert found.json["account_id"] == reader.account_id
    assert world.post("/v1/accounts/searches", {"email": "nobody@example.com"}, as_=admin).code == "not_found"
    assert world.post("/v1/accounts/searches", {"email": reader.email}, as_=reader).code == "forbidden"
