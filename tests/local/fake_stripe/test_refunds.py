import pytest
import stripe

A_DAY = 24 * 3600


def refund(sdk, session, **more):
    return sdk.refunds.create({"payment_intent": session.payment_intent, **more})


def charge_of(sdk, session):
    return sdk.payment_intents.retrieve(session.payment_intent, {"expand": ["latest_charge"]}).latest_charge


def refusal(call, *args, **kwargs):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_a_card_is_refunded_at_once(buyer, sdk, fake, receiver):
    session = buyer.bought()
    done = refund(sdk, session, metadata={"request": "r-1"}, reason="requested_by_customer")
    assert (done.status, done.amount, done.currency, done.metadata["request"]) == ("succeeded", 900, "usd", "r-1")
    transaction = sdk.balance_transactions.retrieve(done.balance_transaction)
    assert (transaction.type, transaction.amount, transaction.fee, transaction.source) == ("refund", -900, 0, done.id)
    charge = charge_of(sdk, session)
    assert (charge.refunded, charge.amount_refunded) == (True, 900)
    fake.deliver()
    assert receiver.types[-3:] == ["charge.updated", "refund.created", "charge.refunded"]


def test_partial_refunds_add_up_to_the_charge_and_no_further(buyer, sdk):
    session = buyer.bought(900)
    refund(sdk, session, amount=300)
    assert charge_of(sdk, session).refunded is False
    assert refusal(refund, sdk, session, amount=601).param == "amount"
    refund(sdk, session)
    charge = charge_of(sdk, session)
    assert (charge.refunded, charge.amount_refunded) == (True, 900)
    assert refusal(refund, sdk, session).code == "charge_already_refunded"
    assert [one.amount for one in sdk.refunds.list({"payment_intent": session.payment_intent})] == [600, 300]
    assert [one.amount for one in sdk.refunds.list({"charge": charge.id})] == [600, 300]


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
def test_a_wallet_is_refunded_later(buyer, sdk, fake, receiver, movable_clock, method):
    session = buyer.bought(method=method)
    begun = refund(sdk, session)
    assert (begun.status, begun.pending_reason) == ("pending", "processing")
    assert sdk.balance_transactions.retrieve(begun.balance_transaction).type == "payment_refund"
    movable_clock.move(61)
    assert sdk.refunds.retrieve(begun.id).status == "succeeded"
    fake.deliver()
    assert receiver.types[-1] == "refund.updated"


@pytest.mark.parametrize("method", ["card", "alipay"])
def test_a_refund_fails_on_demand_even_late_and_the_money_comes_back(buyer, sdk, fake, receiver, method):
    session = buyer.bought(method=method)
    begun = refund(sdk, session, amount=400)
    if method == "alipay":
        buyer.steers("refunds/finish", refund=begun.id, outcome="succeed")
    buyer.steers("refunds/finish", refund=begun.id, outcome="fail", reason="lost_or_stolen_card")
    failed = sdk.refunds.retrieve(begun.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert (failed.failure_balance_transaction.type, failed.failure_balance_transaction.amount) == (
        "refund_failure",
        400,
    )
    assert charge_of(sdk, session).amount_refunded == 0
    fake.deliver()
    assert receiver.types[-2:] == ["refund.updated", "refund.failed"]
    assert refund(sdk, session).amount == 900


def test_a_failed_refund_is_final(buyer, sdk):
    begun = refund(sdk, buyer.bought(method="alipay"))
    buyer.steers("refunds/finish", refund=begun.id, outcome="fail")
    for outcome in ("succeed", "fail"):
        with pytest.raises(AssertionError, match="failed"):
            buyer.steers("refunds/finish", refund=begun.id, outcome=outcome)


def test_two_test_cards_behave_as_stripes_do(buyer, sdk, movable_clock):
    slow = refund(sdk, buyer.bought(card="4000 0000 0000 7726"))
    failing = refund(sdk, buyer.bought(card="4000 0000 0000 5126"))
    assert (slow.status, failing.status) == ("pending", "succeeded")
    movable_clock.move(61)
    assert sdk.refunds.retrieve(slow.id).status == "succeeded"
    assert sdk.refunds.retrieve(failing.id).status == "failed"


@pytest.mark.parametrize(("method", "days"), [("alipay", 90), ("wechat_pay", 180)])
def test_a_wallet_takes_no_refund_after_its_window(buyer, sdk, movable_clock, method, days):
    first, second = buyer.bought(method=method), buyer.bought(method=method)
    movable_clock.move(days * A_DAY - 60)
    assert refund(sdk, first).status == "pending"
    movable_clock.move(days * A_DAY + 60)
    assert refusal(refund, sdk, second).code == "charge_not_refundable"


def test_a_card_has_no_window(buyer, sdk, movable_clock):
    session = buyer.bought()
    movable_clock.move(400 * A_DAY)
    assert refund(sdk, session).status == "succeeded"


def test_only_a_payment_that_succeeded_is_refunded(buyer, sdk):
    session = buyer.opens()
    buyer.pays(session, "alipay", "later")
    waiting = sdk.checkout.sessions.retrieve(session.id)
    assert "does not have a successful charge" in refusal(refund, sdk, waiting).user_message
    assert refusal(sdk.refunds.create, {"payment_intent": "pi_none"}).param == "payment_intent"
    assert refusal(sdk.refunds.create, {"charge": "ch_none"}).param == "charge"
    assert refusal(sdk.refunds.create, {}).code == "parameter_missing"
    assert refusal(refund, sdk, buyer.bought(), charge="ch_none").param == "charge"


def test_a_refund_of_a_foreign_currency_leaves_the_balance_at_the_same_rate(buyer, sdk):
    session = buyer.bought(1_000, "eur")
    done = sdk.refunds.retrieve(refund(sdk, session).id, {"expand": ["balance_transaction"]})
    assert (done.currency, done.balance_transaction.currency, done.balance_transaction.amount) == ("eur", "usd", -1_080)


def test_metadata_is_merged(buyer, sdk):
    done = refund(sdk, buyer.bought(), metadata={"a": "1", "b": "2"})
    changed = sdk.refunds.update(done.id, {"metadata": {"b": "", "c": "3"}})
    assert changed.metadata.to_dict() == {"a": "1", "c": "3"}
