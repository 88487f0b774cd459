"""The provider's webhook: what is kept, and what changes nothing."""

import json

import pytest

from chalicelib.core import clock
from chalicelib.core.secrets import secret
from chalicelib.payments import inbox
from chalicelib.payments.models import StoredEvent
from infra.local.fake_stripe.signatures import sign


def an_event(id="evt_1", type="checkout.session.completed", **more):
    told = {"id": id, "type": type, "created": 1, "livemode": False, "data": {"object": {"id": "cs_1"}}}
    return json.dumps({**told, **more}, ensure_ascii=False)


def told(world, body, at=None, signature=None, secret_key=None):
    moment = int(clock.timestamp()) if at is None else at
    header = signature or sign(body.encode(), secret_key or secret("stripe-webhook-secret"), moment)
    return world.post("/v1/webhooks/stripe", raw=body, headers={"stripe-signature": header})


def kept():
    return [row.event_id for row in StoredEvent.scan()]


def test_a_signed_event_is_kept_once_by_one_call(world):
    secret("stripe-webhook-secret")
    for _ in range(2):
        with world.platform.emulator.meter.counting() as calls:
            reply = told(world, an_event())
        assert (reply.status, reply.json) == (200, {"received": True})
        assert calls.of("dynamodb") == {"PutItem": 1}
    assert kept() == ["evt_1"]
    [row] = StoredEvent.scan()
    assert (row.type, row.object_id, row.unfinished) == ("checkout.session.completed", "cs_1", "waits")


def test_the_same_event_with_other_contents_changes_nothing(world):
    told(world, an_event())
    assert told(world, an_event(data={"object": {"id": "cs_other"}})).status == 200
    [row] = StoredEvent.scan()
    assert row.object_id == "cs_1"


@pytest.mark.parametrize("age", [301, 3600, -301, -365 * 86_400])
def test_a_replayed_and_a_future_dated_event_change_nothing(world, age):
    reply = told(world, an_event(), at=int(clock.timestamp()) - age)
    assert (reply.status, reply.code) == (400, "signature_invalid")
    assert kept() == []


def test_age_is_told_by_the_platforms_clock(world):
    moment = int(clock.timestamp())
    world.clock.advance(hours=1)
    assert told(world, an_event(), at=moment).status == 400
    assert told(world, an_event(), at=moment + 3600).status == 200


def test_a_forged_event_changes_nothing(world):
    assert told(world, an_event(), secret_key="whsec_guess").code == "signature_invalid"
    assert world.post("/v1/webhooks/stripe", raw=an_event()).code == "signature_invalid"
    assert kept() == []


def test_an_event_that_was_serialised_again_changes_nothing(world):
    body = an_event()
    header = sign(body.encode(), secret("stripe-webhook-secret"), int(clock.timestamp()))
    again = json.dumps(json.loads(body), separators=(",", ":"))
    assert told(world, again, signature=header).code == "signature_invalid"
    assert kept() == []


AN_ACCOUNT = {"object": {"id": "acct_1"}}


@pytest.mark.parametrize(
    "more",
    [
        {"livemode": True},
        {"account": "acct_1"},
        {"account": "acct_1", "type": "payout.paid"},
        {"account": "acct_1", "type": "account.application.deauthorized", "data": AN_ACCOUNT},
        {"account": "acct_2", "type": "account.updated", "data": AN_ACCOUNT},
    ],
)
def test_an_event_of_another_mode_or_account_is_taken_and_left_for_a_refusal_would_come_again(world, more):
    reply = told(world, an_event(**more))
    assert (reply.status, kept()) == (200, [])


def test_in_live_mode_an_event_of_test_mode_is_left(world, monkeypatch):
    monkeypatch.setenv("STRIPE_LIVEMODE", "1")
    assert (told(world, an_event("evt_1")).status, kept()) == (200, [])
    assert (told(world, an_event("evt_2", livemode=True)).status, kept()) == (200, ["evt_2"])


def test_how_a_connected_account_stands_is_kept(world):
    assert told(world, an_event(type="account.updated", account="acct_1", data=AN_ACCOUNT)).status == 200
    assert kept() == ["evt_1"]


@pytest.mark.parametrize("body", ["", "[]", "{", '"evt_1"', '{"id": ""}', "[" * 10_000, an_event(id=""), "null"])
def test_a_signed_body_of_another_form_is_refused_plainly(world, body):
    reply = told(world, body)
    assert (reply.status, kept()) == (400, [])


def test_bytes_that_are_no_text_and_a_signature_in_chinese_are_refused_plainly(world):
    from tests.world import api_event

    event = api_event(
        world.platform.app.routes, "POST", "/v1/webhooks/stripe", {"stripe-signature": "t=1,v1=签"}, "gP8="
    )
    event["isBase64Encoded"] = True
    assert world.platform.answer(event)["statusCode"] == 400
    moment = int(clock.timestamp())
    event["headers"]["stripe-signature"] = sign(b"\x80\xff", secret("stripe-webhook-secret"), moment)
    assert world.platform.answer(event)["statusCode"] == 400
    assert kept() == []


def test_where_the_store_fails_the_provider_is_asked_to_come_again(world):
    secret("stripe-webhook-secret")
    world.platform.emulator.faults.fail("dynamodb", "PutItem", times=10)
    assert told(world, an_event()).status >= 500
    world.platform.emulator.faults.clear()
    assert told(world, an_event()).status == 200
    assert kept() == ["evt_1"]


def test_an_event_whose_keeping_was_not_answered_is_kept_once(world):
    secret("stripe-webhook-secret")
    world.platform.emulator.faults.fail("dynamodb", "PutItem", when="after", how="dropped")
    assert told(world, an_event()).status == 200
    assert kept() == ["evt_1"]


def test_what_nobody_listens_to_costs_no_call(world):
    secret("stripe-webhook-secret")
    with world.platform.emulator.meter.counting() as calls:
        assert told(world, an_event(type="charge.succeeded")).status == 200
    assert calls.total("dynamodb") == 0


def test_an_event_that_nobody_can_work_on_yet_is_put_aside_not_dropped(world, monkeypatch):
    """As one that a newer version kept, and an older must work on after a rollback."""
    monkeypatch.setattr(inbox, "HEARD", (*inbox.HEARD, "person."))
    told(world, an_event(type="person.created"))
    world.pump()
    assert [(event.id, reason) for event, reason in inbox.parked()] == [
        ("evt_1", "nobody works on events of this type yet")
    ]


def test_an_event_about_nothing_at_stripe_is_put_aside(till):
    assert told(till.world, an_event()).status == 200
    till.world.pump()
    [(_, reason)] = inbox.parked()
    assert reason == "the provider does not show its object: resource_missing"
