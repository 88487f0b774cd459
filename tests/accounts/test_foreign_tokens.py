"""Tokens of an OpenID Connect issuer that the operator trusts: a real issuer's keys over HTTP, real signatures."""

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.core import clock
from tests.world import PASSWORD, Person, World

ISSUER = "https://login.example.org"
KEY = ec.generate_private_key(ec.SECP256R1())
STRANGERS_KEY = ec.generate_private_key(ec.SECP256R1())


class Keys(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key()))
        body = json.dumps({"keys": [public | {"kid": "a", "alg": "ES256", "use": "sig"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OIDC_ISSUER", ISSUER)
    monkeypatch.setenv("OIDC_AUDIENCE", "lyceum")
    monkeypatch.setenv("OIDC_JWKS_URL", f"http://127.0.0.1:{server.server_port}/keys")
    yield
    server.shutdown()
    server.server_close()
    if module := sys.modules.get("chalicelib.accounts.foreign_tokens"):
        module._keys.cache_clear()


def holding(email: str, key: Any = KEY, /, **changes: Any) -> Person:
    now = int(clock.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "lyceum",
        "sub": "42",
        "email": email,
        "email_verified": True,
        "iat": now,
        "exp": now + 300,
    }
    token = jwt.encode(claims | changes, key, algorithm="ES256", headers={"kid": "a"})
    return Person("", email, "", token, "")


def test_a_trusted_issuers_token_stands_for_the_account_of_its_address(world: World, issuer: None) -> None:
    reader = world.reader()
    assert world.get("/v1/me", as_=holding(reader.email)).json["account_id"] == reader.account_id
    assert world.get("/v1/me", as_=reader).status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another service"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": "nobody@example.com"},
        {"exp": 1},
        {"iat": 99_999_999_999, "exp": 99_999_999_999},
        {"nbf": 99_999_999_998, "exp": 99_999_999_999},
    ],
)
def test_a_token_that_is_not_for_us_opens_nothing(world: World, issuer: None, changes: dict[str, Any]) -> None:
    reader = world.reader()
    assert world.get("/v1/me", as_=holding(reader.email, **changes)).status == 401


def test_a_strangers_signature_opens_nothing(world: World, issuer: None) -> None:
    assert world.get("/v1/me", as_=holding(world.reader().email, STRANGERS_KEY)).status == 401


def test_a_foreign_token_follows_the_platforms_clock(world: World, issuer: None) -> None:
    reader = world.reader()
    world.clock.advance(days=2)
    assert world.get("/v1/me", as_=holding(reader.email, nbf=int(clock.timestamp()))).status == 200


def test_an_issuer_that_does_not_answer_signs_nobody_out(
    world: World, issuer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_JWKS_URL", "http://127.0.0.1:9/keys")
    assert world.get("/v1/me", as_=holding(world.reader().email)).code == "unavailable"


def test_who_came_by_a_foreign_token_may_change_the_password(world: World, issuer: None) -> None:
    reader = world.reader()
    change = {"current_password": PASSWORD, "new_password": "a brand new password"}
    assert world.put("/v1/me/password", change, as_=holding(reader.email)).status == 204
    assert world.signs_in(reader, "a brand new password").status == 201


def test_without_the_setting_no_foreign_token_is_believed(world: World) -> None:
    assert world.get("/v1/me", as_=holding(world.reader().email)).status == 401
