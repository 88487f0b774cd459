"""The app in process before an emulated account whose calls are metered, and the people who use it."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import Any

from chalice import Chalice

from chalicelib.core import clock, ids
from chalicelib.core.secrets import secret
from chalicelib.payments.inbox import Event
from infra.bench import crowd
from infra.local.acting import acting_as
from infra.local.emulator import Emulator
from infra.local.event_sources import EventSources
from infra.local.fake_stripe import FakeStripe, serve
from infra.local.fake_stripe.payments import pay
from infra.local.functions import Context, called
from infra.local.wire_meter import Calls
from infra.rehearsal import events

WEBHOOKS = "/v1/webhooks/stripe"
PASSWORD = "correct horse battery staple"

WORK = {"kind": "article", "title": "On tides", "language": "en", "subjects": ["science"], "prices": {"usd": 900}}


class Unexpected(Exception):
    """The API answered a script with a refusal."""


class Person:
    """Someone with a web client; signed in, once they hold a token."""

    def __init__(
        self,
        app: Chalice,
        token: str | None = None,
        account_id: str | None = None,
        hear: Callable[[int], None] = lambda size: None,
    ) -> None:
        """``hear`` is told the bytes of each answer's body."""
        self._app, self.token, self.account_id, self._hear = app, token, account_id, hear

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Any:
        """The answer's body, decoded. A header's underscores are hyphens. Raises Unexpected from 400 on."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        event = events.http(self._app.routes, method, target, body, **headers)
        with acting_as("api_handler"):
            answer = self._app(event, Context("lyceum-dev"))
        self._hear(len((answer["body"] or "").encode()))
        if answer["statusCode"] >= 400:
            raise Unexpected(f"{method} {target}: {answer['statusCode']} {answer['body']}")
        return json.loads(answer["body"]) if answer["body"] else None


class Stage:
    """A small marketplace. ``works`` and ``crowd`` say how large: what a use case costs must not depend on it.

    ``works`` are written, reviewed and published; the ``crowd`` is so many more, each with an author and a reader of
    its own, copied from one that was published before them.
    """

    def __init__(
        self,
        app: Chalice,
        emulator: Emulator,
        works: int = 3,
        crowd: int = 0,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.app, self.emulator, self.works, self.crowd, self._say = app, emulator, works, crowd, say
        self._sources = EventSources(app, emulator=emulator)
        emulator.functions |= called(app)
        self._people, self._trades = 0, False
        self.answered_bytes = 0
        """The size of the last answer's body."""
        self._published: list[str] = []
        self.stripe = FakeStripe(secret("stripe-webhook-secret"), WEBHOOKS, send=self._receive)

    @contextmanager
    def trading(self) -> Iterator[None]:
        """While the fake Stripe can be asked. Its webhooks wait until they are told to arrive."""
        if self._trades:
            yield
            return
        with serve(self.stripe) as running:
            os.environ["STRIPE_API_BASE"] = running.url
            self._trades = True
            yield
        self._trades = False

    def pump(self) -> int:
        """Let every job that is due run, until nothing moves; how many records were delivered."""
        return self._sources.pump()

    @property
    def schedules(self) -> list[str]:
        return list(self._sources.schedules)

    def run_schedule(self, name: str) -> None:
        """Let a schedule come due now."""
        self._sources.run_schedule(name)

    def anonymous(self) -> Person:
        return self._person()

    def _person(self, token: str | None = None, account_id: str | None = None) -> Person:
        return Person(self.app, token, account_id, self._hear)

    def _hear(self, size: int) -> None:
        self.answered_bytes = size

    def a_reader(self) -> Person:
        """A new account, made as anyone makes one: registered, and proved by the mailed code."""
        self._people += 1
        email, visitor = f"person-{self._people}@bench.example", self.anonymous()
        begun = visitor.post("/v1/accounts", {"email": email, "password": PASSWORD, "name": "Person"})
        proof = {"registration_id": begun["registration_id"], "code": self._mailed_code(email)}
        session = visitor.post("/v1/accounts/verifications", proof)
        return self._person(session["access_token"], session["account_id"])

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
            reviewer = self.a_reviewer()
            if self.crowd:
                self._draw_a_crowd(reviewer)
            author = self.an_author()
            self._published = [self._publish(author, reviewer) for _ in range(self.works)]
            self.pump()
        return self._published

    def order(self, reader: Person, work_id: str) -> Any:
        """An order for the work, waiting to be paid."""
        body = {"work_ids": [work_id], "currency": "usd"}
        return reader.post("/v1/orders", body, Idempotency_Key=ids.new())

    def paid(self, order: Any) -> Event:
        """What Stripe tells when the order has been paid on its page; not delivered yet."""
        session_id = order["pay_at"].rpartition("/")[2]
        pay(self.stripe, session_id)
        told = next(
            each
            for each in self.stripe.every("event").values()
            if each["type"] == "checkout.session.completed" and each["data"]["object"]["id"] == session_id
        )
        return Event(told["id"], told["type"], session_id)

    def count(self, deed: Callable[[], Any]) -> Counter[str]:
        """The calls to DynamoDB that the deed makes, by operation, counted at the wire."""
        return Counter(self.measure(deed).of("dynamodb"))

    def measure(self, deed: Callable[[], Any]) -> Calls:
        """All calls that the deed makes, and the request units that they cost."""
        with self.emulator.meter.counting() as calls:
            deed()
        return calls

    def _draw_a_crowd(self, reviewer: Person) -> None:
        """Copies of a work, its author, and a reader who has it, reviewed it and is under way in it."""
        from chalicelib.recommend import ranking

        author = self.an_author()
        work_id = self._publish(author, reviewer)
        self.pump()
        reader = self.a_reader_of(work_id)
        reader.ask("PUT", f"/v1/works/{work_id}/reviews/mine", {"rating": 5, "name": "Person", "text": "Clear."})
        reader.post("/v1/interactions", {"events": [_progress(work_id)]})
        self.pump()
        names = self._names(work_id, author, reader)
        renames = [_rename(names, number) for number in range(self.crowd)]
        crowd.multiply(self.emulator, list(names), iter(renames), self._say)
        ranking.rerank(rename[work_id] for rename in islice(reversed(renames), ranking.KEPT))

    def _names(self, work_id: str, author: Person, reader: Person) -> dict[str, str]:
        """What names the work and its people, and what each of these is."""
        page = self.anonymous().get(f"/v1/works/{work_id}")
        people = {str(person.account_id): "id" for person in (author, reader)}
        addresses = {person.get("/v1/me")["email"]: "address" for person in (author, reader)}
        files = {file["file_id"]: "id" for file in page["files"]}
        return {work_id: "id", page["work"]["published_at"]: "moment"} | files | people | addresses

    def _receive(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        event = events.http(self.app.routes, "POST", url, json.loads(body), **headers)
        event |= {"body": body.decode(), "isBase64Encoded": False}
        with acting_as("api_handler"):
            answer = self.app(event, Context("lyceum-dev"))
        self._hear(len((answer["body"] or "").encode()))
        return int(answer["statusCode"])

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


def _progress(work_id: str) -> dict[str, Any]:
    moment = clock.rfc3339(clock.now())
    return {"kind": "progress", "event_id": ids.new(), "occurred_at": moment, "work_id": work_id, "fraction": 0.4}


def _rename(names: dict[str, str], number: int) -> crowd.Rename:
    """A copy's own names. Each was published a millisecond before the last."""
    return {name: _another(name, kind, number) for name, kind in names.items()}


def _another(name: str, kind: str, number: int) -> str:
    match kind:
        case "moment":
            return clock.rfc3339(clock.parse(name) - timedelta(milliseconds=number + 1))
        case "address":
            return f"crowd-{number}-{name}"
    return ids.new()


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
