"""What readers, authors and admins do in a history, a deed each; what they choose goes by its chance."""

from __future__ import annotations

from typing import Any

from infra.local.fake_stripe import accounts, payments, subscriptions
from infra.prove import checking, stock
from infra.prove.acting import Acting


class People(Acting):
    # Buyers

    def order(self) -> None:
        """Somebody orders; or asks again, as who had no answer does."""
        if self.asked and self.chance.random() < 0.15:
            buyer, body, key = self.chance.choice(self.asked)
        else:
            self.keys += 1
            buyer, body, key = self.chance.choice(stock.READERS), self._cart(), f"key-of-history-{self.keys}"
            self.asked.append((buyer, body, key))
        more = [name for name in ("bundle_ids", "pass_id", "coupon", "gift") if name in body]
        self.note(f"{buyer[-2:]} orders {len(body['work_ids'])} works in {body['currency']} by {key[-2:]}, {more}")
        status, answer = self.call("POST", "/v1/orders", body, buyer, key)
        self.note(f"→ {status} {answer.get('order_id', answer.get('code'))}")

    def _cart(self) -> dict[str, Any]:
        currency = self.chance.choice(("usd", "usd", "cny", "jpy"))
        body: dict[str, Any] = {"currency": currency, **self._goods(currency)}
        if self.chance.random() < 0.4:
            body["coupon"] = self.coupon
        body |= {"gift": True} if self.chance.random() < 0.25 else {}
        return body | ({"billing_address": home} if (home := self.home()) else {})

    def _goods(self, currency: str) -> dict[str, Any]:
        """Works; or a bundle, perhaps with works that are not in it; and now and then a pass, which may be all."""
        bundle = self.chance.random() < 0.15
        sold = [work for work, (prices, _) in stock.WORKS.items() if currency in prices]
        left = [work for work in sold if not (bundle and work in stock.BUNDLED)]
        goods: dict[str, Any] = {"bundle_ids": [stock.BUNDLE]} if bundle else {}
        if self.chance.random() < 0.15:
            goods["pass_id"] = self.chance.choice(list(stock.PASSES))
        goods["work_ids"] = self.chance.sample(left, self.chance.randint(0 if goods else 1, len(left)))
        return goods

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
        payments.pay(self.platform.fake, page["id"], method, outcome, card, wrong, other, place=self.home())

    def pay_another_page(self) -> None:
        """Stripe opened a page whose answer never reached us: one more way to pay the same order."""
        from chalicelib.payments import gateway
        from chalicelib.payments.objects import Checkout, Item

        if not (orders := self.orders()):
            return
        _, order_id = self.chance.choice(orders)
        header = self._rows("orders")[order_id, "order"]
        total, currency = int(header["total"]["N"]), header["currency"]["S"]
        if not total:
            return
        self.keys += 1
        closes = int(self.platform.now) + 45 * 60
        twin = Checkout(order_id=order_id, attempt=100 + self.keys, currency=currency, items=(Item("again", total),),
                        methods=("card", "alipay"), expires_at=closes, return_url="http://again.test")  # fmt: skip
        self.note(f"{order_id} has one more page")
        with self.quietly():
            page = gateway.open_checkout(twin)
        self._pay_page(self.platform.fake.find("checkout.session", page.id))

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

    def cancel(self) -> None:
        if orders := self.orders():
            buyer, order_id = self.chance.choice(orders)
            status, _ = self.call("POST", f"/v1/orders/{order_id}/cancellation", None, buyer)
            self.note(f"{order_id} is to be canceled → {status}")

    # Subscribers

    def subscribe(self) -> None:
        self.keys += 1
        buyer, sold = self.chance.choice(stock.READERS), self.chance.choice(list(stock.PASSES))
        body = {"pass_id": sold, "currency": self.chance.choice(("usd", "cny"))}
        status, answer = self.call("POST", "/v1/subscriptions", body, buyer, f"key-of-history-{self.keys}")
        self.note(f"{buyer[-2:]} subscribes in {body['currency']} → {status} {answer.get('code', '')}")

    def pay_another_page_to_subscribe(self) -> None:
        """The same, of what was subscribed last."""
        from chalicelib.payments import billing
        from chalicelib.payments.objects import Item, Recurring

        for buyer, subscription_id in self._subscribed()[-1:]:
            row = self._rows("orders")[f"subscriber#{buyer}", f"subscription#{subscription_id}"]
            price, currency, self.keys = int(row["price"]["N"]), row["currency"]["S"], self.keys + 1
            twin = Recurring(subscription_id=subscription_id, account_id=buyer, attempt=100 + self.keys,
                             currency=currency, item=Item("again", price), days=int(row["days"]["N"]),
                             expires_at=int(self.platform.now) + 45 * 60, return_url="http://again.test")  # fmt: skip
            self.note(f"{buyer[-2:]} has one more page to subscribe on")
            with self.quietly():
                page = billing.open_subscription(twin)
            self._pay_page(self.platform.fake.find("checkout.session", page.id))

    def unsubscribe(self) -> None:
        if subscribed := self._subscribed():
            buyer, subscription_id = self.chance.choice(subscribed)
            status, _ = self.call("POST", f"/v1/subscriptions/{subscription_id}/cancellation", None, buyer)
            self.note(f"{buyer[-2:]} subscribes no longer → {status}")

    def block_card(self) -> None:
        self._charge_to("4000000000009995")

    def renew_card(self) -> None:
        self._charge_to("4242424242424242")

    def _charge_to(self, card: str) -> None:
        for one in self.platform.fake.every("subscription"):
            self.note(f"{one[-4:]} is charged to {card[-4:]}")
            subscriptions.give_card(self.platform.fake, one, card)

    # Authors

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

    def spend(self) -> None:
        """An author takes what there is out of an account: no transfer can be taken back then."""
        fake = self.platform.fake
        account = self.chance.choice(list(fake.every("transfer").values()))["destination"]
        if (there := accounts.holds(fake, account, "usd")) > 0:
            self.note(f"{account[-4:]} spends {there}")
            accounts.spend(fake, account, there, "usd")

    # Admins

    def decide(self) -> None:
        order_id, row = self.chance.choice(self._to_decide())
        admin, approve = self.chance.choice(stock.ADMINS), self.chance.random() < 0.7
        path = f"/v1/orders/{order_id}/refund-requests/{row.removeprefix('request#')}/decisions"
        status, answer = self.call("POST", path, {"approve": approve, "because": "so"}, admin)
        self.note(f"an admin {'approves' if approve else 'rejects'} {row} → {status} {answer.get('code', '')}")

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

    def _placement(self) -> dict[str, Any]:
        account = self.chance.choice(("commission", "bank", "processor_fee", "author_available"))
        whose = {"author_id": self.chance.choice(stock.AUTHORS)} if account == "author_available" else {}
        return {"account": account, "because": "so", **whose}
