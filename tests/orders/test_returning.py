"""Money that bought nothing goes back once, whatever becomes of the refund."""

import json

import msgspec
import pytest

from chalicelib.orders import returning
from chalicelib.orders.jobs import carry_out
from chalicelib.outbox import waking
from chalicelib.outbox.models import Task
from chalicelib.payments import gateway
from infra.local.fake_stripe import refunds
from infra.local.functions import Context
from tests.builders import a_message

LATE_FAILURE = "4000 0000 0000 5126"
SLOW = "4000 0000 0000 7726"


def paid_wrongly(shop, **how):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=500, **how)
    return order


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_a_wallet_takes_its_time_and_is_waited_for(shop, method):
    order = paid_wrongly(shop, method=method)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "review"
    assert shop.seen(shop.reader, order)["payments"][0]["refunded"] == 0
    shop.holds()
    shop.world.clock.advance(seconds=61)
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["payments"][0]["refunded"]) == ("returned", 500)
    shop.holds()


def test_a_refund_that_fails_late_puts_the_money_back_into_suspense(shop):
    order = paid_wrongly(shop, card=LATE_FAILURE)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "returned"
    shop.world.clock.advance(seconds=61)
    shop.arrives()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["payments"][0]["refunded"]) == ("review", 0)
    assert shop.sums()["suspense usd"] == -500
    assert "J3r" in shop.journals()
    shop.arrives(events=[event["id"] for event in shop.events() if event["type"].startswith("refund.")], times=2)
    assert shop.sums()["suspense usd"] == -500
    shop.holds()


def test_a_refund_that_was_pending_and_failed_leaves_no_trace_but_two_journals(shop):
    order = paid_wrongly(shop, method="alipay")
    shop.arrives()
    refunds.fail(shop.fake, shop.every("refund")[0]["id"])
    shop.arrives(order="reversed")
    assert shop.seen(shop.reader, order)["payments"][0]["refunded"] == 0
    assert [kind for kind in shop.journals() if kind.endswith("r")] == ["J1r", "J2r", "J3r"]
    assert shop.sums()["suspense usd"] == -500
    shop.holds()


@pytest.mark.parametrize("by_hand", [500, 200])
def test_what_somebody_sent_back_by_hand_does_not_go_back_twice(shop, by_hand):
    """The refund is made at Stripe itself, and is heard of before the payment is: that is entered first."""
    order = paid_wrongly(shop)
    payment = shop.every("payment_intent")[0]["id"]
    gateway.refund("by-hand", 1, "", payment, by_hand, "duplicate")
    shop.arrives(events=[event["id"] for event in shop.events() if event["type"] == "refund.created"])
    shop.arrives()
    assert sum(refund["amount"] for refund in shop.every("refund")) == 500
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["payments"][0]["refunded"]) == ("returned", 500)
    assert "suspense usd" not in shop.sums()
    shop.holds()


def test_a_payment_returned_in_another_currency_clears_the_exchange(shop):
    shop.fake.merchant.settle_after = 0
    order = shop.ordered(shop.reader, shop.works["tides"], currency="jpy")
    shop.takes(order, amount=500)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "returned"
    sums = shop.sums()
    assert {name for name in sums if not name.startswith(("cash", "processor_fee"))} == set()
    shop.holds()


def test_the_buyer_hears_of_it_once_in_their_language(shop):
    shop.world.patch("/v1/me", {"language": "zh-CN"}, as_=shop.reader)
    order = paid_wrongly(shop, card=SLOW)
    shop.arrives(times=2)
    shop.world.clock.advance(seconds=61)
    shop.arrives(times=2)
    subjects = [mail["subject"] for mail in shop.world.mails(shop.reader.email)]
    assert [subject for subject in subjects if subject.startswith("款项退回")] == [
        f"款项退回：订单 {order['order_id']}"
    ]


def test_an_older_sight_of_a_refund_that_failed_does_not_revive_it(shop):
    order = paid_wrongly(shop, card=LATE_FAILURE)
    shop.arrives()
    earlier = gateway.read_refund(shop.every("refund")[0]["id"])
    shop.world.clock.advance(seconds=61)
    shop.arrives()
    assert earlier.status == "succeeded"
    returning.note(earlier, order["order_id"])
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["payments"][0]["refunded"]) == ("review", 0)
    shop.holds()


def test_a_refund_seen_as_failed_before_it_was_seen_as_succeeded_stays_failed(shop):
    order = paid_wrongly(shop, method="alipay")
    shop.arrives()
    name = shop.every("refund")[0]["id"]
    pending = gateway.read_refund(name)
    refunds.fail(shop.fake, name)
    shop.arrives()
    returning.note(msgspec.structs.replace(pending, status="succeeded"), order["order_id"])
    assert shop.seen(shop.reader, order)["payments"][0]["refunded"] == 0
    shop.holds()


def test_a_refund_that_failed_is_not_asked_for_again_by_a_worker_that_comes_late(shop):
    """It needs a person: whatever stopped it would stop it again."""
    order = paid_wrongly(shop, method="alipay")
    shop.fake.deliver()
    shop.world.platform.sources.pump(tolerate=True)
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    body = json.dumps({"outbox_id": refund["metadata"]["task"]})
    Task(refund["metadata"]["task"]).update(actions=[Task.done_at.remove(), Task.leased_until.set(0)])
    carry_out(a_message(body), Context("orders_carry_out"))
    assert len(shop.every("refund")) == 1
    assert shop.seen(shop.reader, order)["status"] == "review"
    shop.holds()


def test_a_refund_that_failed_after_it_was_booked_is_booked_back_by_a_worker_that_comes_late(shop):
    order = paid_wrongly(shop)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "returned"
    [refund] = shop.every("refund")
    refunds.fail(shop.fake, refund["id"])
    task = refund["metadata"]["task"]
    Task(task).update(actions=[Task.done_at.remove(), Task.leased_until.set(0)])
    waking.wake("order-effects", task)
    shop.world.pump()
    assert shop.seen(shop.reader, order)["status"] == "review"
    assert [kind for kind in shop.journals() if kind.endswith("r")] == ["J1r", "J2r", "J3r"]
    shop.holds()
