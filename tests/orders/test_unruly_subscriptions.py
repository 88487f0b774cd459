"""Subscriptions whose events are lost, whose workers die, whose money goes back, or that may not go on."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest

from chalicelib.core import clock
from chalicelib.core.transactions import all_or_nothing
from chalicelib.library.models import PASSES, PassesRow
from chalicelib.orders import following, hearing, invariants, subscriptions
from chalicelib.orders.jobs import carry_out
from chalicelib.orders.models import SubscriptionRow
from chalicelib.outbox import tasks
from chalicelib.payments import billing, inbox
from chalicelib.payments.objects import Item, Recurring
from infra.local.fake_stripe import disputes, events, refunds, webhooks
from infra.local.fake_stripe.subscriptions import cancel as ends
from infra.local.functions import Context
from tests.builders import a_message
from tests.crashes import Cut, cut
from tests.orders.test_crashes import BEFORE_AND_AFTER, waiting
from tests.orders.test_fulfilment import ids_of
from tests.orders.test_passes import _tolerated, passes, reads
from tests.orders.test_refunds import asks, gets_back
from tests.orders.test_subscriptions import (
    CARD,
    asks_to,
    blocks,
    bought,
    cancels,
    goes_by,
    letters,
    month,
    periods,
    renews_soon,
    seen,
    stripes,
    subscribed,
)

__all__ = ["month"]

PLACING = ["GetItem", "Query", "TransactWriteItems", "post", "TransactWriteItems"]
ENTERING = ["get", "get", "Query", "GetItem", "GetItem", "GetItem", "Query", "TransactWriteItems"]
RENEWING = [*ENTERING[:-2], "TransactWriteItems"]
ENDING = ["GetItem", "UpdateItem", "GetItem", "get", "post", "GetItem", "get", "TransactWriteItems", "UpdateItem"]


def deafens(shop):
    """From now on the provider tells nothing, and takes it for told."""
    shop.fake.webhook_url = None


def kinds(wire):
    return [call.split(" ")[0] for call in wire.calls]


# Lost events


def test_without_any_event_the_sweeper_finds_the_first_payment(shop, month):
    deafens(shop)
    begun = asks_to(shop, month).json
    shop.pays(begun)
    shop.later(minutes=46)
    shop.later(minutes=11)
    shop.signs_everybody_in()
    assert (seen(shop, begun)["status"], reads(shop), shop.journals()) == ("active", 200, ["J1", "J1s"])
    shop.holds()


def test_without_any_event_the_sweeper_finds_renewals_and_failures(shop, month):
    begun = subscribed(shop, month)
    deafens(shop)
    renews_soon(shop, begun)
    goes_by(shop, hours=2)
    assert (len(bought(shop)), seen(shop, begun)["status"], reads(shop)) == (2, "active", 200)
    blocks(shop)
    renews_soon(shop, begun)
    goes_by(shop, hours=2)
    assert (seen(shop, begun)["status"], len(letters(shop, "declined"))) == ("past_due", 1)
    blocks(shop, CARD)
    goes_by(shop, days=3, hours=1)
    goes_by(shop, hours=6)
    told = periods(shop)
    assert (seen(shop, begun)["status"], len(told), told[1][1]) == ("active", 3, told[2][0])
    shop.holds()


def test_without_any_event_the_sweeper_finds_the_end(shop, month):
    begun = subscribed(shop, month)
    deafens(shop)
    shop.fake.merchant.retries = ()
    blocks(shop)
    renews_soon(shop, begun)
    goes_by(shop, hours=2)
    assert (seen(shop, begun)["status"], reads(shop), len(letters(shop, "ended"))) == ("ended", 403, 1)
    shop.holds()


def test_what_was_paid_unheard_before_it_ended_is_found_by_the_last_look(shop, month):
    begun = subscribed(shop, month)
    for lost in (True, False):
        for span in ({"days": 31}, {"hours": 2}):
            shop.world.clock.advance(**span)
            shop.fake.tick()
        if lost:
            webhooks.drop(shop.fake)
    shop.arrives()
    shop.signs_everybody_in()
    assert (len(bought(shop)), len(shop.every("invoice"))) == (2, 3)
    gets_back(shop, bought(shop)[-1])
    shop.arrives()
    assert seen(shop, begun)["status"] == "ended"
    goes_by(shop, minutes=11)
    assert sorted(order["status"] for order in bought(shop)) == ["paid", "paid", "refunded"]
    shop.holds()


def test_events_that_were_lost_are_asked_for(shop, month):
    begun = subscribed(shop, month)
    renews_soon(shop, begun)
    ends = max(item["current_period_end"] for item in stripes(shop)["items"]["data"])
    shop.world.clock.advance(seconds=ends - clock.timestamp() + 5_400)
    shop.fake.tick()
    webhooks.drop(shop.fake)
    shop.later(minutes=6)
    shop.later(minutes=6)
    shop.signs_everybody_in()
    assert len(bought(shop)) == 3
    shop.holds()


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(4)))[::3])
def test_a_renewal_that_is_refunded_at_the_provider_may_be_told_in_any_order(shop, month, order_of_arrival):
    begun = subscribed(shop, month)
    known = len(shop.events())
    ends = max(item["current_period_end"] for item in stripes(shop)["items"]["data"])
    shop.world.clock.advance(seconds=ends - clock.timestamp() + 5_400)
    shop.fake.tick()
    refunds.create(shop.fake, {"payment_intent": shop.every("payment_intent")[-1]["id"]})
    told = ("customer.subscription.updated", "payment_intent.succeeded", "invoice.paid", "refund.created")
    new = {event["id"] for event in shop.events()[known:]}
    arriving = [event for event in ids_of(shop, *(told[place] for place in order_of_arrival)) if event in new]
    for event in arriving:
        shop.arrives(events=[event])
        shop.holds()
    shop.arrives()
    shop.signs_everybody_in()
    assert [order["status"] for order in bought(shop)] == ["paid", "refunded"]
    assert (seen(shop, begun)["status"], stripes(shop)["status"], reads(shop)) == ("ended", "canceled", 403)
    shop.holds()


def test_of_many_workers_at_once_each_invoice_is_entered_once(shop, month):
    pages = [asks_to(shop, month).json for _ in range(3)]
    for page in pages:
        shop.pays(page)
    events_of_all = waiting(shop, "payment_intent.succeeded", "invoice.paid", "checkout.session.completed")
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(_tolerated, events_of_all * 2))
    assert all(each is None or "Conflict" in each or "Moved" in each for each in told), told
    for _ in range(3):
        shop.later(minutes=11, tolerate=True)
        shop.arrives()
    shop.signs_everybody_in()
    assert sorted(seen(shop, page)["status"] for page in pages) == ["active", "ended", "ended"]
    assert sorted(order["status"] for order in bought(shop)) == ["paid", "returned", "returned"]
    assert len(passes(shop)) == 1
    shop.holds()


# Crashes


def test_subscribing_makes_these_calls(shop, month):
    asks_to(shop, month, shop.other)
    with cut() as wire:
        asks_to(shop, month)
    assert kinds(wire) == ["BatchGetItem", "UpdateItem", *PLACING]


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(3, len(PLACING) + 3))
def test_who_subscribes_again_after_a_crash_has_one(shop, month, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        asks_to(shop, month, key="the-same-key")
    shop.world.clock.advance(seconds=61)
    begun = asks_to(shop, month, key="the-same-key")
    assert (begun.status, len(shop.every("checkout.session"))) == (201, 1), begun.body
    shop.pays(begun.json)
    shop.arrives()
    assert (seen(shop, begun.json)["status"], len(bought(shop)), reads(shop)) == ("active", 1, 200)
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(3, len(PLACING) + 3))
def test_what_broke_off_and_was_forgotten_runs_out(shop, month, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        asks_to(shop, month)
    shop.later(minutes=46)
    shop.arrives()
    shop.signs_everybody_in()
    listed = shop.world.get("/v1/me/subscriptions", as_=shop.reader).json["items"]
    assert {each["status"] for each in listed} <= {"expired"}
    assert {session["status"] for session in shop.every("checkout.session")} <= {"expired"}
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(ENTERING) + 1))
def test_a_first_invoice_whose_worker_died_is_entered_once(shop, month, at, done):
    begun = asks_to(shop, month).json
    shop.pays(begun)
    [event] = waiting(shop, "invoice.paid")
    with pytest.raises(Cut), cut(at, done=done) as wire:
        hearing.hear(event)
    assert kinds(wire) == ENTERING[:at]
    shop.holds()
    shop.later(minutes=6)
    shop.signs_everybody_in()
    assert (seen(shop, begun)["status"], len(bought(shop)), reads(shop)) == ("active", 1, 200)
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(RENEWING) + 1))
def test_a_renewal_whose_worker_died_is_entered_once(shop, month, at, done):
    begun = subscribed(shop, month)
    ends = max(item["current_period_end"] for item in stripes(shop)["items"]["data"])
    shop.world.clock.advance(seconds=ends - clock.timestamp() + 5_400)
    shop.fake.tick()
    event = waiting(shop, "invoice.paid")[-1]
    with pytest.raises(Cut), cut(at, done=done) as wire:
        hearing.hear(event)
    assert kinds(wire) == RENEWING[:at]
    shop.holds()
    shop.later(minutes=6)
    shop.signs_everybody_in()
    told = periods(shop)
    assert (seen(shop, begun)["status"], len(told), told[0][1]) == ("active", 2, told[1][0])
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(ENDING) + 1))
def test_it_is_ended_whenever_the_worker_died(shop, month, at, done):
    begun = subscribed(shop, month)
    with cut() as asked:
        cancels(shop, begun)
    assert "post" not in kinds(asked), "the provider is asked by the outbox"
    [task] = [row for row in tasks.Task.scan() if row.kind == "end_renewal"]
    with pytest.raises(Cut), cut(at, done=done) as wire:
        carry_out(a_message('{"outbox_id": "%s"}' % task.outbox_id), Context("orders_carry_out"))  # noqa: UP031
    assert kinds(wire) == ENDING[:at]
    shop.holds()
    shop.later(minutes=6)
    shop.later(minutes=6)
    shop.arrives()
    assert stripes(shop)["cancel_at_period_end"] is True
    shop.holds()


def test_a_page_whose_answer_was_lost_is_found_and_a_service_that_is_down_says_so(shop, month):
    shop.fails("fail_after", "POST", "/v1/checkout/sessions")
    assert asks_to(shop, month, key="the-same-key").code == "provider_unavailable"
    again = asks_to(shop, month, key="the-same-key")
    assert (again.status, len(shop.every("checkout.session"))) == (201, 1)
    shop.fails("refuse", "POST", "/v1/checkout/sessions", times=2, status=400)
    for _ in range(2):
        assert asks_to(shop, month, shop.other, key="another-key").code == "checkout_declined"


@pytest.mark.parametrize("first", ["invoice.paid", "checkout.session.completed"])
def test_one_that_was_canceled_and_paid_all_the_same_is_had_and_ends_with_its_period(shop, month, first):
    with pytest.raises(Cut), cut(len(PLACING) + 1, done=True):
        asks_to(shop, month)
    [begun] = shop.world.get("/v1/me/subscriptions", as_=shop.reader).json["items"]
    assert cancels(shop, begun).json["status"] == "expired"
    shop.pays({"pay_at": shop.every("checkout.session")[0]["url"]})
    for kind in (first, "customer.subscription.created", "invoice.paid"):
        shop.arrives(events=ids_of(shop, kind))
        shop.holds()
    shop.arrives()
    assert (seen(shop, begun)["status"], seen(shop, begun)["grace_until"], reads(shop)) == ("ending", None, 200)
    assert stripes(shop)["cancel_at_period_end"] is True
    shop.holds()


def test_one_that_ended_before_anybody_heard_of_its_payment_has_no_grace(shop, month):
    begun = asks_to(shop, month).json
    shop.pays(begun)
    provider_id = stripes(shop)["id"]
    ends(shop.fake, {}, provider_id)
    following.note(shop.reader.account_id, begun["subscription_id"], provider_id)
    shop.arrives()
    told = seen(shop, begun)
    assert (told["status"], told["grace_until"], len(passes(shop))) == ("ended", None, 1)
    goes_by(shop, days=31)
    assert reads(shop) == 403
    shop.holds()


def test_two_pages_of_one_subscription_that_are_both_paid_are_one_and_the_others_money_goes_back(shop, month):
    begun = asks_to(shop, month).json
    twin = Recurring(
        subscription_id=begun["subscription_id"], account_id=shop.reader.account_id, attempt=99, currency="usd",
        item=Item("The same again", 1_200), days=30, expires_at=int(clock.timestamp()) + 2_700,
        return_url="http://127.0.0.1/again",
    )  # fmt: skip
    shop.pays(begun)
    shop.pays({"pay_at": billing.open_subscription(twin).url})
    shop.arrives()
    shop.arrives()
    assert (seen(shop, begun)["status"], len(passes(shop))) == ("active", 1)
    assert sorted(order["status"] for order in bought(shop)) == ["paid", "returned"]
    assert sorted(each["status"] for each in shop.every("subscription")) == ["active", "canceled"]
    shop.holds()
    renews_soon(shop, begun)
    assert seen(shop, begun)["status"] == "active"
    shop.holds()


# Money that goes back, and banks


def test_a_refund_that_fails_late_gives_the_days_back_and_renews_nothing(shop, month):
    begun = subscribed(shop, month)
    shop.settles()
    shop.arrives()
    before = passes(shop)
    asks(shop, bought(shop)[0])
    shop.world.pump()
    shop.arrives()
    assert (reads(shop), seen(shop, begun)["status"]) == (403, "ended")
    refunds.fail(shop.fake, shop.every("refund")[0]["id"])
    shop.arrives()
    assert (passes(shop), reads(shop), seen(shop, begun)["status"]) == (before, 200, "ended")
    shop.holds()


def test_a_payment_that_a_bank_takes_back_is_read_no_more_and_renewed_no_more(shop, month):
    begun = subscribed(shop, month)
    dispute = disputes.open_dispute(shop.fake, shop.every("charge")[-1]["id"])
    shop.arrives()
    shop.arrives()
    assert (bought(shop)[0]["status"], reads(shop)) == ("disputed", 403)
    assert (stripes(shop)["status"], seen(shop, begun)["status"]) == ("canceled", "ended")
    shop.holds()
    disputes.move(shop.fake, dispute["id"], "won")
    shop.arrives()
    assert (bought(shop)[0]["status"], reads(shop)) == ("paid", 200)
    shop.holds()


def test_a_price_that_somebody_changed_at_the_provider_goes_back_and_is_not_charged_again(shop, month):
    begun = subscribed(shop, month)
    shop.fake.state.billed[stripes(shop)["id"]]["amount"] = 1_300
    renews_soon(shop, begun)
    shop.arrives()
    assert [order["status"] for order in bought(shop)] == ["paid", "returned"]
    assert stripes(shop)["status"] == "canceled"
    shop.holds()


def test_an_invoice_that_nothing_paid_waits_for_a_person(shop, month):
    begun = subscribed(shop, month)
    invoice = shop.every("invoice")[-1]
    copied = {**invoice, "id": "in_credited", "lines": invoice["lines"]}
    events.emit(shop.fake, "invoice.paid", shop.fake.keep(copied))
    shop.arrives()
    [(event, reason)] = inbox.parked()
    assert (event.object_id, reason) == ("in_credited", "the invoice was paid by nothing that we see: in_credited")
    assert len(bought(shop)) == 1 and begun


def test_a_status_that_nobody_knows_is_put_aside(shop, month):
    subscribed(shop, month)
    stripes(shop)["status"] = "hibernating"
    events.emit(shop.fake, "customer.subscription.updated", stripes(shop))
    shop.arrives()
    [(_, reason)] = inbox.parked()
    assert "hibernating" in reason and reads(shop) == 200


def test_what_is_no_subscription_of_ours_is_put_aside(shop, month):
    subscribed(shop, month)
    foreign = {**stripes(shop), "id": "sub_foreign", "metadata": {}}
    events.emit(shop.fake, "customer.subscription.updated", shop.fake.keep(foreign))
    shop.arrives()
    assert [reason for _, reason in inbox.parked()] == ["it is for no order of ours"]


# What may not go on


@pytest.mark.parametrize("step", ["withdrawals", "takedowns"])
def test_a_pass_that_is_off_sale_is_not_charged_again(shop, month, step):
    begun = subscribed(shop, month)
    by, told = (shop.author, None) if step == "withdrawals" else (shop.admin, {"reason": "rude"})
    assert shop.world.post(f"/v1/passes/{month['pass_id']}/{step}", told, as_=by).status == 204
    days = (clock.parse(begun["paid_until"]) - clock.now()).days
    goes_by(shop, days=days - 2)
    assert (seen(shop, begun)["status"], reads(shop), stripes(shop)["cancel_at_period_end"]) == ("ending", 200, True)
    shop.holds()
    renews_soon(shop, begun)
    assert (seen(shop, begun)["status"], reads(shop), len(bought(shop))) == ("ended", 403, 1)
    shop.holds()


def test_who_is_suspended_is_not_charged_again(shop, month):
    subscribed(shop, month)
    path = f"/v1/accounts/{shop.reader.account_id}/suspension"
    assert shop.world.put(path, {"reason": "spam"}, as_=shop.admin).status == 200
    shop.later(days=29)
    assert stripes(shop)["cancel_at_period_end"] is True
    shop.holds()


@pytest.mark.parametrize("setting", ["unpaid", "past_due"])
def test_one_that_the_provider_leaves_unpaid_is_not_waited_for_without_end(shop, month, setting):
    begun = subscribed(shop, month)
    shop.fake.merchant.retries, shop.fake.merchant.after_retries = (), setting
    blocks(shop)
    renews_soon(shop, begun)
    goes_by(shop, days=40)
    assert (seen(shop, begun)["status"], reads(shop)) == ("past_due", 403)
    goes_by(shop, days=23)
    goes_by(shop, minutes=1)
    assert (seen(shop, begun)["status"], stripes(shop)["status"]) == ("ended", "canceled")
    shop.holds()


def test_one_that_leaves_the_shelf_at_the_last_moment_is_stopped_in_time(shop, month):
    begun = subscribed(shop, month)
    goes_by(shop, seconds=(clock.parse(begun["paid_until"]) - clock.now()).total_seconds() - 86_400)
    shop.world.post(f"/v1/passes/{month['pass_id']}/withdrawals", as_=shop.author)
    goes_by(shop, hours=22, minutes=30)
    assert (seen(shop, begun)["status"], stripes(shop)["cancel_at_period_end"]) == ("ending", True)


def test_an_account_that_leaves_is_charged_no_more(shop, month):
    begun = subscribed(shop, month)
    with all_or_nothing() as tx:
        tasks.put(tx, "order-effects", "end_subscriptions", {"account_id": shop.reader.account_id})
    shop.world.pump()
    shop.arrives()
    assert (seen(shop, begun)["status"], stripes(shop)["status"], reads(shop)) == ("ended", "canceled", 200)
    shop.holds()


# Whatever happens


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_each_paid_invoice_is_one_order_and_who_is_not_charged_reads_no_longer(shop, month, seed):
    chance, begun = random.Random(seed), [subscribed(shop, month)]
    deeds = ["renew", "renew", "renew", "block", "unblock", "cancel", "subscribe", "refund", "lose", "wait", "fail"]
    for number in range(16):
        deed = chance.choice(deeds)
        if deed in ("renew", "lose"):
            shop.world.clock.advance(days=chance.choice((8, 31, 33)))
            shop.fake.tick()
        if deed == "lose":
            webhooks.drop(shop.fake, [entry["event"] for entry in shop.fake.state.queue if chance.random() < 0.6])
        elif deed in ("block", "unblock"):
            blocks(shop, "4000000000009995" if deed == "block" else CARD)
        elif deed == "cancel":
            assert cancels(shop, chance.choice(begun)).status == 200
        elif deed == "subscribe" and (page := asks_to(shop, month)).status == 201:
            begun.append(page.json)
            shop.pays(page.json)
        elif deed == "refund":
            gets_back(shop, chance.choice(bought(shop)), key=f"refund-key-{number}")
        elif deed == "fail" and (done := [one for one in shop.every("refund") if one["status"] == "succeeded"]):
            refunds.fail(shop.fake, chance.choice(done)["id"])
        elif deed == "wait":
            shop.world.clock.advance(hours=chance.randint(1, 100))
        shop.arrives(order="shuffled", seed=seed * 100 + number, times=chance.choice((1, 1, 2)))
        shop.holds()
        for _ in range(3):
            shop.later(minutes=31)
            shop.arrives()
        shop.signs_everybody_in()
        shop.holds()
        orders, paid = bought(shop), [one for one in shop.every("invoice") if one["status"] == "paid"]
        assert len(orders) == len(paid), deed
        living = [each for each in shop.every("subscription") if each["status"] in ("active", "past_due")]
        living = [each for each in living if not each["cancel_at_period_end"]]
        assert len(living) <= 1, deed
        running = [mine for mine in passes(shop) if mine["starts_at"] <= clock.rfc3339(clock.now())]
        assert running or living or reads(shop) == 403, deed
        assert not running or reads(shop) == 200, deed
    assert len(bought(shop)) >= 3


# The check itself


def test_a_grace_that_nothing_gave_and_one_that_is_missing_are_found(shop, month):
    begun = subscribed(shop, month)
    row = PassesRow.get(shop.reader.account_id, PASSES)
    [(author_id, kept)] = row.periods.items()
    mark = f"grace#{begun['subscription_id']}"
    for wrong, count in (
        ({source: period for source, period in kept.items() if source != mark}, 1),
        ({**kept, mark: {**kept[mark], "ends": "2099-01-01T00:00:00.000Z"}}, 2),
        ({**kept, "grace#none": kept[mark]}, 1),
    ):
        row.update(actions=[PassesRow.periods.set({author_id: wrong})])
        assert [found.invariant for found in invariants.check().differences] == ["I5"] * count, wrong
    row.update(actions=[PassesRow.periods.set({author_id: kept})])
    stored = subscriptions.read(shop.reader.account_id, begun["subscription_id"])
    stored.update(actions=[SubscriptionRow.grace_until.set(stored.paid_until + timedelta(days=8))])
    assert [found.invariant for found in invariants.check().differences] == ["I5"] * 2
