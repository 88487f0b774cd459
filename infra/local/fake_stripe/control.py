"""The control API, ``/_control/…``: JSON in, JSON out, to steer the fake from a test, the demo or a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from infra.local.fake_stripe import (
    accounts,
    balance,
    disputes,
    faults,
    idempotency,
    payments,
    payouts,
    refunds,
    subscriptions,
    topups,
    transfers,
    webhooks,
)
from infra.local.fake_stripe.answers import Answer, json_answer
from infra.local.fake_stripe.problems import Problem, refused
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe


def handle(fake: FakeStripe, method: str, path: str, body: bytes) -> Answer:
    """A wrong name or type in the body answers 400 and tells which."""
    deed = _DEEDS.get((method, path.partition("?")[0].removeprefix("/_control/")))
    if deed is None:
        return json_answer(404, {"error": {"message": f"No such control: {method} {path}"}})
    try:
        told = json.loads(body or b"{}")
        fake.tick()
        return json_answer(200, deed(fake, **told))
    except Problem as problem:
        return json_answer(problem.status, problem.document())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return json_answer(400, {"error": {"message": f"{type(error).__name__}: {error}"}})


def state(fake: FakeStripe) -> Object:
    """Counts and what is still to come; the objects themselves are read over the API."""
    with fake.lock:
        return {
            "now": fake.now(),
            "webhook_url": fake.webhook_url,
            "holding": fake.state.holding,
            "objects": {kind: len(things) for kind, things in fake.state.objects.items()},
            "undelivered": webhooks.undelivered(fake),
            "attempts": fake.state.attempts[-100:],
            "agenda": fake.state.agenda,
            "faults": fake.state.faults,
            "idempotency_keys": sorted(fake.state.keys),
            "unsettled_charges": balance.unsettled(fake),
        }


def point_webhooks(fake: FakeStripe, url: str | None, secret: str | None = None) -> Object:
    fake.webhook_url, fake.webhook_secret = url, secret or fake.webhook_secret
    return {"url": url}


def release(fake: FakeStripe, order: webhooks.Order = "as_is", times: int = 1, seed: int = 0) -> Object:
    return {"released": webhooks.release(fake, order, times, seed)}


def deliver(fake: FakeStripe, **told: Any) -> Object:
    return {"attempts": fake.deliver(**told)}


def duplicate(fake: FakeStripe, event: str, times: int = 1) -> Object:
    webhooks.duplicate(fake, event, times)
    return {"queued": times}


def redeliver(fake: FakeStripe, event: str, at: int | None = None) -> Object:
    return {"attempts": fake.deliver([event], at=at)}


def settle(fake: FakeStripe, charge: str | None = None) -> Object:
    with fake.lock:
        wanted = [charge] if charge else balance.unsettled(fake)
        made = [balance.settle_charge(fake, charge_id) for charge_id in wanted]
        return {"balance_transactions": [transaction["id"] for transaction in made if transaction]}


def make_transaction(fake: FakeStripe, amount: int, **told: Any) -> Object:
    with fake.lock:
        return balance.make(fake, amount, **told)


def pay(fake: FakeStripe, session: str, **told: Any) -> Object:
    with fake.lock:
        _alone(fake)
        return payments.pay(fake, session, **told)


def finish_payment(fake: FakeStripe, payment_intent: str, outcome: str = "succeed") -> Object:
    with fake.lock:
        _alone(fake)
        _either(outcome, payments.complete, payments.fail)(fake, payment_intent)
        return fake.find("payment_intent", payment_intent)


def finish_refund(fake: FakeStripe, refund: str, outcome: str = "succeed", reason: str | None = None) -> Object:
    with fake.lock:
        _alone(fake)
        told = {"reason": reason} if reason and outcome == "fail" else {}
        _either(outcome, refunds.complete, refunds.fail)(fake, refund, **told)
        return fake.find("refund", refund)


def open_dispute(fake: FakeStripe, charge: str, **told: Any) -> Object:
    with fake.lock:
        _alone(fake)
        return disputes.open_dispute(fake, charge, **told)


def move_dispute(fake: FakeStripe, dispute: str, status: str) -> Object:
    with fake.lock:
        _alone(fake)
        return disputes.move(fake, dispute, status)


def give_card(fake: FakeStripe, subscription: str, card: str) -> Object:
    with fake.lock:
        subscriptions.give_card(fake, subscription, card)
        return fake.find("subscription", subscription)


def finish_account(fake: FakeStripe, account: str) -> Object:
    with fake.lock:
        _alone(fake)
        return accounts.complete(fake, account)


def disable_account(fake: FakeStripe, account: str, **told: Any) -> Object:
    with fake.lock:
        _alone(fake)
        return accounts.disable(fake, account, **told)


def spend(fake: FakeStripe, account: str, amount: int, currency: str) -> Object:
    with fake.lock:
        return accounts.spend(fake, account, amount, currency)


def reverse(fake: FakeStripe, transfer: str, **told: Any) -> Object:
    with fake.lock:
        _alone(fake)
        return transfers.reverse(fake, told, transfer)


def pay_out(fake: FakeStripe, amount: int, currency: str) -> Object:
    with fake.lock:
        _alone(fake)
        return payouts.create(fake, {"amount": amount, "currency": currency})


def fail_payout(fake: FakeStripe, payout: str, **told: Any) -> Object:
    with fake.lock:
        _alone(fake)
        return payouts.fail(fake, payout, **told)


def top_up(fake: FakeStripe, amount: int, currency: str) -> Object:
    with fake.lock:
        _alone(fake)
        return topups.create(fake, {"amount": amount, "currency": currency})


def reverse_top_up(fake: FakeStripe, topup: str) -> Object:
    with fake.lock:
        _alone(fake)
        return topups.reverse(fake, topup)


def set_merchant(fake: FakeStripe, **told: Any) -> Object:
    """Change the merchant's settings. A rate is a decimal text: what one unit is worth in US dollars."""
    rates = {currency: Fraction(worth) for currency, worth in told.pop("rates", {}).items()}
    changed = {name: _setting(name, value) for name, value in told.items()}
    with fake.lock:
        merchant = replace(fake.merchant, **changed, rates={**fake.merchant.rates, **rates})
        if merchant.settles_in not in merchant.rates or min(merchant.rates.values()) <= 0:
            raise refused("Every currency needs a rate above 0, the settlement currency too.", param="rates")
        fake.merchant = merchant
        return {"settles_in": merchant.settles_in, "methods": list(merchant.methods)}


def _setting(name: str, value: Any) -> Any:
    if name in ("methods", "keeps"):
        return tuple(str(each) for each in value)
    if name == "retries":
        return tuple(int(pause) for pause in value)
    if name in ("settles_in", "after_retries"):
        return str(value)
    if name not in ("settle_after", "wallet_after", "refund_after", "available_after"):
        raise refused(f"The merchant has no setting {name}.", param=name)
    return None if value is None else int(value)


def _either(outcome: str, succeed: Callable[..., None], fail: Callable[..., None]) -> Callable[..., None]:
    if outcome not in ("succeed", "fail"):
        raise refused("outcome must be succeed or fail", param="outcome")
    return succeed if outcome == "succeed" else fail


def _alone(fake: FakeStripe) -> None:
    """What follows is nobody's API request."""
    fake.request = {"id": None, "idempotency_key": None}


def _done(deed: Callable[..., Any], name: str = "result") -> Callable[..., Object]:
    return lambda fake, **told: {name: deed(fake, **told)}


_DEEDS: dict[tuple[str, str], Callable[..., Object]] = {
    ("GET", "state"): state,
    ("GET", "webhooks"): _done(webhooks.undelivered, "undelivered"),
    ("POST", "webhooks/endpoint"): point_webhooks,
    ("POST", "webhooks/hold"): _done(webhooks.hold),
    ("POST", "webhooks/release"): release,
    ("POST", "webhooks/deliver"): deliver,
    ("POST", "webhooks/redeliver"): redeliver,
    ("POST", "webhooks/duplicate"): duplicate,
    ("POST", "webhooks/drop"): lambda fake, events=None: {"dropped": webhooks.drop(fake, events)},
    ("POST", "balance_transactions/settle"): settle,
    ("POST", "balance_transactions/make"): make_transaction,
    ("POST", "idempotency_keys/prune"): _done(idempotency.prune, "pruned"),
    ("POST", "faults"): _done(faults.order),
    ("DELETE", "faults"): _done(faults.clear),
    ("POST", "pay"): pay,
    ("POST", "payments/finish"): finish_payment,
    ("POST", "refunds/finish"): finish_refund,
    ("POST", "disputes/open"): open_dispute,
    ("POST", "disputes/move"): move_dispute,
    ("POST", "subscriptions/card"): give_card,
    ("POST", "accounts/finish"): finish_account,
    ("POST", "accounts/disable"): disable_account,
    ("POST", "accounts/spend"): spend,
    ("POST", "transfers/reverse"): reverse,
    ("POST", "payouts/make"): pay_out,
    ("POST", "payouts/fail"): fail_payout,
    ("POST", "topups/make"): top_up,
    ("POST", "topups/reverse"): reverse_top_up,
    ("POST", "merchant"): set_merchant,
}
