"""Sessions: short access tokens, refresh tokens that work once, and an end that is an end."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest

from chalicelib.core import clock
from tests.world import PASSWORD, Person, World


def refreshes(world: World, token: str) -> int:
    return world.post("/v1/sessions/refreshes", {"refresh_token": token}).status


def test_signing_in_tells_nobody_which_half_was_wrong(world: World) -> None:
    reader = world.reader()
    wrong_password = world.post("/v1/sessions", {"email": reader.email, "password": "wrong password"})
    no_account = world.post("/v1/sessions", {"email": "nobody@example.com", "password": PASSWORD})
    assert wrong_password.body == no_account.body
    assert wrong_password.status == 401


def test_an_access_token_lives_ten_minutes(world: World) -> None:
    reader = world.reader()
    world.clock.advance(seconds=595)
    assert world.get("/v1/me", as_=reader).status == 200
    world.clock.advance(seconds=10)
    assert world.get("/v1/me", as_=reader).code == "unauthenticated"


def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(world: World) -> None:
    reader = world.reader()
    following = world.post("/v1/sessions/refreshes", {"refresh_token": reader.refresh_token}).json["refresh_token"]
    assert refreshes(world, reader.refresh_token) == 401
    assert refreshes(world, following) == 401


def test_parallel_refreshes_have_at_most_one_winner(world: World) -> None:
    reader = world.reader()
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: refreshes(world, reader.refresh_token), range(4)))
    assert statuses.count(201) <= 1


def test_signing_out_ends_the_session_at_once_where_it_counts(world: World) -> None:
    reader = world.reader()
    assert world.delete("/v1/sessions/current", as_=reader).status == 204
    assert refreshes(world, reader.refresh_token) == 401
    assert world.patch("/v1/me", {"name": "New"}, as_=reader).code == "session_ended"


def test_a_session_dies_of_age(world: World) -> None:
    reader = world.reader()
    world.clock.advance(days=31)
    assert refreshes(world, reader.refresh_token) == 401


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "a.b.c.d", "..", "x" * 400])
def test_a_made_up_refresh_token_is_refused(world: World, token: str) -> None:
    assert refreshes(world, token) in (401, 422)


def forged(token: str, **header: str) -> str:
    """The same claims, for a signer who lacks the key."""
    _, claims, _ = token.split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return jwt.encode(body, "x" * 64, algorithm="HS256", headers={"kid": "k1", **header})


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k1"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-4] + "AAAA",
        forged,
        lambda token: forged(token, kid="k2"),
        unsigned,
        lambda token: "nonsense",
        lambda token: "a.b.c",
        lambda token: "",
        lambda token: "é.ü.ß",
    ],
)
def test_a_forged_token_opens_nothing(world: World, forge: object) -> None:
    reader = world.reader()
    stranger = Person("", "", "", forge(reader.access_token), "")  # type: ignore[operator]
    assert world.get("/v1/me", as_=stranger).status == 401


def test_a_token_of_another_stage_opens_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = world.reader()
    monkeypatch.setenv("TOKEN_ISSUER", "https://lyceum.example/other")
    assert world.get("/v1/me", as_=reader).status == 401


def test_a_token_from_the_future_opens_nothing(world: World) -> None:
    world.clock.advance(hours=1)
    reader = world.reader()
    clock.move(0)
    assert world.get("/v1/me", as_=reader).status == 401


def test_sign_ins_are_limited_even_when_they_come_at_once(world: World) -> None:
    reader = world.reader()

    def guess(number: int) -> int:
        return world.post("/v1/sessions", {"email": reader.email, "password": f"wrong {number}"}).status

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(guess, range(14)))
    assert (statuses.count(401), statuses.count(429)) == (10, 4)


def test_a_stranger_who_guesses_elsewhere_does_not_keep_the_owner_out(world: World) -> None:
    reader = world.reader()
    wrong = {"email": reader.email, "password": "wrong"}
    for number in range(12):
        world.post("/v1/sessions", wrong, headers={"x-test-ip": f"198.51.100.{number % 2}"})
    assert world.signs_in(reader).status == 201


def test_a_forgotten_password_is_set_anew_by_mail(world: World) -> None:
    reader = world.reader()
    assert world.post("/v1/password-resets", {"email": reader.email}).status == 202
    proof = {"email": reader.email, "code": world.code_mailed_to(reader.email), "password": "a brand new password"}
    assert world.post("/v1/password-resets/confirmations", proof).status == 204
    assert refreshes(world, reader.refresh_token) == 401
    assert world.signs_in(reader).status == 401
    assert world.signs_in(reader, "a brand new password").status == 201
    assert world.post("/v1/password-resets/confirmations", proof).code == "code_wrong"


def test_asking_for_a_reset_answers_the_same_for_everybody(world: World) -> None:
    reader = world.reader()
    known, unknown = (
        world.post("/v1/password-resets", {"email": email}) for email in (reader.email, "nobody@example.com")
    )
    assert (known.status, known.body) == (unknown.status, unknown.body)


def test_a_changed_password_ends_every_other_session(world: World) -> None:
    reader = world.reader()
    elsewhere = world.post("/v1/sessions", {"email": reader.email, "password": PASSWORD}).json["refresh_token"]
    change = {"current_password": PASSWORD, "new_password": "a brand new password"}
    assert world.put("/v1/me/password", change, as_=reader).status == 204
    assert refreshes(world, elsewhere) == 401
    assert refreshes(world, reader.refresh_token) == 201
    assert "changed" in world.mails(reader.email)[-1]["subject"]


def test_changing_a_password_needs_the_present_one(world: World) -> None:
    change = {"current_password": "wrong", "new_password": "a brand new password"}
    assert world.put("/v1/me/password", change, as_=world.reader()).code == "credentials_wrong"


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/v1/accounts", {"password": PASSWORD, "name": "Li"}),
        ("/v1/sessions", {"password": "not the password"}),
        ("/v1/password-resets", {}),
        ("/v1/password-resets/confirmations", {"code": "000000", "password": "a new password"}),
    ],
)
def test_an_address_with_an_account_costs_no_other_calls_than_one_without(
    world: World, path: str, more: dict[str, str]
) -> None:
    meter, owner = world.platform.emulator.meter, world.reader()
    world.get("/v1/health")
    made = []
    for email in (owner.email, "nobody@example.com"):
        meter.reset()
        world.post(path, {"email": email, **more})
        made.append(dict(meter.calls))
    assert made[0] == made[1] and made[0]
