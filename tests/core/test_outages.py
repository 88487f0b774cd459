"""A service that does not answer is told as such, with when to come again; it is nobody's fault and no stack trace."""

import pytest

from tests.world import PASSWORD, World


@pytest.mark.parametrize("how", ["500", "throttled", "dropped"])
def test_a_store_that_does_not_answer_is_said_to_be_unavailable(world: World, how: str) -> None:
    reader = world.reader()
    world.platform.emulator.faults.fail("dynamodb", "GetItem", times=20, how=how)  # type: ignore[arg-type]
    reply = world.get("/v1/me", as_=reader)
    assert (reply.status, reply.code, "Retry-After" in reply.headers) == (503, "unavailable", True)
    world.platform.emulator.faults.clear()
    assert world.get("/v1/me", as_=reader).status == 200


def test_a_write_that_clashes_with_a_transaction_is_said_to_be_unavailable(world: World) -> None:
    begun = world.post("/v1/accounts", {"email": "li@example.com", "password": PASSWORD, "name": "Li"})
    code = world.code_mailed_to("li@example.com")
    world.platform.emulator.faults.fail("dynamodb", "UpdateItem", how="conflict", matching=_of_a_registration)
    assert (world.proves(begun, code).status, world.proves(begun, code).status) == (503, 201)


def _of_a_registration(body: bytes) -> bool:
    return b"registration#" in body


def test_a_transaction_that_keeps_clashing_is_said_to_be_unavailable(world: World) -> None:
    reader = world.reader()
    world.platform.emulator.faults.fail("dynamodb", "TransactWriteItems", times=20, how="conflict")
    assert world.patch("/v1/me", {"name": "New"}, as_=reader).status == 503
