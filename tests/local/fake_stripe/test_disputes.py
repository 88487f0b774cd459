import pytest
import stripe


@pytest.fixture
def session(buyer):
    return buyer.bought()


@pytest.fixture
def charge(sdk, session):
    return sdk.payment_intents.retrieve(session.payment_intent).latest_charge


def moves(sdk, dispute):
    """Amount and fee of each movement of money, oldest first."""
    return [(one.amount, one.fee) for one in sdk.disputes.retrieve(dispute).balance_transactions]


def test_a_dispute_takes_the_money_and_a_fee(buyer, sdk, charge, fake, receiver):
    opened = buyer.steers("disputes/open", charge=charge)
    dispute = sdk.disputes.list({"charge": charge}).data[0]
    assert (dispute.id, dispute.status, dispute.amount) == (opened["id"], "needs_response", 900)
    assert moves(sdk, dispute.id) == [(-900, 1_500)]
    [booked] = sdk.balance_transactions.list({"source": dispute.id})
    assert (booked.type, booked.reporting_category, booked.net) == ("adjustment", "dispute", -2_400)
    assert sdk.charges.retrieve(charge).disputed is True
    fake.deliver()
    assert receiver.types[-3:] == ["charge.updated", "charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_nothing_is_refunded_during_a_dispute(buyer, sdk, session, charge):
    dispute = buyer.steers("disputes/open", charge=charge)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        sdk.refunds.create({"payment_intent": session.payment_intent})
    assert caught.value.code == "charge_disputed"
    buyer.steers("disputes/move", dispute=dispute["id"], status="won")
    assert sdk.refunds.create({"payment_intent": session.payment_intent}).amount == 900


def test_a_won_dispute_gives_the_money_back_once_without_the_fee(buyer, sdk, charge, fake, receiver):
    dispute = buyer.steers("disputes/open", charge=charge)["id"]
    for status in ("won", "appeal_under_review", "won"):
        buyer.steers("disputes/move", dispute=dispute, status=status)
    assert moves(sdk, dispute) == [(-900, 1_500), (900, 0)]
    fake.deliver()
    assert receiver.types[-4:] == [
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ]


def test_a_lost_dispute_moves_nothing_more(buyer, sdk, charge, fake, receiver):
    dispute = buyer.steers("disputes/open", charge=charge)["id"]
    assert sdk.disputes.close(dispute).status == "lost"
    assert moves(sdk, dispute) == [(-900, 1_500)]
    with pytest.raises(stripe.InvalidRequestError):
        sdk.disputes.close(dispute)


def test_an_inquiry_takes_no_money_until_it_becomes_a_dispute(buyer, sdk, session, charge):
    dispute = buyer.steers("disputes/open", charge=charge, inquiry=True)["id"]
    assert (sdk.disputes.retrieve(dispute).status, moves(sdk, dispute)) == ("warning_needs_response", [])
    buyer.steers("disputes/move", dispute=dispute, status="needs_response")
    assert moves(sdk, dispute) == [(-900, 1_500)]


def test_evidence_is_submitted_once(buyer, sdk, charge):
    dispute = buyer.steers("disputes/open", charge=charge)["id"]
    told = {"evidence": {"access_activity_log": "read on 24 November"}, "submit": True}
    answered = sdk.disputes.update(dispute, told)
    assert (answered.status, answered.evidence.access_activity_log) == ("under_review", "read on 24 November")
    assert answered.evidence_details.submission_count == 1
    with pytest.raises(stripe.InvalidRequestError):
        sdk.disputes.update(dispute, told)


def test_a_status_that_is_new_to_the_world_can_be_simulated(buyer, sdk, charge):
    dispute = buyer.steers("disputes/open", charge=charge)["id"]
    buyer.steers("disputes/move", dispute=dispute, status="mediation_2027")
    assert sdk.disputes.retrieve(dispute).status == "mediation_2027"


@pytest.mark.parametrize(
    ("card", "status"), [("4000000000000259", "needs_response"), ("4000000000001976", "warning_needs_response")]
)
def test_two_test_cards_dispute_by_themselves(buyer, sdk, card, status):
    session = buyer.bought(card=card)
    found = sdk.disputes.list({"payment_intent": session.payment_intent})
    assert [dispute.status for dispute in found] == [status]


def test_only_what_is_left_of_a_charge_is_disputed_once(buyer, sdk, session, charge):
    sdk.refunds.create({"payment_intent": session.payment_intent, "amount": 300})
    with pytest.raises(AssertionError, match="disputed"):
        buyer.steers("disputes/open", charge=charge, amount=601)
    assert buyer.steers("disputes/open", charge=charge)["amount"] == 600
    with pytest.raises(AssertionError, match="disputed"):
        buyer.steers("disputes/open", charge=charge)
