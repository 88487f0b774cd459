"""What nobody was told of is found all the same."""

import pytest

from chalicelib.payments import gateway, inbox
from chalicelib.payments.inbox import Event


def loses_every_webhook(shop):
    from infra.local.fake_stripe import webhooks

    assert webhooks.drop(shop.fake)


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
    broken = shop.session_of(bad)["payment_intent"]
    shop.fails("refuse", "GET", f"/v1/payment_intents/{broken}", times=100)
    shop.fails("refuse", "GET", f"/v1/checkout/sessions/{shop.session_of(bad)['id']}", times=100)
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
