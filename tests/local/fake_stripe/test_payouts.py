"""Connected accounts, transfers to them and back, and payouts to the platform's bank, as Stripe has them."""

import pytest
import requests
import stripe

A_DAY = 24 * 3600
CONTROLLER = {
    "fees": {"payer": "application"},
    "losses": {"payments": "application"},
    "requirement_collection": "stripe",
    "stripe_dashboard": {"type": "express"},
}


def opened(sdk, **more):
    wanted = {"country": "SG", "controller": CONTROLLER, "capabilities": {"transfers": {"requested": True}}}
    return sdk.accounts.create({**wanted, **more})


@pytest.fixture
def account(sdk, buyer):
    """Ready to be paid."""
    account = opened(sdk)
    buyer.steers("accounts/finish", account=account.id)
    return account.id


@pytest.fixture
def funds(buyer, fake, movable_clock):
    """What is available, of two sales."""
    fake.merchant.settle_after = 0
    buyer.bought(900)
    buyer.bought(1_000)
    movable_clock.move(3 * A_DAY)
    return 1_900 - 56 - 59


def refusal(call, *args):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*args)
    return caught.value


def transfer(sdk, account, amount, **more):
    return sdk.transfers.create({"amount": amount, "currency": "usd", "destination": account, **more})


def test_events_of_an_account_name_it_and_are_another_endpoints(sdk, fake, receiver):
    fake.connect_secret = receiver.secret = "whsec_of_connected_accounts"
    account = opened(sdk)
    fake.deliver()
    [event] = receiver.events
    assert (event.type, event.account, event.data.object.id) == ("account.updated", account.id, account.id)
    assert list(sdk.events.list({})) == []
    with pytest.raises(stripe.InvalidRequestError):
        sdk.events.retrieve(event.id)


def test_an_account_is_told_of_on_a_page_for_one_visit(sdk, fake, receiver):
    account = opened(sdk, metadata={"author_id": "ada"})
    assert account.capabilities.transfers == "inactive"
    assert "external_account" in account.requirements.currently_due
    urls = {"refresh_url": "https://x.test/again", "return_url": "https://x.test/back"}
    link = sdk.account_links.create({"account": account.id, "type": "account_onboarding", **urls})
    assert link.expires_at > link.created
    shown = requests.get(link.url, timeout=10)
    assert (shown.status_code, "external_account" in shown.text) == (200, True)
    back = requests.post(link.url, allow_redirects=False, timeout=10)
    assert (back.status_code, back.headers["Location"]) == (303, "https://x.test/back")
    again = requests.get(link.url, allow_redirects=False, timeout=10)
    assert again.headers["Location"] == "https://x.test/again"
    seen = sdk.accounts.retrieve(account.id)
    assert (seen.capabilities.transfers, seen.payouts_enabled, seen.requirements.currently_due) == ("active", True, [])
    assert (seen.metadata["author_id"], [one.id for one in sdk.accounts.list({})]) == ("ada", [account.id])
    fake.deliver()
    assert receiver.types == ["account.updated", "account.updated"]


def test_a_country_that_stripe_does_not_pay_and_a_page_that_is_not_there_are_refused(sdk, running):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        opened(sdk, country="KP")
    assert (caught.value.code, caught.value.param) == ("country_unsupported", "country")
    assert requests.get(f"{running.url}/c/setup/alnk_none", timeout=10).status_code == 404


def test_a_transfer_takes_from_what_is_available_and_no_more(sdk, account, funds, fake, receiver):
    assert refusal(transfer, sdk, account, funds + 1).code == "balance_insufficient"
    done = transfer(sdk, account, 1_000, transfer_group="m1", metadata={"move": "m1"})
    moved = sdk.balance_transactions.retrieve(done.balance_transaction)
    assert (moved.type, moved.amount, moved.fee, moved.source) == ("transfer", -1_000, 0, done.id)
    assert refusal(transfer, sdk, account, funds - 999).code == "balance_insufficient"
    assert [one.id for one in sdk.transfers.list({"transfer_group": "m1"})] == [done.id]
    assert sdk.transfers.list({"transfer_group": "m2"}).data == []
    fake.deliver()
    assert receiver.types[-1] == "transfer.created"


def test_a_transfer_reaches_only_an_account_that_is_enabled(sdk, buyer, account, funds):
    buyer.steers("accounts/disable", account=account, due=["individual.id_number"])
    assert sdk.accounts.retrieve(account).requirements.currently_due == ["individual.id_number"]
    assert refusal(transfer, sdk, account, 100).code == "insufficient_capabilities_for_transfer"
    assert refusal(transfer, sdk, "acct_none", 100).param == "destination"


def test_what_is_not_available_yet_cannot_be_transferred(sdk, buyer, fake, account):
    fake.merchant.settle_after = 0
    buyer.bought(900)
    assert refusal(transfer, sdk, account, 100).code == "balance_insufficient"


def test_a_transfer_is_reversed_in_parts_as_far_as_the_account_holds_it(sdk, buyer, account, funds, fake, receiver):
    done = transfer(sdk, account, 1_000)
    first = sdk.transfers.reversals.create(done.id, {"amount": 300, "metadata": {"move": "m2"}})
    moved = sdk.balance_transactions.retrieve(first.balance_transaction)
    assert (moved.type, moved.amount, moved.reporting_category) == ("transfer_refund", 300, "transfer_reversal")
    buyer.steers("accounts/spend", account=account, amount=600, currency="usd")
    assert refusal(sdk.transfers.reversals.create, done.id, {"amount": 101}).code == "balance_insufficient"
    sdk.transfers.reversals.create(done.id, {"amount": 100})
    seen = sdk.transfers.retrieve(done.id, {"expand": ["reversals.data.balance_transaction"]})
    assert (seen.amount_reversed, seen.reversed) == (400, False)
    assert [back.balance_transaction.amount for back in seen.reversals.data] == [100, 300]
    assert [back.amount for back in sdk.transfers.reversals.list(done.id)] == [100, 300]
    assert refusal(sdk.transfers.reversals.create, done.id, {"amount": 601}).param == "amount"
    fake.deliver()
    assert receiver.types[-2:] == ["transfer.reversed", "transfer.reversed"]


def test_a_payout_takes_from_the_balance_and_may_come_back_after_it_was_paid(sdk, buyer, funds, fake, movable_clock):
    assert refusal(sdk.payouts.create, {"amount": funds + 1, "currency": "usd"}).code == "balance_insufficient"
    payout = sdk.payouts.create({"amount": 500, "currency": "usd"})
    assert payout.status == "pending"
    movable_clock.move(5 * A_DAY)
    fake.tick()
    assert sdk.payouts.retrieve(payout.id).status == "paid"
    buyer.steers("payouts/fail", payout=payout.id)
    failed = sdk.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_balance_transaction.amount) == ("failed", 500)
    assert [one.id for one in sdk.payouts.list({"status": "failed"})] == [payout.id]
    assert sdk.balance.retrieve().available[0].amount == funds


def test_a_top_up_adds_to_the_balance_and_may_be_taken_back(sdk, buyer, funds):
    topup = sdk.topups.create({"amount": 700, "currency": "usd"})
    assert (topup.status, sdk.topups.retrieve(topup.id).balance_transaction) == ("succeeded", topup.balance_transaction)
    assert sdk.balance.retrieve().available[0].amount == funds + 700
    buyer.steers("topups/reverse", topup=topup.id)
    moved = sdk.balance_transactions.list({"source": topup.id})
    assert [(one.type, one.net) for one in moved] == [("topup_reversal", -700), ("topup", 700)]
    assert [one.id for one in sdk.topups.list({"status": "reversed"})] == [topup.id]
