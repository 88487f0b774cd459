"""The shop in tests: the fake Stripe behind the real SDK, its webhooks, buyers at its payment page, and the books."""

import copy
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
import stripe

from chalicelib.accounts import tokens
from chalicelib.catalog.models import WorkRow
from chalicelib.core import clock, ids
from chalicelib.core.secrets import secret
from chalicelib.payments import gateway
from chalicelib.payments.objects import Checkout, Item
from infra.local import emulated_state
from infra.local.fake_stripe import FakeStripe, serve
from infra.local.fake_stripe import faults as stripe_faults
from infra.local.fake_stripe.balance import settle_charge, unsettled
from infra.local.fake_stripe.payments import pay
from tests.builders import a_published_work, is_approved
from tests.world import Person, Reply, World

WEBHOOKS = "/v1/webhooks/stripe"
CARD = "4242 4242 4242 4242"
SESSION_SECONDS = 29 * 86400
"""How long a session is relied on: the platform ends it a day later."""


class Till:
    def __init__(self, world: World) -> None:
        self.world, self.keys = world, 0
        self.fake = FakeStripe(secret("stripe-webhook-secret"), WEBHOOKS, send=self._send)

    # Buying

    def orders(
        self, buyer: Person, *work_ids: str, currency: str = "usd", key: str | None = None, **more: Any
    ) -> Reply:
        """Ask for an order, with a new Idempotency-Key unless given one."""
        self.keys += 1
        body = {"work_ids": list(work_ids), "currency": currency, **more}
        headers = {"idempotency-key": key or f"order-key-{self.keys}"}
        return self.world.post("/v1/orders", body, as_=buyer, headers=headers)

    def ordered(self, buyer: Person, *work_ids: str, **how: Any) -> Any:
        reply = self.orders(buyer, *work_ids, **how)
        assert reply.status == 201, reply.body
        return reply.json

    def pays(self, order: Any, method: str = "card", outcome: str = "approve", card: str = CARD, **more: str) -> int:
        """Click on the payment page as a person would; the page's status."""
        form = {"action": "pay", "method": method, "outcome": outcome, "card_number": card, **more}
        return requests.post(order["pay_at"], data=form, allow_redirects=False, timeout=10).status_code

    def takes(self, order: Any, **wrong: Any) -> None:
        """Take a payment that is not the one asked for: ``amount=…``, ``currency=…``."""
        pay(self.fake, self.session_of(order)["id"], **wrong)

    def bought(self, buyer: Person, *work_ids: str, method: str = "card", **how: Any) -> Any:
        """A paid order, its webhooks delivered and worked on."""
        order = self.ordered(buyer, *work_ids, **how)
        assert self.pays(order, method) == 303
        self.arrives()
        return self.seen(buyer, order)

    def seen(self, buyer: Person, order: Any) -> Any:
        """The order as its buyer sees it now."""
        reply = self.world.get(f"/v1/me/orders/{order['order_id']}", as_=buyer)
        assert reply.status == 200, reply.body
        return reply.json

    def library(self, buyer: Person) -> list[str]:
        """The works that the buyer may read."""
        return [owned["work_id"] for owned in self.world.get("/v1/me/library", as_=buyer).json["items"]]

    # Stripe

    def arrives(self, *, tolerate: bool = False, **how: Any) -> None:
        """Deliver the webhooks that wait, and work on them until nothing moves; tolerate: even where it fails."""
        attempts = self.fake.deliver(**how)
        assert {attempt["status"] for attempt in attempts} <= {200}, attempts
        self.world.pump(tolerate=tolerate)

    def settles(self) -> None:
        """Let every charge have its balance transaction now."""
        for charge_id in unsettled(self.fake):
            settle_charge(self.fake, charge_id)

    def fails(self, kind: str, method: str = "*", path: str = "*", **how: Any) -> None:
        stripe_faults.order(self.fake, kind, method, path, **how)  # type: ignore[arg-type]

    def opens_another_page(self, order: Any) -> Any:
        """As where Stripe opened a page whose answer never reached us: one more way to pay the same order."""
        twin = Checkout(
            order_id=order["order_id"],
            attempt=99,
            currency=order["currency"],
            items=(Item("The same again", order["total"]),),
            methods=("card", "alipay", "wechat_pay"),
            expires_at=int(clock.timestamp()) + 45 * 60,
            return_url="http://127.0.0.1/again",
        )
        return self.fake.find("checkout.session", gateway.open_checkout(twin).id)

    def every(self, kind: str) -> list[Any]:
        return list(self.fake.every(kind).values())

    def session_of(self, order: Any) -> Any:
        return next(one for one in self.every("checkout.session") if one["client_reference_id"] == order["order_id"])

    def events(self) -> list[Any]:
        return self.every("event")

    def _send(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        return self.world.call("POST", url, raw=body.decode(), headers=lower(headers)).status

    def later(self, *, tolerate: bool = False, **span: float) -> None:
        """Time passes, the schedules run, and what they woke is worked on; tolerate: even where it fails."""
        self.world.clock.advance(**span)
        for name in ("orders_sweep", "outbox_sweep"):
            self.world.platform.run_schedule(name)
        self.world.pump(tolerate=tolerate)

    # Books

    def holds(self) -> None:
        """The invariants hold, and no event was put aside."""
        from chalicelib.orders import invariants
        from chalicelib.payments import inbox

        assert invariants.check().differences == []
        assert list(inbox.parked()) == []

    def sums(self) -> dict[str, int]:
        """What each account of the ledger comes to, as ``{"commission usd": -90}``."""
        from chalicelib.ledger import journals

        totals: dict[str, int] = {}
        for journal in journals.every():
            for entry in journal.entries:
                name = f"{entry.account} {entry.currency}"
                totals[name] = totals.get(name, 0) + entry.amount
        return {name: total for name, total in totals.items() if total}

    def journals(self) -> list[str]:
        from chalicelib.ledger import journals

        return sorted(journal.kind for journal in journals.every())


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): text for name, text in headers.items()}


@pytest.fixture
def till(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """A shop whose webhooks wait until they are told to arrive."""
    till = Till(world)
    with serve(till.fake) as running:
        monkeypatch.setenv("STRIPE_API_BASE", running.url)
        monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)  # the SDK waits half a second to try again
        yield till


class Shop(Till):
    """A till with people and works, made over the API once a process and put back for every test."""

    people: dict[str, Person]
    works: dict[str, str]
    signed_in_at: float
    """When the sessions began that everybody has."""

    @property
    def author(self) -> Person:
        return self.people["author"]

    @property
    def coauthor(self) -> Person:
        return self.people["coauthor"]

    @property
    def reviewer(self) -> Person:
        return self.people["reviewer"]

    @property
    def admin(self) -> Person:
        return self.people["admin"]

    @property
    def reader(self) -> Person:
        return self.people["reader"]

    @property
    def other(self) -> Person:
        return self.people["other"]

    def open(self) -> None:
        world = self.world
        self.people = {
            "author": world.author(), "coauthor": world.author("Bo"), "reviewer": world.reviewer(),
            "admin": world.admin(), "reader": world.reader(), "other": world.reader("Otto"),
        }  # fmt: skip
        both = {self.author.account_id: 6_667, self.coauthor.account_id: 3_333}
        prices = {"usd": 900, "cny": 6_500, "jpy": 900}
        self.works = {
            "tides": self.publishes(prices=prices),
            "winds": self.publishes(prices={"usd": 1_001}, shares=both, title="On winds"),
            "gift": self.publishes(prices={"usd": 0, "jpy": 0}, title="A gift"),
        }
        self._begins_sessions()

    def publishes(self, **wanted: Any) -> str:
        return a_published_work(self.world, self.author, self.reviewer, **wanted)

    def copies(self, work_id: str, number: int) -> list[str]:
        """As many published works like this one."""
        copies = [ids.new() for _ in range(number)]
        work = WorkRow.get(work_id, "work")
        for copied in copies:
            work.work_id = copied
            work.save()
        return copies

    def publishes_again(self, work_id: str, **changes: Any) -> None:
        """A next version, with these changes."""
        begun = self.world.post(f"/v1/works/{work_id}/drafts", as_=self.author)
        assert begun.status == 201, begun.body
        tag = {"if-match": begun.headers["ETag"]}
        changed = self.world.patch(f"/v1/works/{work_id}", changes, as_=self.author, headers=tag)
        assert changed.status == 200, changed.body
        is_approved(self.world, work_id, self.author, self.reviewer)
        published = self.world.post(f"/v1/works/{work_id}/publications", as_=self.author)
        assert published.status == 201, published.body
        self.world.pump()

    def withdraws(self, work_id: str) -> None:
        gone = self.world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "wrong"}, as_=self.author)
        assert gone.status == 201, gone.body
        self.world.pump()

    def takes_down(self, work_id: str) -> None:
        gone = self.world.post(f"/v1/works/{work_id}/takedowns", {"reason": "stolen"}, as_=self.admin)
        assert gone.status == 201, gone.body
        self.world.pump()

    def keeps(self) -> Any:
        """Everything as it is now, for ``puts_back``. No message may be on its way."""
        tables = {table.name: copy.deepcopy(table.items) for table in emulated_state.tables()}
        return tables, self.fake.snapshot(), (self.signed_in_at, copy.deepcopy(self.people))

    def puts_back(self, kept: Any) -> None:
        tables, told, (self.signed_in_at, people) = kept
        for table in emulated_state.tables():
            table.items.clear()
            table.items.update(copy.deepcopy(tables[table.name]))
        self.fake.restore(copy.deepcopy(told))
        for name, person in people.items():
            vars(self.people[name]).update(vars(person))

    def signs_everybody_in(self) -> None:
        """With fresh tokens: they live ten minutes. Of the sessions that everybody has, where these are not too old."""
        if clock.timestamp() > self.signed_in_at + SESSION_SECONDS:
            self._begins_sessions()
        for person in self.people.values():
            told = jwt.decode(person.access_token, options={"verify_signature": False})
            person.access_token = tokens.issue(told["sub"], told["sid"], set(told["roles"]))

    def _begins_sessions(self) -> None:
        from chalicelib.accounts import profiles, sessions

        self.signed_in_at = clock.timestamp()
        for person in self.people.values():
            session = sessions.start(profiles.read(person.account_id))
            person.access_token, person.refresh_token = session.access_token, session.refresh_token


_stock: dict[str, Any] = {}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Two authors, three works, two readers, and nothing bought yet."""
    shop = Shop(world)
    if not _stock:
        shop.open()
        world.platform.emulator.mails.clear()
        tables = {table.name: copy.deepcopy(table.items) for table in emulated_state.tables()}
        _stock.update(tables=tables, people=copy.deepcopy(shop.people), works=shop.works, since=shop.signed_in_at)
    else:
        for table in emulated_state.tables():
            table.items.update(copy.deepcopy(_stock["tables"][table.name]))
        shop.people, shop.works = copy.deepcopy(_stock["people"]), dict(_stock["works"])
        shop.signed_in_at = _stock["since"]
        shop.signs_everybody_in()
        world.people = 100
    with serve(shop.fake) as running:
        monkeypatch.setenv("STRIPE_API_BASE", running.url)
        monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)  # the SDK waits half a second to try again
        yield shop
