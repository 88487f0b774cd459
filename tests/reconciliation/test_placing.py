"""What nothing explains is out of suspense once two admins agree where it belongs: one journal, whoever approves."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.audit import trail
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, movements
from chalicelib.ledger.entries import Settled, journal
from chalicelib.ledger.journals import AlreadyPosted
from chalicelib.ledger.movements import AlreadyBooked
from chalicelib.ledger.postings import unknown
from chalicelib.reconciliation import findings
from infra.local.fake_stripe import balance, refunds
from tests.orders.test_refunds import asks
from tests.orders.test_refunds import decides as decides_on
from tests.reconciliation.test_comparing import compares, found, open_findings, sold
from tests.settlement.test_payouts import payee
from tests.till import Shop


@pytest.fixture
def suspended(shop):
    """Four admins, and a movement of 700 that nobody knows."""
    shop.admins = [shop.admin, shop.world.admin(), shop.world.admin(), shop.world.admin()]
    shop.people = shop.people | {f"admin{number}": admin for number, admin in enumerate(shop.admins)}
    shop.moved = balance.make(shop.fake, 700)["id"]
    compares(shop)
    shop.place = f"/v1/admin/findings/{shop.moved}"
    return shop


def proposes(shop: Shop, account="commission", by=0, **more):
    told = {"account": account, "because": "Stripe's mail says so", **more}
    return shop.world.post(f"{shop.place}/proposals", told, as_=shop.admins[by])


def decides(shop: Shop, proposal, by=1, approve=True):
    path = f"{shop.place}/proposals/{proposal['proposal_id']}/decisions"
    return shop.world.post(path, {"approve": approve}, as_=shop.admins[by])


def proposed(shop: Shop, **how):
    reply = proposes(shop, **how)
    assert reply.status == 201, reply.body
    return reply.json["proposal"]


def test_a_second_admin_approves_and_it_is_placed_once(suspended):
    (listed,) = suspended.world.get("/v1/admin/findings", as_=suspended.admin).json["items"]
    assert (listed["transaction_id"], listed["kind"], listed["written_net"]) == (suspended.moved, "unknown", "US$7.00")
    proposal = proposed(suspended)
    assert decides(suspended, proposal, by=0).json["code"] == "own_proposal"
    assert proposes(suspended, by=2).json["code"] == "proposal_waits"
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda number: decides(suspended, proposal, by=1 + number % 3), range(24)))
    assert sorted(reply.status for reply in replies)[0] == 200
    assert {reply.status for reply in replies} <= {200, 404, 409}
    assert [reply.status for reply in replies].count(200) == 1
    assert suspended.journals() == ["JX", "JXr"]
    assert suspended.sums() == {"cash usd": 700, "commission usd": -700}
    seen = suspended.world.get(suspended.place, as_=suspended.admin).json
    assert (seen["open"], seen["settled_as"], seen["proposal"]) == (False, f"JXr#{suspended.moved}", None)
    assert suspended.world.get("/v1/admin/findings", as_=suspended.admin).json["items"] == []
    assert "finding.placement_proposed" in [entry.deed for entry in trail.by(suspended.admin.account_id)]
    deeds = [entry for admin in suspended.admins[1:] for entry in trail.by(admin.account_id)]
    (placed,) = [entry for entry in deeds if entry.deed == "finding.placed"]
    assert placed.facts["proposed_by"] == suspended.admin.account_id
    compares(suspended, days=2)
    assert found(suspended) == set()


def test_what_is_ours_and_only_held_up_is_not_placed_and_is_explained_by_itself(shop):
    """A refund by hand of which a request has reserved a part: whoever placed it would have it twice."""
    shop.admins = [shop.admin, shop.world.admin()]
    shop.people = shop.people | {"second": shop.admins[1]}
    order = sold(shop)
    request = asks(shop, order, works=[{"work_id": shop.works["tides"], "amount": 600}]).json
    assert request["status"] == "review"
    refunds.create(shop.fake, {"charge": shop.every("charge")[0]["id"], "amount": 900})
    shop.arrives(tolerate=True)
    compares(shop)
    compares(shop, days=1, hours=1)
    ((kind, moved),) = open_findings()
    assert kind == "unknown"
    shop.place = f"/v1/admin/findings/{moved}"
    told = shop.world.get(shop.place, as_=shop.admin).json
    assert (told["held"], told["why"]) == (True, "RefundUncovered")
    refused = proposes(shop)
    assert (refused.status, refused.json["code"]) == (409, "movement_held_up")
    assert decides_on(shop, order, request, approve=False, because="refunded by hand").status == 200
    compares(shop)
    assert shop.journals() == ["J1", "J1s", "J2", "JX", "JXw"]
    assert (found(shop), open_findings()) == (set(), [])
    assert proposes(shop).json["code"] == "not_in_suspense"


def test_what_turns_out_to_be_ours_is_no_longer_anybodys_to_place(suspended):
    proposal = proposed(suspended)
    findings.say_why(findings.read(suspended.moved), "RefundUncovered", held=True)
    assert decides(suspended, proposal).status == 404
    compares(suspended)
    assert decides(suspended, proposed(suspended)).status == 200


def test_a_rejected_proposal_moves_nothing_and_another_may_be_made(suspended):
    proposal = proposed(suspended, account="bank")
    assert decides(suspended, proposal, approve=False).status == 200
    assert decides(suspended, proposal).status == 404
    assert suspended.journals() == ["JX"]
    again = proposed(suspended, account="processor_fee", by=1)
    assert decides(suspended, proposal, by=2).status == 404
    assert decides(suspended, again, by=2).status == 200
    assert suspended.sums()["processor_fee usd"] == -700


def test_whom_it_concerns_neither_approves_nor_rejects_and_who_proposed_it_may_take_it_back(suspended):
    concerned = suspended.admins[1]
    suspended.signs_everybody_in()
    assert suspended.world.put("/v1/me/author", as_=concerned).status == 200
    proposal = proposed(suspended, account="author_available", author_id=concerned.account_id)
    for approve in (True, False):
        assert decides(suspended, proposal, by=1, approve=approve).json["code"] == "own_proposal"
    assert decides(suspended, proposal, by=0, approve=False).status == 200
    assert suspended.journals() == ["JX"]


def test_what_is_an_authors_is_theirs_to_be_paid(suspended):
    author = suspended.author.account_id
    theirs = {"account": "author_available"}
    for wrong in (theirs, {"author_id": author}, {**theirs, "author_id": "x"}):
        reply = proposes(suspended, **wrong)
        told = (reply.status, reply.json["code"], reply.json["errors"][0]["field"])
        assert told == (422, "author_unknown", "author_id")
    assert proposes(suspended, account="cash").status == 422
    assert suspended.world.post(f"{suspended.place}/proposals", {}, as_=suspended.author).status == 403
    assert suspended.world.get("/v1/admin/findings/txn_none", as_=suspended.admin).status == 404
    proposal = proposed(suspended, account="author_available", author_id=author)
    assert decides(suspended, proposal).status == 200
    assert payee(suspended)["available"] == {"usd": 700}
    assert found(suspended) == set()
    month = suspended.world.get("/v1/me/payee", as_=suspended.author)
    assert month.status == 200


def test_an_explanation_takes_the_place_of_what_is_unknown_and_not_of_what_people_placed(platform):
    settled = Settled("txn_1", -500, 0, "usd", 1_800_000_000, "adjustment")
    post(unknown(settled))
    with pytest.raises((AlreadyBooked, AlreadyPosted)):
        post(unknown(settled))
    known = journal("J4", "txn_1", "o1", inverse_of(settled, "dispute_receivable"), settled)
    other = journal("J9", "po_1", "", inverse_of(settled, "bank"), settled)
    post(known)
    with pytest.raises(AlreadyBooked):
        post(other)
    placed = Settled("txn_2", 10, 0, "usd", 1_800_000_000)
    post(unknown(placed))
    with all_or_nothing() as tx:
        movements.place(tx, movements.find(placed))
    with pytest.raises(AlreadyBooked):
        post(journal("J9r", "po_2", "", inverse_of(placed, "bank"), placed))


def inverse_of(settled, account):
    from chalicelib.ledger.entries import Entry

    return [Entry("cash", "usd", settled.net), Entry(account, "usd", -settled.net)]


def post(posted):
    with all_or_nothing() as tx:
        journals.post(tx, posted)
