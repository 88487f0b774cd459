"""What people, banks and Stripe do in a history, a deed each; what they choose goes by the history's chance."""

from __future__ import annotations

import random
from typing import Any

from infra.local.fake_stripe import accounts, balance, cards, disputes, payments, payouts, topups, webhooks
from infra.prove import checking, stock
from infra.prove.platform import BEGINNING, COMPARISON, SWEEPS, Platform

CARDS = ("4242424242424242", cards.REFUND_IS_SLOW, cards.REFUND_FAILS_LATE, cards.DISPUTES, cards.INQUIRES)
ENDS = ("needs_response", "under_review", "won", "lost", "warning_closed", "appeal_under_review")
JUMPS = (5, 70, 400, 3_000, 90_000)
"""Seconds: within a lease, past a wallet's word, past the sweepers' patience, past a page's life, past a pruned key."""
A_DAY = 90_000
HOLD = 15 * 86_400
LONGEST = 60 * 86_400
"""After which nobody waits for holds any more, in seconds."""


class Deeds:
    """Of one history, whose steps ``trace`` tells."""

    compared = False
    cards: tuple[str, ...] = CARDS
    """By which is paid."""
    outcomes: tuple[str, ...] = (*["approve"] * 5, "decline", "later", "later_fail")
    """What a wallet says."""
    wrongly = 0.05
    """How often another amount is paid than what is due."""

    def __init__(self, platform: Platform, chance: random.Random) -> None:
        self.platform, self.chance = platform, chance
        self.trace: list[str] = []
        self.links: dict[str, list[str]] = {}
        """Of a gift's order all links that its buyer was given, the last of which is good."""
        self.keys = 0
        """How many idempotency keys were used."""
        self.asked: list[tuple[str, dict[str, Any], str]] = []
        """Buyer, cart and key of each order that was asked for."""
        self.depth = 0
        """How deep within somebody else's call."""
        self.coupon = chance.choice(list(stock.COUPONS))

    def note(self, what: str) -> None:
        self.trace.append(f"{'  ' * self.depth}{what}")

    def order(self) -> None:
        """Somebody orders; or asks again, as who had no answer does."""
        if self.asked and self.chance.random() < 0.15:
            buyer, body, key = self.chance.choice(self.asked)
        else:
            self.keys += 1
            buyer, body, key = self.chance.choice(stock.READERS), self._cart(), f"key-of-history-{self.keys}"
            self.asked.append((buyer, body, key))
        self.note(f"{buyer[-2:]} orders {len(body['work_ids'])} works in {body['currency']} by {key[-2:]}")
        self.note(f"with {body.get('coupon', 'no coupon')}{', as a gift' if 'gift' in body else ''}")
        status, answer = self.call("POST", "/v1/orders", body, buyer, key)
        self.note(f"→ {status} {answer.get('order_id', answer.get('code'))}")

    def _cart(self) -> dict[str, Any]:
        currency = self.chance.choice(("usd", "usd", "cny", "jpy"))
        sold = [work for work, (prices, _) in stock.WORKS.items() if currency in prices]
        works = self.chance.sample(sold, self.chance.randint(1, len(sold)))
        body: dict[str, Any] = {"work_ids": works, "currency": currency}
        if self.chance.random() < 0.4:
            body["coupon"] = self.coupon
        return body | ({"gift": True} if self.chance.random() < 0.25 else {})

    def offer(self) -> None:
        """A buyer asks for the link of a gift."""
        if gifts := self._gifts():
            buyer, order_id = self.chance.choice(gifts)
            status, answer = self.call("POST", f"/v1/orders/{order_id}/gift-links", None, buyer)
            self.note(f"a link for {order_id} → {status} {answer.get('code', '')}")
            if status == 201:
                self.links.setdefault(order_id, []).append(answer["token"])

    def claim(self) -> None:
        """Somebody has a link, perhaps an old one."""
        if not self.links:
            return
        order_id = self.chance.choice(list(self.links))
        number, who = self.chance.randrange(len(self.links[order_id])), self.chance.choice(stock.CLAIMERS)
        status, answer = self.call("POST", "/v1/gift-claims", {"token": self.links[order_id][number]}, who)
        self.note(f"{who[-2:]} claims {order_id} by link {number} → {status} {answer.get('code', '')}")
        if status == 201 and number < len(self.links[order_id]) - 1:
            raise checking.Broken(f"{order_id} was claimed by a link that a newer one had voided")

    def pay(self) -> None:
        pages = self._open_pages()
        if not pages:
            return
        self._pay_page(self.chance.choice(pages))

    def _pay_page(self, page: Any) -> None:
        method = self.chance.choice(page["payment_method_types"])
        outcome = self.chance.choice(self.outcomes)
        card = self.chance.choice(self.cards)
        wrong = self.chance.randint(100, 2_000) if self.chance.random() < self.wrongly else None
        other = "eur" if self.chance.random() < self.wrongly / 3 else None
        self.note(
            f"{page['client_reference_id']} is paid by {method} ({outcome}, {card[-4:]}) {wrong or ''} {other or ''}"
        )
        payments.pay(self.platform.fake, page["id"], method, outcome, card, wrong, other)

    def pay_another_page(self) -> None:
        """Stripe opened a page whose answer never reached us: one more way to pay the same order."""
        from chalicelib.payments import gateway
        from chalicelib.payments.objects import Checkout, Item

        if not (orders := self.orders()):
            return
        _, order_id = self.chance.choice(orders)
        header = self.platform.store.tables["lyceum-dev-orders"].items[order_id, "order"]
        total, currency = int(header["total"]["N"]), header["currency"]["S"]
        if not total:
            return
        self.keys += 1
        closes = int(self.platform.now) + 45 * 60
        twin = Checkout(order_id=order_id, attempt=100 + self.keys, currency=currency, items=(Item("again", total),),
                        methods=("card", "alipay"), expires_at=closes, return_url="http://again.test")  # fmt: skip
        self.note(f"{order_id} has one more page")
        quiet, self.platform.wire.meet = self.platform.wire.meet, None
        try:
            page = gateway.open_checkout(twin)
        finally:
            self.platform.wire.meet = quiet
        self._pay_page(self.platform.fake.find("checkout.session", page.id))

    def webhooks(self) -> None:
        fake = self.platform.fake
        how: webhooks.Order = self.chance.choice(("as_is", "as_is", "shuffled", "reversed"))
        times = self.chance.choice((1, 1, 1, 2))
        if self.chance.random() < 0.1:
            lost = webhooks.drop(fake)
            return self.note(f"{len(lost)} webhooks are lost")
        if self.chance.random() < 0.15 and fake.every("event"):
            again = self.chance.choice(list(fake.every("event")))
            self.note(f"an old webhook comes again: {fake.find('event', again)['type']}")
            webhooks.duplicate(fake, again)
        told = webhooks.deliver(fake, None, how, times, None, self.chance.randint(0, 9))
        return self.note(f"webhooks {how} × {times}: {[one['type'] for one in told]}")

    def hand_over(self) -> None:
        if waiting := self.platform.waiting():
            place, twice = self.chance.choice(waiting), self.chance.random() < 0.1
            self.note(f"{place}{' twice' if twice else ''}")
            self.platform.hand_over(place, twice)

    def refund(self) -> None:
        if not (orders := self.orders()):
            return
        buyer, order_id = self.chance.choice(orders)
        body: dict[str, Any] = {}
        if self.chance.random() < 0.7:
            lines = self._lines(order_id)
            chosen = self.chance.sample(lines, self.chance.randint(1, len(lines)))
            body["works"] = [{"work_id": work} | self._part_of(price) for work, price in chosen]
        self.keys += 1
        path = f"/v1/orders/{order_id}/refund-requests"
        self.note(f"{order_id} is to go back: {body}")
        status, answer = self.call("POST", path, body, buyer, f"key-of-refund-{self.keys}")
        self.note(f"→ {status} {answer.get('code', answer.get('status'))}")

    def _part_of(self, price: int) -> dict[str, Any]:
        return {"amount": self.chance.randint(1, max(1, price))} if self.chance.random() < 0.7 else {}

    def decide(self) -> None:
        order_id, row = self.chance.choice(self._to_decide())
        admin, approve = self.chance.choice(stock.ADMINS), self.chance.random() < 0.7
        path = f"/v1/orders/{order_id}/refund-requests/{row.removeprefix('request#')}/decisions"
        status, answer = self.call("POST", path, {"approve": approve, "because": "so"}, admin)
        self.note(f"an admin {'approves' if approve else 'rejects'} {row} → {status} {answer.get('code', '')}")

    def cancel(self) -> None:
        if orders := self.orders():
            buyer, order_id = self.chance.choice(orders)
            status, _ = self.call("POST", f"/v1/orders/{order_id}/cancellation", None, buyer)
            self.note(f"{order_id} is to be canceled → {status}")

    def dispute(self) -> None:
        if (charge := self._charge()) and (left := charge["amount"] - charge["amount_refunded"]):
            amount = left if self.chance.random() < 0.6 else self.chance.randint(1, left)
            inquiry = self.chance.random() < 0.3
            self.note(f"{amount} of {charge['id'][-4:]} is disputed{' (inquiry)' if inquiry else ''}")
            disputes.open_dispute(self.platform.fake, charge["id"], amount, inquiry=inquiry)

    def bank_decides(self) -> None:
        """A dispute goes on; it may be that we hear of it before it does again."""
        fake = self.platform.fake
        one = self.chance.choice(list(fake.every("dispute").values()))
        if ends := [status for status in ENDS if _may_become(one, status)]:
            status = self.chance.choice(ends)
            self.note(f"dispute {one['id'][-4:]}: {one['status']} → {status}")
            disputes.move(fake, one["id"], status)
            if self.chance.random() < 0.6:
                self.calm()

    def rest_by_hand(self) -> None:
        self.by_hand(wholly=1)

    def by_hand(self, wholly: float = 0.3) -> None:
        """Somebody refunds in Stripe's dashboard, so often all that is left."""
        from infra.local.fake_stripe import refunds

        if (charge := self._charge()) and (left := charge["amount"] - charge["amount_refunded"]):
            amount = left if self.chance.random() < wholly else self.chance.randint(1, left)
            self.note(f"{amount} of {charge['id'][-4:]} is refunded by hand")
            refunds.create(self.platform.fake, {"charge": charge["id"], "amount": amount})

    def _charge(self) -> Any:
        """One that was paid, and that no bank asks about; None where there is none."""
        paid = [one for one in self.platform.fake.every("charge").values() if one["status"] == "succeeded"]
        return self.chance.choice([one for one in paid if not one["disputed"]] or [None])

    def open_account(self) -> None:
        """Authors open accounts; Stripe knows all at once, or never, or will not have them."""
        for author in self.chance.sample(stock.AUTHORS, self.chance.randint(1, len(stock.AUTHORS))):
            status, _ = self.call("POST", "/v1/me/payee", {"country": "SG"}, author)
            self.note(f"{author[-2:]} opens an account → {status}")
        for account in list(self.platform.fake.every("account")):
            if self.chance.random() < 0.8:
                accounts.complete(self.platform.fake, account)
            elif self.chance.random() < 0.3:
                accounts.disable(self.platform.fake, account)

    def be_paid(self) -> None:
        """The holds end, and it becomes another day; within what wallets still send back."""
        if self.platform.now > BEGINNING + LONGEST:
            return
        self.note("the holds end")
        for seconds in (HOLD, A_DAY):
            self.platform.now += seconds
            self.platform.fake.tick()
            self.platform.sweep("orders_sweep")

    def spend(self) -> None:
        """An author takes what there is out of an account: no transfer can be taken back then."""
        fake = self.platform.fake
        account = self.chance.choice(list(fake.every("transfer").values()))["destination"]
        if (there := accounts.holds(fake, account, "usd")) > 0:
            self.note(f"{account[-4:]} spends {there}")
            accounts.spend(fake, account, there, "usd")

    def pay_out(self) -> None:
        """Our own balance goes to our bank, which may not take it."""
        fake = self.platform.fake
        if (there := balance.available(fake, "usd")) > 1:
            payout = payouts.create(fake, {"amount": there // 2, "currency": "usd"})
            self.note(f"{there // 2} is paid out")
            if self.chance.random() < 0.5:
                payouts.fail(fake, payout["id"])

    def top_up(self) -> None:
        """Our bank adds to our balance, and may take it back."""
        self.note("we add to our balance")
        topup = topups.create(self.platform.fake, {"amount": self.chance.randrange(1, 5_000), "currency": "usd"})
        if self.chance.random() < 0.3:
            topups.reverse(self.platform.fake, topup["id"])

    def sweep(self) -> None:
        name = self.chance.choice((*SWEEPS, COMPARISON) if self.compared else SWEEPS)
        self.note(name)
        self.platform.sweep(name)

    def jump(self) -> None:
        seconds = self.chance.choice(JUMPS)
        self.note(f"{seconds} s pass")
        self.platform.now += seconds
        self.platform.fake.tick()

    def compare(self) -> None:
        self.note("the hour is compared")
        self.platform.sweep(COMPARISON)

    def a_day_passes(self) -> None:
        self.note("a day passes")
        self.platform.now += A_DAY
        self.platform.fake.tick()

    def unknown(self) -> None:
        """The balance moves, and nothing says why; perhaps the hour is over then."""
        kind, sign = self.chance.choice((("stripe_fee", -1), ("adjustment", 1)))
        amount = self.chance.randint(1, 500)
        self.note(f"{kind} of {amount}")
        balance.make(self.platform.fake, sign * amount, kind, fee=self.chance.choice((0, 3)))
        if self.chance.random() < 0.7:
            self.platform.now += 3_600
            self.platform.sweep("reconciliation_compare")

    def place(self) -> None:
        """Admins say where it belongs: one proposes, and one decides, who may be the same."""
        for _ in range(self.chance.randint(1, 3)):
            for name, item in self._in_suspense()[:1]:
                admin, path = self.chance.choice(stock.ADMINS), f"/v1/admin/findings/{name}/proposals"
                if "proposal_id" in item:
                    path, body = f"{path}/{item['proposal_id']['S']}/decisions", {"approve": self.chance.random() < 0.8}
                else:
                    body = self._placement()
                status, answer = self.call("POST", path, body, admin)
                self.note(f"{admin[-2:]} places {name[-4:]}: {body} → {status} {answer.get('code', '')}")

    def place_order(self) -> None:
        """The same with what of an order cannot leave suspense by itself."""
        for _ in range(self.chance.randint(1, 3)):
            admin, path = self.chance.choice(stock.ADMINS), f"/v1/orders/{self.chance.choice(self._unreturned())}"
            _, told = self.platform.call("GET", f"{path}/suspense", authorization=f"Bearer {stock.token(admin)}")
            for one in told if isinstance(told, list) else ():
                waiting = [each["placement_id"] for each in one["placements"] if each["status"] == "waiting"]
                if waiting:
                    body: dict[str, Any] = {"approve": self.chance.random() < 0.6}
                    where = f"{path}/placements/{waiting[0]}/decisions"
                else:
                    body, where = self._placement() | {"payment_id": one["payment_id"]}, f"{path}/placements"
                status, answer = self.call("POST", where, body, admin)
                self.note(f"{admin[-2:]} places {one['payment_id'][-4:]}: {body} → {status} {answer.get('code', '')}")

    def _unreturned(self) -> list[str]:
        """Orders of which money came back that was on its way to its buyer."""
        rows = self.platform.store.tables["lyceum-dev-orders"].items
        return sorted(
            {key[0] for key, item in rows.items() if key[1].startswith("refund#") and item["reversed"]["BOOL"]}
        )

    def _placement(self) -> dict[str, Any]:
        account = self.chance.choice(("commission", "bank", "processor_fee", "author_available"))
        whose = {"author_id": self.chance.choice(stock.AUTHORS)} if account == "author_available" else {}
        return {"account": account, "because": "so", **whose}

    def settle(self) -> None:
        for charge in balance.unsettled(self.platform.fake):
            balance.settle_charge(self.platform.fake, charge)

    def prune(self) -> None:
        self.note("Stripe forgets idempotency keys")
        self.platform.fake.state.keys.clear()

    def call(self, method: str, path: str, body: Any, who: str, key: str = "") -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {stock.token(who)}"} | ({"idempotency_key": key} if key else {})
        status, answer = self.platform.call(method, path, body, **headers)
        if status >= 500 and status != 503:
            raise checking.Broken(f"{method} {path} answered {status}: {answer}")
        return status, answer if isinstance(answer, dict) else {}

    def settle_down(self) -> None:
        """Everything that waits arrives."""
        self.note("all arrives")
        self.calm()

    def _open_pages(self) -> list[Any]:
        return [one for one in self.platform.fake.every("checkout.session").values() if one["status"] == "open"]

    def orders(self) -> list[tuple[str, str]]:
        """Buyer and order, of all that was ordered, though nobody may have been answered."""
        rows = self.platform.store.tables["lyceum-dev-orders"].items
        return [(item["buyer_id"]["S"], key[0]) for key, item in rows.items() if key[1] == "order"]

    def _gifts(self) -> list[tuple[str, str]]:
        rows = self.platform.store.tables["lyceum-dev-orders"].items
        return [(buyer, order_id) for buyer, order_id in self.orders() if "gift" in rows[order_id, "order"]]

    def _in_suspense(self) -> list[tuple[str, Any]]:
        rows = self.platform.store.tables["lyceum-dev-findings"].items
        found = [(key[0], item) for key, item in rows.items() if "unfinished" in item]
        return [(name, item) for name, item in found if item["kind"]["S"] == "unknown"]

    def _to_decide(self) -> list[tuple[str, str]]:
        rows = self.platform.store.tables["lyceum-dev-orders"].items
        return [key for key, item in rows.items() if item.get("unfinished", {}).get("S") == "decision"]

    def _lines(self, order_id: str) -> list[tuple[str, int]]:
        rows = self.platform.store.tables["lyceum-dev-orders"].items
        return [(item["work_id"]["S"], int(item["price"]["N"])) for key, item in rows.items()
                if key[0] == order_id and key[1].startswith("line#")]  # fmt: skip

    def calm(self) -> None:
        for _ in range(200):
            told = webhooks.deliver(self.platform.fake, None)
            waiting = self.platform.waiting()
            for place in waiting:
                self.platform.hand_over(place)
            if not told and not waiting:
                return
        raise checking.Broken("it never comes to rest")


def _may_become(dispute: Any, status: str) -> bool:
    """As banks decide: an inquiry closes or becomes a dispute; what was lost or won may be appealed."""
    before = dispute["status"]
    follows = {
        "warning_needs_response": ("needs_response", "warning_closed"),
        "warning_under_review": ("needs_response", "warning_closed"),
        "needs_response": ("under_review", "won", "lost"),
        "under_review": ("won", "lost"),
        "lost": ("appeal_under_review",),
        "won": ("appeal_under_review",),
        "appeal_under_review": ("won", "lost"),
    }
    if before == "appeal_under_review" and status == "lost" and len(dispute["balance_transactions"]) == 2:
        return False  # this fake does not take money a second time
    return status in follows.get(before, ())
