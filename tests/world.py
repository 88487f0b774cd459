"""The world that stories are told in: people who call the platform over its API, time, and mail."""

import json
import re
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.core.addresses import find_route, read_address
from infra.local.api_events import make_event
from infra.local.http_front import HttpRequest
from tests.platform_fixture import Platform

PASSWORD = "correct horse battery staple"


@dataclass
class Reply:
    """What the platform answered."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The problem's code, where it is one."""
        return self.json.get("code") if self.status >= 400 else None


@dataclass
class Person:
    """Somebody with an account and a session."""

    account_id: str
    email: str
    name: str
    access_token: str
    refresh_token: str


@dataclass
class World:
    platform: Platform
    people: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    request_id: str = "test-request"

    @property
    def clock(self) -> Any:
        return self.platform.clock

    def pump(self, **how: Any) -> int:
        return self.platform.pump(**how)

    def mails(self, to: str) -> list[dict[str, Any]]:
        """The mails that an address got, oldest first: subject, text."""
        self.pump()
        return [
            {
                "subject": mail["Content"]["Simple"]["Subject"]["Data"],
                "text": mail["Content"]["Simple"]["Body"]["Text"]["Data"],
            }
            for mail in self.platform.emulator.mails
            if to in mail["Destination"]["ToAddresses"]
        ]

    def code_mailed_to(self, email: str) -> str:
        found = re.search(r"\b\d{6}\b", self.mails(email)[-1]["text"])
        assert found
        return found.group()

    # People

    def reader(self, name: str = "Rui", **profile: Any) -> Person:
        """Somebody who registered and proved their address, over the API."""
        self.people += 1
        email = f"{name.lower() if name.isascii() and name.isalnum() else 'person'}{self.people}@example.com"
        begun = self.post("/v1/accounts", {"email": email, "password": PASSWORD, "name": name, **profile})
        session = self.proves(begun, self.code_mailed_to(email)).json
        return Person(session["account_id"], email, name, session["access_token"], session["refresh_token"])

    def proves(self, begun: Reply, code: str) -> Reply:
        """Returns the code for the registration that this reply began."""
        proof = {"registration_id": begun.json["registration_id"], "code": code}
        return self.post("/v1/accounts/verifications", proof)

    def author(self, name: str = "Ada", **profile: Any) -> Person:
        person = self.reader(name, **profile)
        assert self.put("/v1/me/author", as_=person).status == 200
        return person

    def admin(self, name: str = "Amin") -> Person:
        from chalicelib.accounts import standing
        from chalicelib.core import actors

        person = self.reader(name)
        standing.make_admin(actors.system("test"), person.email)
        return person

    def reviewer(self, name: str = "Rex") -> Person:
        """As an admin made them, without one."""
        from chalicelib.accounts.models import Account

        person = self.reader(name)
        Account(person.account_id).update(actions=[Account.roles.add({"reviewer"})])
        return person

    def signs_in(self, person: Person, password: str = PASSWORD) -> Reply:
        reply = self.post("/v1/sessions", {"email": person.email, "password": password})
        if reply.status == 201:
            person.access_token, person.refresh_token = reply.json["access_token"], reply.json["refresh_token"]
        return reply

    # Calls

    def get(self, path: str, **how: Any) -> Reply:
        return self.call("GET", path, **how)

    def post(self, path: str, body: Any = None, **how: Any) -> Reply:
        return self.call("POST", path, body, **how)

    def put(self, path: str, body: Any = None, **how: Any) -> Reply:
        return self.call("PUT", path, body, **how)

    def patch(self, path: str, body: Any = None, **how: Any) -> Reply:
        return self.call("PATCH", path, body, **how)

    def delete(self, path: str, **how: Any) -> Reply:
        return self.call("DELETE", path, **how)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: Person | None = None,
        headers: dict[str, str] | None = None,
        raw: str | None = None,
    ) -> Reply:
        """One call through the app's own entry point, with the event that API Gateway would make of it."""
        sent = {"content-type": "application/json", **self.headers, **(headers or {})}
        if as_ is not None:
            sent["authorization"] = f"Bearer {as_.access_token}"
        text = raw if raw is not None else None if body is None else json.dumps(body)
        event = api_event(self.platform.app.routes, method, path, sent, text)
        event["requestContext"]["requestId"] = self.request_id
        answer = self.platform.answer(event)
        return Reply(answer["statusCode"], answer["headers"], answer["body"])


def api_event(
    routes: dict[str, Any], method: str, target: str, headers: dict[str, str], body: str | None
) -> dict[str, Any]:
    """What API Gateway would make of it. Letters that no address has are written as browsers do."""
    lines = Message()
    for name, text in headers.items():
        lines[name] = text
    target = "".join(letter if letter.isascii() else quote(letter) for letter in target)
    client, server = headers.get("x-test-ip", "203.0.113.7"), ("api.example", 443)
    request = HttpRequest(method, target, lines, (body or "").encode(), client, server, "https")
    address = read_address(target)
    route = find_route(routes, address)
    assert route, f"no route fits {target}"
    event = make_event(request, address, route, binary_types=(), stage="api")
    event["requestContext"]["requestId"] = "test-request"
    return event


@pytest.fixture
def world(platform: Platform) -> World:
    """An empty world at the real time."""
    return World(platform)
