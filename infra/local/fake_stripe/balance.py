"""The balance and its transactions: every movement of money, in the settlement currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import events, paging
from infra.local.fake_stripe.parameters import text
from infra.local.fake_stripe.plans import plan
from infra.local.fake_stripe.problems import bad_parameter
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

LIST = paging.listing(source=text(100), type=text(100), currency=text(3), payout=text(100))


def record(
    fake: FakeStripe, kind: str, source: Object, amount: int, category: str | None = None, fee: int = 0
) -> Object:
    """Book a movement of ``amount`` in the source's currency. ``fee`` is in the currency that it settles in."""
    merchant, currency = fake.merchant, source["currency"]
    settled, rate = merchant.settled(amount, currency), merchant.rate(currency)
    transaction = {
        "id": fake.new_id("txn_"),
        "object": "balance_transaction",
        "amount": settled,
        "available_on": fake.now() + merchant.available_after,
        "balance_type": "payments",
        "created": fake.now(),
        "currency": merchant.home(currency),
        "description": source.get("description"),
        # A number on Stripe's wire too. Amounts are computed from the exact rate, never from this.
        "exchange_rate": None if currency == merchant.home(currency) else float(rate),
        "fee": fee,
        "fee_details": _fee_details(fee, merchant.home(currency)),
        "net": settled - fee,
        "reporting_category": category or kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
    plan(fake, "release_funds", transaction["id"], merchant.available_after)
    return fake.keep(transaction)


def make(fake: FakeStripe, amount: int, type: str = "adjustment", fee: int = 0, currency: str | None = None) -> Object:
    """A movement that comes from no object: what Stripe charges for its services, corrects, or never explains."""
    source = {"id": None, "currency": currency or fake.merchant.settles_in, "description": type}
    return record(fake, type, source, amount, None, fee)


def settle_charge(fake: FakeStripe, charge_id: str) -> Object | None:
    """Give a succeeded charge its balance transaction, once, and tell so with ``charge.updated``."""
    charge = fake.find("charge", charge_id)
    if charge["balance_transaction"] or charge["status"] != "succeeded":
        return None
    book_charge(fake, charge)
    events.emit(fake, "charge.updated", charge, balance_transaction=None)
    return fake.find("balance_transaction", charge["balance_transaction"])


def book_charge(fake: FakeStripe, charge: Object) -> None:
    kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
    fee = fake.merchant.fee(fake.merchant.settled(charge["amount"], charge["currency"]))
    charge["balance_transaction"] = record(fake, kind, charge, charge["amount"], "charge", fee)["id"]


def unsettled(fake: FakeStripe) -> list[str]:
    charges = fake.every("charge").values()
    return [charge["id"] for charge in charges if charge["status"] == "succeeded" and not charge["balance_transaction"]]


def release_funds(fake: FakeStripe, transaction_id: str) -> None:
    fake.find("balance_transaction", transaction_id)["status"] = "available"


def available(fake: FakeStripe, currency: str) -> int:
    moved = paging.matching(fake.every("balance_transaction").values(), {"currency": currency}, "currency")
    return sum(one["net"] for one in moved if one["status"] == "available" or one["net"] < 0)


def retrieve_balance(fake: FakeStripe, params: Object) -> Object:
    return {
        "object": "balance",
        "available": _sums(fake, "available"),
        "livemode": False,
        "pending": _sums(fake, "pending"),
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }


def retrieve(fake: FakeStripe, params: Object, transaction_id: str) -> Object:
    return fake.find("balance_transaction", transaction_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    if "payout" in params:
        raise bad_parameter("payout", "Only automatic payouts name what they are made of.")
    transactions = fake.every("balance_transaction").values()
    chosen = paging.matching(transactions, params, "source", "type", "currency")
    return paging.page(fake, chosen, params, "/v1/balance_transactions", "balance_transaction")


def _fee_details(fee: int, currency: str) -> list[Object]:
    told = {"application": None, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}
    return [{"amount": fee, **told}] if fee else []


def _sums(fake: FakeStripe, status: str) -> list[Object]:
    totals = {fake.merchant.settles_in: 0}
    for transaction in fake.every("balance_transaction").values():
        if transaction["status"] == status:
            totals[transaction["currency"]] = totals.get(transaction["currency"], 0) + transaction["net"]
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in totals.items()
    ]


ROUTES = [
    Route("GET", "/v1/balance", retrieve_balance),
    Route("GET", "/v1/balance_transactions", listed, LIST),
    Route("GET", "/v1/balance_transactions/{id}", retrieve),
]
