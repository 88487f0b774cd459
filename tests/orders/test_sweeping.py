"""What nobody was told of is found all the same."""

import pytest

from chalicelib.audit import trail
from chalicelib.orders import collection, sweeping
from chalicelib.orders.models import AnyRow
from chalicelib.payments import gateway, inbox
from chalicelib.payments.inbox import Event
from infra.local.fake_stripe import faults as stripe_faults
from infra.local.fake_stripe import refunds, webhooks
from infra.local.fake_stripe.payments import pay


def loses_every_webhook(shop):
    """And Stripe believes that they were delivered, so that its list of those that were not does not help."""
    lost = webhooks.drop(shop.fake)
    assert lost
    for event in lost:
        shop.fake.find("event", event)["pending_webhooks"] = 0


def test_a_page_that_ran_out_expires_its_order(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.later(minutes=46)
    shop.signs_everybody_in()
    seen = shop.seen(shop.reader, order)
    assert (seen["status"], seen["pay_at"]) == ("expired", None)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "expired"
    shop.holds()


def test_a_page_that_stripe_left_open_too_long_is_closed(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.fake.state.agenda.clear()
    shop.later(minutes=46)
    shop.signs_everybody_in()
    assert shop.session_of(order)["status"] == "expired"
    assert shop.seen(shop.reader, order)["status"] == "expired"


def test_a_page_that_another_took_the_place_of_is_not_heard(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    gateway.close_checkout(twin["id"])
    shop.arrives()
    assert shop.seen(shop.reader, order) == order
    shop.pays(order)
    shop.arrives()
    assert shop.seen(shop.reader, order)["status"] == "paid"


def test_the_webhook_of_a_page_that_ran_out_says_the_same(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.world.clock.advance(minutes=46)
    shop.arrives()
    shop.signs_everybody_in()
    assert [moment["what"] for moment in shop.seen(shop.reader, order)["timeline"]][-1] == "expired"


@pytest.mark.parametrize("method", ["card", "alipay"])
def test_a_payment_whose_webhooks_were_all_lost_is_found_when_its_page_should_have_run_out(shop, method):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order, method)
    loses_every_webhook(shop)
    shop.later(minutes=46)
    shop.signs_everybody_in()
    assert shop.seen(shop.reader, order)["status"] == "paid"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    assert shop.journals() == ["J1", "J1s"]
    shop.holds()


def test_a_balance_transaction_that_came_unannounced_is_found(shop):
    shop.bought(shop.reader, shop.works["tides"])
    shop.settles()
    loses_every_webhook(shop)
    shop.later(minutes=5)
    assert shop.journals() == ["J1"]
    shop.later(minutes=6)
    assert shop.journals() == ["J1", "J1s"]
    shop.later(minutes=6)
    assert shop.journals() == ["J1", "J1s"]
    shop.holds()


def test_an_event_that_the_stream_lost_is_worked_on(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.fake.deliver()
    shop.world.platform.run_schedule("orders_sweep")
    assert shop.seen(shop.reader, order)["status"] == "awaiting"
    shop.world.clock.advance(minutes=6)
    shop.world.platform.run_schedule("orders_sweep")
    assert shop.seen(shop.reader, order)["status"] == "paid"
    shop.world.pump()
    shop.holds()


def test_an_event_that_keeps_failing_holds_up_no_other_and_ends_with_a_person(shop, monkeypatch):
    monkeypatch.setattr(inbox, "PATIENCE", 3)
    bad, good = (shop.ordered(buyer, shop.works["tides"]) for buyer in (shop.other, shop.reader))
    shop.pays(bad)
    shop.pays(good)
    shop.fake.deliver()
    del shop.fake.state.objects["payment_intent"][shop.session_of(bad)["payment_intent"]]["livemode"]
    for _ in range(3):
        shop.world.clock.advance(minutes=6)
        shop.world.platform.run_schedule("orders_sweep")
    shop.signs_everybody_in()
    assert shop.seen(shop.reader, good)["status"] == "paid"
    assert {reason for _, reason in inbox.parked()} == {"it keeps failing"}


def test_an_admin_runs_the_sweepers_and_reads_the_invariants(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    shop.fake.deliver()
    shop.world.clock.advance(minutes=6)
    swept = shop.world.post("/v1/admin/sweeps", as_=shop.admin)
    assert (swept.status, swept.json["events"], swept.json["parked"]) == (200, 2, [])
    assert shop.seen(shop.reader, order)["status"] == "paid"
    report = shop.world.get("/v1/admin/invariants", as_=shop.admin).json
    assert report["differences"] == []
    assert (report["journals"], report["orders"]) == (2, 1)


def by_schedule(shop):
    shop.world.platform.run_schedule("orders_sweep")


def by_an_admin(shop):
    shop.signs_everybody_in()
    assert shop.world.post("/v1/admin/sweeps", as_=shop.admin).status == 200


@pytest.mark.parametrize("sweep", [by_schedule, by_an_admin])
def test_whatever_the_stream_lost_is_worked_on_by_whoever_sweeps(shop, sweep):
    """A second payment for the same work, its refund by hand, and that refund's failure: the sweep alone enters all."""

    def swept():
        shop.fake.deliver()
        shop.world.clock.advance(minutes=6)
        sweep(shop)

    orders = [shop.ordered(shop.reader, shop.works["tides"]) for _ in range(2)]
    for order in orders:
        shop.pays(order)
    swept()
    [returned] = [order for order in map(read, orders) if order.header.review_at]
    assert returned.header.review_reason == "already_owned"
    [payment] = [row.row.removeprefix("payment#") for row in returned.payments]
    refund = gateway.refund("by-hand", 1, returned.order_id, payment, 900, "duplicate")
    swept()
    assert read({"order_id": returned.order_id}).header.returned_at
    refunds.fail(shop.fake, refund.id)
    swept()
    assert read({"order_id": returned.order_id}).header.returned_at is None
    assert [kind for kind in shop.journals() if kind.endswith("r")] == ["J1r", "J2r", "J3r"]
    shop.holds()
    shop.world.pump()
    shop.holds()


def read(order):
    return collection.read(order["order_id"])


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/admin/sweeps"), ("GET", "/v1/admin/invariants")])
def test_only_admins_do(shop, method, path):
    assert shop.world.call(method, path).status == 401
    for person in (shop.reader, shop.author, shop.reviewer):
        assert shop.world.call(method, path, as_=person).status == 403


def test_what_was_put_aside_is_shown_to_an_admin(shop):
    event = Event("evt_9", "charge.dispute.created", "dp_9")
    from chalicelib.core import clock
    from chalicelib.payments.models import StoredEvent

    StoredEvent(event.id, type=event.type, object_id=event.object_id, created=1, received_at=clock.now()).save()
    inbox.park(event, "nobody works on events of this type yet")
    [parked] = shop.world.post("/v1/admin/sweeps", as_=shop.admin).json["parked"]
    assert parked == {
        "event_id": "evt_9",
        "type": "charge.dispute.created",
        "object_id": "dp_9",
        "reason": "nobody works on events of this type yet",
    }


def an_outage(shop, hours):
    """Stripe answers no question for so long; sweepers run, webhooks come."""
    shop.fails("refuse", "GET", "*", times=100_000)
    shop.fake.deliver()
    shop.world.pump(tolerate=True)
    for _ in range(hours * 12):
        shop.later(minutes=5, tolerate=True)
    stripe_faults.clear(shop.fake)


def test_an_outage_of_the_provider_counts_against_no_event(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    shop.pays(order)
    shop.arrives()
    pay(shop.fake, twin["id"])
    an_outage(shop, hours=2)
    assert list(inbox.parked()) == []
    shop.later(minutes=6)
    shop.arrives()
    assert [refund["amount"] for refund in shop.every("refund")] == [900]
    shop.settles()
    shop.holds()


def test_an_event_that_was_put_aside_begins_anew_when_the_provider_sends_it_again(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    (told,) = [event for event in shop.events() if event["type"] == "payment_intent.succeeded"]
    shop.fake.deliver(events=[told["id"]])
    inbox.park(Event(told["id"], told["type"], told["data"]["object"]["id"]), "a person looks")
    assert [event.id for event, _ in inbox.parked()] == [told["id"]]
    shop.arrives(events=[told["id"]])
    assert list(inbox.parked()) == []
    assert shop.seen(shop.reader, order)["status"] == "paid"


def test_an_event_that_is_done_is_not_put_aside(shop):
    shop.bought(shop.reader, shop.works["tides"])
    for told in shop.events():
        inbox.park(Event(told["id"], told["type"], ""), "too late")
    assert list(inbox.parked()) == []


def test_many_pages_that_nobody_paid_keep_no_author_waiting(shop, monkeypatch):
    """Each kind has its time, and pages come last."""
    monkeypatch.setattr(sweeping, "SECONDS", 0.0)
    shop.bought(shop.reader, shop.works["tides"])
    shop.settles()
    shop.arrives()
    shop.world.clock.advance(days=15)
    shop.signs_everybody_in()
    for work_id in shop.copies(shop.works["tides"], 3):
        shop.ordered(shop.other, work_id)
    shop.fake.state.agenda.clear()
    shop.world.clock.advance(minutes=46)
    swept = sweeping.sweep()
    assert (swept.releases, swept.unpaid, shop.journals().count("Rel")) == (1, 1, 1)


def test_what_is_stuck_at_the_head_of_the_line_starves_nothing_behind_it(shop, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 3)
    for _ in range(3):
        stuck = shop.ordered(shop.other, shop.works["tides"])
        shop.fails("refuse", "GET", f"/v1/checkout/sessions/{shop.session_of(stuck)['id']}", times=10_000)
    shop.world.clock.advance(seconds=5)
    good = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(good)
    loses_every_webhook(shop)
    shop.later(minutes=46, tolerate=True)
    shop.later(minutes=6, tolerate=True)
    shop.signs_everybody_in()
    assert shop.seen(shop.reader, good)["status"] == "paid"


def test_a_refund_whose_end_was_never_told_is_looked_for(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=850, method="alipay")
    shop.arrives()
    shop.world.clock.advance(days=2)
    shop.fake.tick()
    loses_every_webhook(shop)
    shop.later(minutes=6)
    shop.signs_everybody_in()
    assert shop.seen(shop.reader, order)["status"] == "returned"
    assert AnyRow.by_unfinished.count("refund") == 0
    shop.holds()


def test_a_page_that_the_provider_does_not_know_can_be_canceled_and_expires(shop):
    canceled, left = (shop.ordered(shop.reader, shop.works[name]) for name in ("tides", "winds"))
    shop.fake.state.objects["checkout.session"].clear()
    path = f"/v1/orders/{canceled['order_id']}/cancellation"
    assert shop.world.post(path, as_=shop.reader).json["status"] == "canceled"
    shop.later(minutes=46)
    shop.signs_everybody_in()
    assert shop.seen(shop.reader, left)["status"] == "expired"


def test_an_admin_sees_and_takes_up_again_what_was_put_aside(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=500)
    shop.fails("refuse", "POST", "/v1/refunds", times=100_000)
    shop.arrives(tolerate=True)
    for _ in range(13):
        shop.later(hours=6, tolerate=True)
    admin = shop.world.admin()
    (task,) = shop.world.post("/v1/admin/sweeps", as_=admin).json["parked_tasks"]
    stripe_faults.clear(shop.fake)
    path = f"/v1/admin/parked-tasks/{task['task_id']}/retries"
    assert shop.world.post(path, as_=shop.reader).status == 401  # signed out by the days that passed
    assert [shop.world.post(path, as_=admin).status for _ in range(2)] == [202, 404]
    shop.later(minutes=1)
    assert [refund["amount"] for refund in shop.every("refund")] == [500]
    deeds = [entry.deed for entry in trail.by(admin.account_id)]
    assert {"sweepers.run", "task.retried"} <= set(deeds)


def test_an_admin_has_a_parked_event_worked_on_again(shop):
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.pays(order)
    admin = shop.world.admin()
    (told,) = [event for event in shop.events() if event["type"] == "checkout.session.completed"]
    shop.fake.deliver(events=[told["id"]])
    inbox.park(Event(told["id"], told["type"], told["data"]["object"]["id"]), "a person looks")
    (parked,) = shop.world.post("/v1/admin/sweeps", as_=admin).json["parked"]
    path = f"/v1/admin/parked-events/{parked['event_id']}/retries"
    assert [shop.world.post(path, as_=admin).status for _ in range(2)] == [202, 404]
    shop.world.pump()
    assert shop.seen(shop.reader, order)["status"] == "paid"


def test_events_that_stripe_could_not_deliver_are_taken_from_its_list(shop):
    """Every webhook of a page that we do not know of is lost, and no row of ours waits for it."""
    order = shop.ordered(shop.reader, shop.works["tides"])
    twin = shop.opens_another_page(order)
    shop.pays(order)
    shop.arrives()
    pay(shop.fake, twin["id"])
    assert webhooks.drop(shop.fake)
    shop.later(minutes=1)
    assert shop.seen(shop.reader, order)["status"] == "paid"
    kinds = [payment["kind"] for payment in shop.seen(shop.reader, order)["payments"]]
    assert sorted(kinds) == ["overpaid", "purchase"]
    shop.arrives()
    assert sum(refund["amount"] for refund in shop.every("refund")) == 900
    shop.holds()


def test_what_was_delivered_is_not_taken_again(shop):
    order = shop.bought(shop.reader, shop.works["tides"])
    shop.settles()
    shop.arrives()
    known = collection.read(order["order_id"]).header.version
    assert sweeping.sweep().missed == 0
    shop.world.pump()
    assert collection.read(order["order_id"]).header.version == known
