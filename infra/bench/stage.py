"""The app in process before an emulated account whose calls are metered, and the people who use it."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalice import Chalice

from chalicelib.core import ids
from chalicelib.core.secrets import secret
from chalicelib.payments import gateway
from chalicelib.payments.inbox import Event
from infra.local.emulator import Emulator
from infra.local.event_sources import EventSources
from infra.local.fake_stripe import FakeStripe, serve
from infra.local.fake_stripe.payments import pay
from infra.local.functions import Context
from infra.rehearsal import events

WEBHOOKS = "/v1/webhooks/stripe"
PASSWORD = "correct horse battery staple"

WORK = {"kind": "article", "title": "On tides", "language": "en", "subjects": ["science"], "prices": {"usd": 900}}


class Unexpected(Exception):
    """The API answered a script with a refusal."""


class Person:
    """Someone with a web client; signed in, once they hold a token."""

    def __init__(self, app: Chalice, token: str | None = None, account_id: str | None = None) -> None:
        self._app, self.token, self.account_id = app, token, account_id

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
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
    """A small marketplace. ``works`` says how large: what a use case costs must not depend on it."""

    def __init__(self, app: Chalice, emulator: Emulator, works: int = 3) -> None:
        self.app, self.emulator, self.works = app, emulator, works
        self._sources = EventSources(app)
        self._people = 0
        self._published: list[str] = []
        self.stripe = FakeStripe(secret("stripe-webhook-secret"), WEBHOOKS, send=self._receive)

    @contextmanager
    def trading(self) -> Iterator[None]:
        """While the fake Stripe can be asked. Its webhooks wait until they are told to arrive."""
        with serve(self.stripe) as running:
            os.environ["STRIPE_API_BASE"] = running.url
            gateway._stripe.cache_clear()
            yield
        gateway._stripe.cache_clear()

    def pump(self) -> None:
        """Let every job that is due run, until nothing moves."""
        self._sources.pump()

    def anonymous(self) -> Person:
        return Person(self.app)

    def a_reader(self) -> Person:
        """A new account, made as anyone makes one: registered, and proved by the mailed code."""
        self._people += 1
        email, visitor = f"person-{self._people}@bench.example", self.anonymous()
        begun = visitor.post("/v1/accounts", {"email": email, "password": PASSWORD, "name": "Person"})
        proof = {"registration_id": begun["registration_id"], "code": self._mailed_code(email)}
        session = visitor.post("/v1/accounts/verifications", proof)
        return Person(self.app, session["access_token"], session["account_id"])

    def a_reader_of(self, work_id: str) -> Person:
        """A reader who has the work, as an order gives it; what is counted here begins after that."""
        from chalicelib.catalog import cards, works
        from chalicelib.core.transactions import all_or_nothing
        from chalicelib.library import access

        reader, work = self.a_reader(), works.find(work_id)
        with all_or_nothing() as tx:
            access.grant(tx, str(reader.account_id), cards.of(work), work.files, access.order("bench"))
        return reader

    def an_author(self) -> Person:
        author = self.a_reader()
        author.ask("PUT", "/v1/me/author")
        return author

    def a_reviewer(self) -> Person:
        from chalicelib.accounts import standing
        from chalicelib.core import actors

        admin, reviewer = self.a_reader(), self.a_reader()
        standing.make_admin(actors.system("bench"), admin.get("/v1/me")["email"])
        admin.ask("PUT", f"/v1/accounts/{reviewer.account_id}/roles", {"roles": ["reviewer"]})
        return reviewer

    def published_works(self) -> list[str]:
        """The ids of all its works, each written, reviewed and published."""
        if not self._published:
            author, reviewer = self.an_author(), self.a_reviewer()
            self._published = [self._publish(author, reviewer) for _ in range(self.works)]
            self.pump()
        return self._published

    def order(self, reader: Person, work_id: str) -> Any:
        """An order for the work, waiting to be paid."""
        body = {"work_ids": [work_id], "currency": "usd"}
        return reader.post("/v1/orders", body, Idempotency_Key=ids.new())

    def paid(self, order: Any) -> Event:
        """What Stripe tells when the order has been paid on its page; not delivered yet."""
        (session,) = self.stripe.every("checkout.session").values()
        pay(self.stripe, session["id"])
        told = next(
            each for each in self.stripe.every("event").values() if each["type"] == "checkout.session.completed"
        )
        return Event(told["id"], told["type"], session["id"])

    def count(self, deed: Callable[[], Any]) -> Counter[str]:
        """The calls to DynamoDB that the deed makes, by operation, counted at the wire."""
        with self.emulator.meter.counting() as calls:
            deed()
        return Counter(calls.of("dynamodb"))

    def _receive(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        event = events.http(self.app.routes, "POST", url, json.loads(body), **headers)
        event |= {"body": body.decode(), "isBase64Encoded": False}
        return int(self.app(event, Context("lyceum-dev"))["statusCode"])

    def _publish(self, author: Person, reviewer: Person) -> str:
        work_id = str(author.post("/v1/works", WORK)["work_id"])
        _attach_a_file(work_id)
        author.post(f"/v1/works/{work_id}/submissions")
        reviewer.post(f"/v1/works/{work_id}/claims")
        reviewer.post(f"/v1/works/{work_id}/decisions", {"verdict": "approved"})
        author.post(f"/v1/works/{work_id}/publications")
        return work_id

    def _mailed_code(self, email: str) -> str:
        self.pump()
        (mail,) = [mail for mail in self.emulator.mails if mail["Destination"]["ToAddresses"] == [email]]
        (code,) = re.findall(r"\b\d{6}\b", mail["Content"]["Simple"]["Body"]["Text"]["Data"])
        return str(code)


def _attach_a_file(work_id: str) -> None:
    """As ingestion attaches one that it accepted; what is counted here begins after publication."""
    from chalicelib.catalog import drafts
    from chalicelib.catalog.works import FileRef
    from chalicelib.core import ids
    from chalicelib.core.transactions import all_or_nothing

    file_id = ids.new()
    key = f"works/{work_id}/{file_id}/0"
    file = FileRef(file_id=file_id, name="tides.md", media_type="text/markdown", bytes=12, key=key, rendition=key)
    finding = drafts.Finding(title="Tides", language="en", preview="The sea rises.", words=3, pages=None)
    with all_or_nothing() as tx:
        drafts.attach(tx, work_id, 1, file, finding, drafts.DraftClosed())
