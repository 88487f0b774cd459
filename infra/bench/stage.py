"""The app in process before an emulated account whose calls are metered, and the people who use it."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalice import Chalice

from infra.local.emulator import Emulator
from infra.local.event_sources import EventSources
from infra.local.functions import Context
from infra.rehearsal import events

PASSWORD = "correct horse battery staple"


class Unexpected(Exception):
    """The API answered a script with a refusal."""


class Person:
    """Someone with a web client; signed in, once they hold a token."""

    def __init__(self, app: Chalice, token: str | None = None) -> None:
        self._app, self.token = app, token

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Any:
        """The answer's body, decoded. A header's underscores are hyphens. Raises Unexpected from 400 on."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        event = events.http(self._app.routes, method, target, body, **headers)
        answer = self._app(event, Context("lyceum-dev"))
        if answer["statusCode"] >= 400:
            raise Unexpected(f"{method} {target}: {answer['statusCode']} {answer['body']}")
        return json.loads(answer["body"]) if answer["body"] else None


class Stage:
    def __init__(self, app: Chalice, emulator: Emulator) -> None:
        self.app, self.emulator = app, emulator
        self._sources = EventSources(app)
        self._readers = 0

    def pump(self) -> None:
        """Let every job that is due run, until nothing moves."""
        self._sources.pump()

    def anonymous(self) -> Person:
        return Person(self.app)

    def a_reader(self) -> Person:
        """A new account, made as anyone makes one: registered, and proved by the mailed code."""
        self._readers += 1
        email, visitor = f"reader-{self._readers}@bench.example", self.anonymous()
        visitor.post("/v1/accounts", {"email": email, "password": PASSWORD, "name": "Reader"})
        code = self._mailed_code(email)
        session = visitor.post("/v1/accounts/verifications", {"email": email, "code": code})
        return Person(self.app, session["access_token"])

    def count(self, deed: Callable[[], Any]) -> Counter[str]:
        """The calls to DynamoDB that the deed makes, by operation, counted at the wire."""
        with self.emulator.meter.counting() as calls:
            deed()
        return Counter(calls.of("dynamodb"))

    def _mailed_code(self, email: str) -> str:
        self.pump()
        (mail,) = [mail for mail in self.emulator.mails if mail["Destination"]["ToAddresses"] == [email]]
        (code,) = re.findall(r"\b\d{6}\b", mail["Content"]["Simple"]["Body"]["Text"]["Data"])
        return str(code)
