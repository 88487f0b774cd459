"""Keys change in the middle of people's lives, over HTTP; nobody notices, and what is retired opens nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from chalicelib.accounts import tokens
from chalicelib.audit.models import AuditEntry
from chalicelib.core import clock, ids, keyrings, secrets, settings
from chalicelib.core.secrets import FRESH_SECONDS, secret
from infra.deploy.errors import Stopped
from infra.rotate import __main__ as command
from infra.rotate import rings, rotation
from tests.builders import a_published_work
from tests.payments.test_inbox import an_event, told
from tests.world import World

ROOT = Path(__file__).parents[2]
ROTATED = ("token-keys", "cursor-key", "stripe-webhook-secret", "stripe-key")


def nobody(what: str) -> str:
    raise AssertionError(f"nobody is asked for {what}")


@pytest.fixture(autouse=True)
def container(platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A container of our own, and a stage whose secrets are put back."""
    monkeypatch.setattr(secrets, "kept", {})
    ssm = platform.client("ssm")
    before = {name: _value(ssm, name) for name in ROTATED}
    yield
    for name, value in before.items():
        ssm.put_parameter(Name=settings.parameter(name), Value=value, Type="SecureString", Overwrite=True)


def _value(ssm: Any, name: str) -> str:
    return str(ssm.get_parameter(Name=settings.parameter(name), WithDecryption=True)["Parameter"]["Value"])


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def is_in(world: World, person: Any) -> bool:
    return world.get("/v1/me", as_=person).status == 200


def renew(world: World, person: Any) -> Any:
    """The person's client takes a new access token with its refresh token."""
    session = world.post("/v1/sessions/refreshes", {"refresh_token": person.refresh_token}).json
    person.access_token, person.refresh_token = session["access_token"], session["refresh_token"]
    return person


def signed_by_k1(ring: keyrings.KeyRing, person: Any) -> str:
    """The person's own token anew, as whoever kept the old key could make it."""
    claims = jwt.decode(person.access_token, options={"verify_signature": False})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "ring", lambda _: keyrings.KeyRing("k1", ring.keys))
        return tokens.issue(claims["sub"], claims["sid"], set(claims["roles"]))


def deeds() -> list[tuple[str, str]]:
    found = sorted(AuditEntry.scan(), key=lambda entry: entry.entry)
    return [(entry.deed, entry.subject) for entry in found if entry.deed.startswith("secret.")]


def test_sessions_survive_the_change_of_token_keys_and_the_old_key_signs_nothing_afterwards(world, monkeypatch):
    life, rui = rings.LIVES["token-keys"], world.reader()
    renewed_old_container: dict[str, Any] = dict(secrets.kept)
    rotation.rotate("token-keys", nobody)

    world.clock.advance(seconds=life.lead - 5)
    assert kid(renew(world, rui).access_token) == "k1"
    before = rui.access_token
    world.clock.advance(seconds=10)
    assert is_in(world, rui)
    assert kid(renew(world, rui).access_token) == "k2"
    assert is_in(world, rui)
    monkeypatch.setattr(secrets, "kept", renewed_old_container)
    assert is_in(world, rui), "a container that had read the keys before knows the new one by now"
    rui.access_token = before
    assert is_in(world, rui)

    assert "k1 is still needed" in rotation.rotate("token-keys", nobody)
    world.clock.advance(seconds=life.overlap)
    ring = keyrings.ring("token-keys")
    rui.access_token = signed_by_k1(ring, renew(world, rui))
    assert is_in(world, rui)
    assert "k2 alone" in rotation.retire("token-keys")
    world.clock.advance(seconds=FRESH_SECONDS + 1)
    assert is_in(world, renew(world, rui))
    rui.access_token = signed_by_k1(ring, rui)
    assert world.get("/v1/me", as_=rui).status == 401
    assert deeds() == [("secret.rotation_begun", "token-keys"), ("secret.retired", "token-keys")]


def test_cursors_and_mailed_codes_survive_the_change_of_their_key(world):
    author = world.author()
    for number in range(3):
        a_published_work(world, author, title=f"Work {number}")
    following = world.get("/v1/works?limit=1").json["next_cursor"]
    rotation.rotate("cursor-key", nobody)
    world.clock.advance(seconds=rings.LIVES["cursor-key"].lead - 60)
    begun = world.post("/v1/accounts", {"email": "lin@example.com", "password": "a long enough one", "name": "Lin"})
    code = world.code_mailed_to("lin@example.com")
    old_seal = world.get("/v1/works?limit=1").json["next_cursor"]
    world.clock.advance(seconds=120)

    assert old_seal == following
    page = world.get(f"/v1/works?limit=1&cursor={following}")
    assert (page.status, len(page.json["items"])) == (200, 1)
    assert world.get("/v1/works?limit=1").json["next_cursor"] != following
    assert world.proves(begun, code).status == 201

    world.clock.advance(seconds=rings.LIVES["cursor-key"].overlap)
    assert "k2 alone" in rotation.rotate("cursor-key", nobody)
    world.clock.advance(seconds=FRESH_SECONDS + 1)
    assert world.get(f"/v1/works?limit=1&cursor={following}").code == "bad_cursor"
    fresh = world.get("/v1/works?limit=1").json["next_cursor"]
    assert world.get(f"/v1/works?limit=1&cursor={fresh}").status == 200


def test_webhooks_signed_with_either_secret_are_heard_for_a_day(world):
    old, new = secret("stripe-webhook-secret"), f"whsec_{ids.secret()}"
    rotation.rotate("stripe-webhook-secret", lambda _: new)
    world.clock.advance(seconds=FRESH_SECONDS + 1)
    assert told(world, an_event("evt_1"), secret_key=old).status == 200
    assert told(world, an_event("evt_2"), secret_key=new).status == 200
    assert told(world, an_event("evt_3"), secret_key="whsec_another").status == 400

    world.clock.advance(days=1)
    rotation.retire("stripe-webhook-secret")
    world.clock.advance(seconds=FRESH_SECONDS + 1)
    assert told(world, an_event("evt_4"), secret_key=old).code == "signature_invalid"
    assert told(world, an_event("evt_5"), secret_key=new).status == 200


def test_each_registered_endpoint_has_a_secret_of_its_own(world):
    ours, connected = f"whsec_{ids.secret()}", f"whsec_{ids.secret()}"
    with pytest.raises(Stopped, match="begins with whsec_"):
        rotation.rotate("stripe-webhook-secret", lambda _: f"{ours},another")
    old = secret("stripe-webhook-secret")
    rotation.rotate("stripe-webhook-secret", lambda _: f"{ours},{connected}")
    world.clock.advance(seconds=FRESH_SECONDS + 1)
    for number, one in enumerate((old, ours, connected)):
        assert told(world, an_event(f"evt_{number}"), secret_key=one).status == 200
    assert told(world, an_event("evt_3"), secret_key=f"{ours},{connected}").code == "signature_invalid"


def test_a_stripe_key_is_tried_before_it_replaces_the_old_one(shop):
    old, new = secret("stripe-key"), f"sk_test_{ids.secret()}"
    shop.fake.api_key = new
    with pytest.raises(Stopped, match="does not take"):
        rotation.rotate("stripe-key", lambda _: "sk_test_of_somebody_else")
    with pytest.raises(Stopped, match="mode"):
        rotation.rotate("stripe-key", lambda _: new.replace("_test_", "_live_"))
    assert (deeds(), _value(shop.world.platform.client("ssm"), "stripe-key")) == ([], old)

    rotation.rotate("stripe-key", lambda _: new)
    shop.world.clock.advance(seconds=FRESH_SECONDS + 1)
    assert shop.bought(shop.reader, shop.works["tides"])["status"] == "paid"
    assert deeds() == [("secret.replaced", "stripe-key")]


def test_a_compromised_key_stops_counting_and_people_stay_signed_in_by_their_refresh_tokens(world):
    rui = world.reader()
    rotation.replace("token-keys", nobody)
    world.clock.advance(seconds=FRESH_SECONDS + 1)
    assert world.get("/v1/me", as_=rui).status == 401
    assert is_in(world, renew(world, rui))


def test_a_secret_is_read_once_in_five_minutes_and_made_up_kids_ask_for_nothing(world):
    rui = world.reader()
    forged = jwt.encode({"sub": "x"}, "x" * 32, algorithm="HS256", headers={"kid": "k99"})
    with world.platform.emulator.meter.counting() as calls:
        for _ in range(5):
            assert is_in(world, rui)
            assert world.get("/v1/me", headers={"authorization": f"Bearer {forged}"}).status == 401
        assert calls.of("ssm") == {}
        world.clock.advance(seconds=FRESH_SECONDS)
        for _ in range(5):
            assert is_in(world, rui)
        assert calls.of("ssm") == {"GetParameter": 1}


def test_a_secret_that_is_known_outlives_an_outage_of_its_store(world):
    rui = world.reader()
    world.clock.advance(seconds=FRESH_SECONDS)
    outage = world.platform.emulator.faults.fail("ssm", "GetParameter", times=3)
    assert is_in(world, rui)
    assert is_in(world, rui)
    assert outage.times == 0
    world.clock.advance(seconds=secrets.PATIENCE_SECONDS)
    with world.platform.emulator.meter.counting() as calls:
        assert is_in(world, rui)
    assert calls.of("ssm") == {"GetParameter": 1}


def test_two_who_rotate_at_once_are_told(platform):
    ssm, name = platform.client("ssm"), settings.parameter("stripe-webhook-secret")

    def meanwhile(_: str) -> str:
        ssm.put_parameter(Name=name, Value="whsec_by_a_colleague", Type="SecureString", Overwrite=True)
        return f"whsec_{ids.secret()}"

    with pytest.raises(Stopped, match="at the same moment"):
        rotation.rotate("stripe-webhook-secret", meanwhile)


def test_the_command_tells_what_comes_next_and_never_a_secret(platform):
    def run(*how: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        asked = [sys.executable, "-m", "infra.rotate", "--stage", "dev", *how]
        return subprocess.run(asked, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=60)

    given = f"whsec_{ids.secret()}"
    begun = run("--key", "stripe-webhook-secret", typed=f"{given}\n")
    assert begun.returncode == 0, begun.stderr
    ring = json.loads(_value(platform.client("ssm"), "stripe-webhook-secret"))
    assert (ring["current"], ring["next"], ring["keys"]["k2"]) == ("k1", "k2", given)
    assert ring["next_from"] <= clock.timestamp()
    assert "Run this again after" in begun.stdout
    refused = run("--key", "cursor-key", "--retire")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "No key of cursor-key retires" in refused.stderr
    said = begun.stdout + begun.stderr + refused.stderr
    assert not [value for value in (*ring["keys"].values(), os.environ["AWS_SECRET_ACCESS_KEY"] * 9) if value in said]


def test_every_secret_is_replaced_here_or_it_is_said_where(capsys, monkeypatch):
    assert {*command.NAMES, *command.ELSEWHERE} == set(settings.SECRETS)
    for name, why in command.ELSEWHERE.items():
        monkeypatch.setattr(sys, "argv", ["rotate-keys", "--stage", "dev", "--key", name])
        assert command.main() == 1
        assert capsys.readouterr().err == f"{name} {why}\n"
        assert all((ROOT / page).exists() for page in re.findall(r"docs/\S+\.md", why))
