import pytest
import requests
import stripe


@pytest.mark.parametrize("method", ["card", "alipay", "wechat_pay"])
def test_a_payment_is_seen_alike_from_every_object(buyer, sdk, method):
    session = buyer.opens(amount=1_234)
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)

    page = buyer.pays(session, method)
    assert page.headers["Location"] == f"http://127.0.0.1/paid?session={session.id}"

    paid = sdk.checkout.sessions.retrieve(session.id)
    assert (paid.status, paid.payment_status, paid.amount_total, paid.url) == ("complete", "paid", 1_234, None)
    intent = sdk.payment_intents.retrieve(paid.payment_intent, {"expand": ["latest_charge"]})
    assert (intent.status, intent.amount_received, intent.currency) == ("succeeded", 1_234, "usd")
    assert intent.metadata.to_dict() == {"order": "order-1"}
    charge = intent.latest_charge
    assert (charge.paid, charge.status, charge.amount_captured) == (True, "succeeded", 1_234)
    assert (charge.transfer_group, charge.payment_method_details.type) == ("order-1", method)
    assert [one.id for one in sdk.charges.list({"payment_intent": intent.id})] == [charge.id]


def test_the_sdk_reads_the_session_as_it_was_asked_for(buyer, sdk):
    session = buyer.opens(expand=["line_items"])
    assert (session.client_reference_id, session.livemode, session.ui_mode) == ("order-1", False, "hosted_page")
    assert session.payment_method_types == ["card", "alipay", "wechat_pay"]
    assert session.payment_method_options.wechat_pay.client == "web"
    [line] = session.line_items.data
    assert (line.description, line.amount_total, line.price.unit_amount) == ("On reading", 900, 900)
    assert [one.id for one in sdk.checkout.sessions.line_items.list(session.id)] == [line.id]


def test_a_declined_card_leaves_the_session_open_for_another(buyer, sdk, receiver, fake):
    session = buyer.opens()
    assert buyer.pays(session, card="4000 0000 0000 0002").status_code == 402
    tried = sdk.checkout.sessions.retrieve(session.id)
    assert (tried.status, tried.payment_status) == ("open", "unpaid")
    error = sdk.payment_intents.retrieve(tried.payment_intent).last_payment_error
    assert (error.code, error.decline_code) == ("card_declined", "generic_decline")

    buyer.pays(session)
    assert sdk.checkout.sessions.retrieve(session.id).payment_status == "paid"
    intent = sdk.payment_intents.retrieve(tried.payment_intent)
    assert (intent.status, intent.last_payment_error) == ("succeeded", None)
    assert [charge.status for charge in sdk.charges.list({"payment_intent": intent.id})] == ["succeeded", "failed"]
    fake.deliver()
    assert receiver.types == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


@pytest.mark.parametrize("method", ["alipay", "wechat_pay"])
@pytest.mark.parametrize(
    ("outcome", "payment_status", "last"),
    [
        ("later", "paid", ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"]),
        (
            "later_fail",
            "unpaid",
            ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"],
        ),
    ],
)
def test_a_wallet_may_answer_later(buyer, sdk, fake, receiver, movable_clock, method, outcome, payment_status, last):
    session = buyer.opens()
    assert buyer.pays(session, method, outcome).status_code == 303
    waiting = sdk.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert sdk.payment_intents.retrieve(waiting.payment_intent).status == "processing"

    movable_clock.move(30)
    assert sdk.payment_intents.retrieve(waiting.payment_intent).status == "processing"
    movable_clock.move(61)
    assert sdk.checkout.sessions.retrieve(session.id).payment_status == payment_status
    fake.deliver()
    assert receiver.types[-3:] == last


def test_a_wallet_answers_on_demand(buyer, sdk, fake, receiver, movable_clock):
    session = buyer.opens()
    buyer.pays(session, "alipay", "later")
    intent = sdk.checkout.sessions.retrieve(session.id).payment_intent
    assert buyer.steers("payments/finish", payment_intent=intent, outcome="succeed")["status"] == "succeeded"
    refusal = requests.post(f"{buyer.url}/_control/payments/finish", json={"payment_intent": intent}, timeout=10)
    assert refusal.status_code == 400
    movable_clock.move(3_600)
    assert sdk.payment_intents.retrieve(intent).status == "succeeded"
    fake.deliver()
    assert receiver.types.count("payment_intent.succeeded") == 1


def test_a_wallet_that_is_declined_leaves_the_session_open(buyer, sdk):
    session = buyer.opens()
    assert buyer.pays(session, "wechat_pay", "decline").status_code == 402
    assert sdk.checkout.sessions.retrieve(session.id).status == "open"


def test_a_session_is_paid_once(buyer, sdk):
    session = buyer.opens()
    assert [buyer.pays(session).status_code for _ in range(3)] == [303, 410, 410]
    assert requests.post(f"{buyer.url}/_control/pay", json={"session": session.id}, timeout=10).status_code == 400
    assert len(sdk.charges.list().data) == 1


def test_a_session_expires_when_its_time_has_come_and_cannot_be_paid(buyer, sdk, fake, receiver, movable_clock):
    session = buyer.opens(expires_at=int(movable_clock.timestamp()) + 31 * 60)
    buyer.pays(session, card="4000000000000002")
    movable_clock.move(31 * 60 + 1)
    assert buyer.pays(session).status_code == 410
    late = sdk.checkout.sessions.retrieve(session.id)
    assert (late.status, late.payment_status, late.url) == ("expired", "unpaid", None)
    assert sdk.payment_intents.retrieve(late.payment_intent).status == "canceled"
    fake.deliver()
    assert receiver.types[-2:] == ["checkout.session.expired", "payment_intent.canceled"]


def test_a_session_is_expired_by_us_once_and_only_while_open(buyer, sdk):
    session = buyer.opens()
    assert sdk.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        sdk.checkout.sessions.expire(session.id)
    assert buyer.pays(session).status_code == 410
    with pytest.raises(stripe.InvalidRequestError):
        sdk.checkout.sessions.expire(buyer.bought().id)


def test_a_free_session_completes_without_a_payment(buyer, sdk):
    session = buyer.opens(amount=0)
    assert buyer.pays(session).status_code == 303
    done = sdk.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "no_payment_required", None)


def test_a_wrong_amount_or_currency_can_be_paid_on_demand(buyer, sdk):
    session = buyer.opens(amount=900)
    buyer.steers("pay", session=session.id, amount=1, currency="jpy")
    paid = sdk.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.payment_status, paid.amount_total, paid.currency) == ("paid", 1, "jpy")
    assert (paid.payment_intent.amount_received, paid.payment_intent.latest_charge.currency) == (1, "jpy")


def test_sessions_are_found_by_customer_and_by_payment_intent(buyer, sdk):
    customer = sdk.customers.create({"email": "ming@example.com", "metadata": {"account": "a-1"}})
    mine, other = buyer.opens(customer=customer.id), buyer.bought()
    assert [one.id for one in sdk.checkout.sessions.list({"customer": customer.id})] == [mine.id]
    found = sdk.checkout.sessions.list({"payment_intent": other.payment_intent})
    assert [one.id for one in found] == [other.id]
    assert [one.id for one in sdk.customers.list({"email": "ming@example.com"})] == [customer.id]


def test_lists_are_paged_from_the_newest(buyer, sdk):
    sessions = [buyer.opens().id for _ in range(5)]
    first = sdk.checkout.sessions.list({"limit": 2})
    assert ([one.id for one in first], first.has_more) == (sessions[:2:-1], True)
    assert [one.id for one in first.auto_paging_iter()] == sessions[::-1]
    before = sdk.checkout.sessions.list({"ending_before": sessions[0], "limit": 2})
    assert ([one.id for one in before], before.has_more) == ([sessions[2], sessions[1]], True)
    with pytest.raises(stripe.InvalidRequestError, match="No such"):
        sdk.checkout.sessions.list({"starting_after": "cs_test_nowhere"})


def test_a_customer_is_made_where_the_session_asks_for_one(buyer, sdk):
    session = buyer.bought(customer_creation="always", customer_email="li@example.com")
    assert sdk.customers.retrieve(session.customer).email == "li@example.com"
    assert buyer.bought(customer_email="li@example.com").customer is None


def test_what_is_not_there_yet_expands_to_nothing(buyer, sdk):
    deep = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    session = buyer.opens()
    assert sdk.checkout.sessions.retrieve(session.id, deep).payment_intent is None
    buyer.pays(session)
    assert sdk.checkout.sessions.retrieve(session.id, deep).payment_intent.latest_charge.balance_transaction is None
    buyer.steers("balance_transactions/settle")
    paid = sdk.checkout.sessions.retrieve(session.id, deep)
    assert paid.payment_intent.latest_charge.balance_transaction.net == 844
