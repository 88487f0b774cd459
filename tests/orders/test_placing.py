"""What of an order would lie in suspense for ever is placed once two admins agree; what may still go back is not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.audit import trail
from chalicelib.orders.jobs import carry_out
from chalicelib.outbox import tasks
from infra.local.fake_stripe import disputes, refunds
from infra.local.fake_stripe import faults as stripe_faults
from infra.local.functions import Context
from tests.builders import a_message
from tests.catalog.interleaving import meanwhile
from tests.orders.test_disputes import becomes, books, disputed
from tests.orders.test_refunds import LATE_FAILURE, sends_back, settled
from tests.reconciliation.test_comparing import found
from tests.settlement.test_payouts import now, payee
from tests.till import Shop


@pytest.fixture
def admins(shop: Shop):
    """Three admins beside the shop's own."""
    shop.admins = [shop.admin, shop.world.admin(), shop.world.admin(), shop.world.admin()]
    shop.people = shop.people | {f"admin{number}": admin for number, admin in enumerate(shop.admins)}
    return shop


def failed(shop: Shop, buyer=None, refused=True):
    """An order paid wrongly, whose money could not go back, or not yet."""
    order = shop.ordered(buyer or shop.reader, shop.works["winds"])
    shop.takes(order, amount=500, card=LATE_FAILURE)
    shop.arrives()
    shop.settles()
    if refused:
        shop.world.clock.advance(seconds=61)
    shop.arrives()
    return order


def lost(shop: Shop):
    """A bank takes 900 of a sale of which 400 went back before."""
    order = settled(shop, shop.bought(shop.reader, shop.works["tides"]))
    sends_back(shop, order, works=[{"work_id": shop.works["tides"], "amount": 400}])
    shop.arrives()
    shop.every("charge")[0]["amount_refunded"] = 0
    dispute = disputed(shop, order, amount=900)
    becomes(shop, dispute, "lost")
    return order, dispute


def seen(shop: Shop, order):
    reply = shop.world.get(f"/v1/orders/{order['order_id']}/suspense", as_=shop.admin)
    assert reply.status == 200, reply.body
    return reply.json


def proposes(shop: Shop, order, account="commission", by=0, payment=None, **more):
    payment = payment or shop.session_of(order)["payment_intent"]
    told = {"payment_id": payment, "account": account, "because": "the wallet is closed", **more}
    return shop.world.post(f"/v1/orders/{order['order_id']}/placements", told, as_=shop.admins[by])


def decides(shop: Shop, placement, by=1, approve=True):
    path = f"/v1/orders/{placement['order_id']}/placements/{placement['placement_id']}/decisions"
    return shop.world.post(path, {"approve": approve}, as_=shop.admins[by])


def proposed(shop: Shop, order, **how):
    reply = proposes(shop, order, **how)
    assert reply.status == 201, reply.body
    return reply.json


def test_money_that_cannot_go_back_is_placed_once_whoever_approves(admins):
    shop, order = admins, failed(admins)
    [told] = seen(shop, order)
    assert (told["kind"], told["amount"], told["written_amount"], told["may_go_back"]) == (
        "review", 500, "US$5.00", False,
    )  # fmt: skip
    shop.world.clock.advance(days=2)
    assert found(shop) == {("I8", order["order_id"])}
    placement = proposed(shop, order, account="bank")
    assert proposes(shop, order, by=2).code == "proposal_waits"
    assert [decides(shop, placement, by=0).code for _ in range(2)] == ["own_proposal"] * 2
    listed = shop.world.get("/v1/placements", as_=shop.admins[1]).json["items"]
    assert [each["placement_id"] for each in listed] == [placement["placement_id"]]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda number: decides(shop, placement, by=1 + number % 3), range(24)))
    assert [reply.status for reply in replies].count(200) == 1
    assert {reply.code for reply in replies if reply.status != 200} == {"already_decided"}
    assert shop.journals().count("JSr") == 1
    assert books(shop) == {"bank usd": -500}
    assert found(shop) == set()
    shop.holds()
    [told] = seen(shop, order)
    assert (told["amount"], [each["status"] for each in told["placements"]]) == (0, ["approved"])
    assert shop.world.get("/v1/placements", as_=shop.admin).json["items"] == []
    assert proposes(shop, order).code == "nothing_to_place"
    deeds = [entry for admin in shop.admins[1:] for entry in trail.by(admin.account_id)]
    [entry] = [entry for entry in deeds if entry.deed == "suspense.placed"]
    assert (entry.facts["proposed_by"], entry.facts["account"]) == (shop.admin.account_id, "bank")
    assert "suspense.placement_proposed" in [entry.deed for entry in trail.by(shop.admin.account_id)]


def test_two_who_propose_at_once_make_one_proposal(admins):
    order = failed(admins)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda number: proposes(admins, order, by=number % 4), range(12)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 11
    assert {reply.code for reply in replies} == {None, "proposal_waits"}


def test_what_is_rejected_moves_nothing_and_another_may_be_proposed(admins):
    order = failed(admins)
    first = proposed(admins, order)
    assert decides(admins, first, by=0, approve=False).json["status"] == "rejected"
    assert decides(admins, first).code == "already_decided"
    assert books(admins) == {"suspense usd": -500}
    assert decides(admins, proposed(admins, order, by=1), by=2).status == 200
    assert books(admins) == {"commission usd": -500}
    admins.holds()


def test_only_admins_who_neither_bought_nor_sold_it_place_it(admins):
    shop = admins
    mine = failed(shop, buyer=shop.admins[1])
    assert proposes(shop, mine, by=1).code == "own_request"
    placement = proposed(shop, mine)
    assert decides(shop, placement, by=1).code == "own_request"
    path = f"/v1/orders/{mine['order_id']}/placements"
    for who in (shop.reader, shop.author, shop.reviewer):
        assert shop.world.post(path, {}, as_=who).status == 403
        assert shop.world.get(f"/v1/orders/{mine['order_id']}/suspense", as_=who).status == 403
    assert proposes(shop, mine, payment="pi_none").status == 404
    assert decides(shop, placement | {"placement_id": "none"}).status == 404
    assert proposes(shop, {"order_id": "none"}, payment="pi_1").status == 404


def test_what_an_author_of_the_order_bears_or_has_is_told_to_them(admins):
    shop, (order, _) = admins, lost(admins)
    author = shop.author.account_id
    wrong = ({}, {"author_id": shop.coauthor.account_id}, {"author_id": "x"})
    assert {proposes(shop, order, account="author_available", **each).code for each in wrong} == {"author_unknown"}
    assert proposes(shop, order, account="commission", author_id=author).code == "author_unknown"
    assert proposes(shop, order, account="cash").status == 422
    before = payee(shop)["available"].get("usd", 0)
    placement = proposed(shop, order, account="author_available", author_id=author)
    assert decides(shop, placement).status == 200
    assert payee(shop)["available"]["usd"] == before - 400
    lines = shop.world.get(f"/v1/me/statements/{now(shop)}/lines", as_=shop.author).json["items"]
    assert [(line["available"], line["order_id"]) for line in lines if line["what"] == "corrections"] == [
        (-400, order["order_id"])
    ]
    assert found(shop) == set()


def test_what_a_bank_took_beyond_all_is_borne_and_comes_back_where_it_is_won_after_all(admins):
    shop, (order, dispute) = admins, lost(admins)
    [told] = seen(shop, order)
    assert (told["kind"], told["amount"], books(shop)) == ("purchase", -400, {"suspense usd": 400})
    assert decides(shop, proposed(shop, order, account="dispute_fee")).status == 200
    assert (books(shop), found(shop)) == ({}, set())
    becomes(shop, dispute, "won")
    assert (shop.sums()["suspense usd"], seen(shop, order)[0]["amount"]) == (-400, 400)
    assert decides(shop, proposed(shop, order, account="dispute_fee")).status == 200
    assert "suspense usd" not in shop.sums()
    assert found(shop) == set()
    shop.holds()


def test_what_is_on_its_way_back_waits(admins):
    shop = admins
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=500, method="alipay")
    shop.settles()
    shop.fails("refuse", "POST", "/v1/refunds", times=3)
    shop.arrives(tolerate=True)
    assert (seen(shop, order)[0]["may_go_back"], proposes(shop, order).code) == (True, "may_go_back")
    shop.later(minutes=6)
    shop.signs_everybody_in()
    assert (shop.every("refund")[0]["status"], proposes(shop, order).code) == ("pending", "nothing_to_place")
    refunds.fail(shop.fake, shop.every("refund")[0]["id"])
    shop.arrives()
    assert seen(shop, order)[0]["may_go_back"] is False
    assert decides(shop, proposed(shop, order)).status == 200
    shop.holds()


def test_what_goes_back_between_proposal_and_approval_is_not_placed(admins):
    shop, order = admins, failed(admins)
    placement = proposed(shop, order)
    refunds.create(shop.fake, {"payment_intent": shop.session_of(order)["payment_intent"], "amount": 200})
    shop.arrives()
    assert decides(shop, placement).code == "nothing_to_place"
    assert decides(shop, placement, approve=False).status == 200
    assert decides(shop, proposed(shop, order)).json["amount"] == 300
    assert books(shop) == {"commission usd": -300}
    shop.holds()


def test_a_refund_that_is_told_in_the_middle_of_an_approval_keeps_it_away(admins):
    """Pending, it changes no sum of the order's yet, and the book already."""
    shop = admins
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=500, method="alipay")
    shop.settles()
    shop.arrives()
    refunds.fail(shop.fake, shop.every("refund")[0]["id"])
    shop.arrives()
    placement = proposed(shop, order)
    refunds.create(shop.fake, {"payment_intent": shop.session_of(order)["payment_intent"], "amount": 200})
    with meanwhile(shop.arrives):
        assert decides(shop, placement).code == "may_go_back"
    assert books(shop) == {"suspense usd": -300}
    shop.holds()


def test_a_task_that_was_put_aside_ends_with_the_placement(admins):
    shop = admins
    order = shop.ordered(shop.reader, shop.works["tides"])
    shop.takes(order, amount=500)
    shop.settles()
    shop.fails("refuse", "POST", "/v1/refunds", times=100_000)
    shop.arrives(tolerate=True)
    for _ in range(13):
        shop.later(hours=6, tolerate=True)
    stripe_faults.clear(shop.fake)
    shop.signs_everybody_in()
    [task] = tasks.parked()
    retry = f"/v1/admin/parked-tasks/{task.outbox_id}/retries"
    placement = proposed(shop, order)
    assert shop.world.post(retry, as_=shop.admin).status == 202
    assert decides(shop, placement).code == "may_go_back"
    shop.fails("refuse", "POST", "/v1/refunds", times=100_000)
    for _ in range(13):
        shop.later(hours=6, tolerate=True)
    stripe_faults.clear(shop.fake)
    shop.signs_everybody_in()
    assert decides(shop, placement).status == 200
    assert (shop.world.post(retry, as_=shop.admin).status, list(tasks.parked())) == (404, [])
    carry_out(a_message(f'{{"outbox_id": "{task.outbox_id}"}}'), Context("orders_carry_out"))
    assert (shop.every("refund"), books(shop)) == ([], {"commission usd": -500})
    shop.holds()


def test_what_was_placed_does_not_go_back_when_a_dispute_of_it_is_won(admins):
    shop, order = admins, failed(admins)
    assert decides(shop, proposed(shop, order)).status == 200
    [charge] = shop.every("charge")
    charge["amount_refunded"] = 0
    dispute = disputes.open_dispute(shop.fake, charge["id"])["id"]
    shop.arrives()
    assert proposes(shop, order).code == "nothing_to_place"
    becomes(shop, dispute, "won")
    assert (len(shop.every("refund")), books(shop)) == (1, {"commission usd": -500})
    shop.holds()


def test_what_a_dispute_gave_back_and_could_not_go_back_again_is_placed(admins):
    shop, order = admins, failed(admins)
    [charge] = shop.every("charge")
    charge["amount_refunded"] = 0
    dispute = disputes.open_dispute(shop.fake, charge["id"])["id"]
    shop.arrives()
    assert proposes(shop, order).code == "may_go_back"
    shop.fails("refuse", "POST", "/v1/refunds", times=3)
    disputes.move(shop.fake, dispute, "won")
    shop.arrives(tolerate=True)
    assert proposes(shop, order).code == "may_go_back"
    shop.later(minutes=6)
    shop.arrives()
    shop.world.clock.advance(seconds=61)
    shop.arrives()
    shop.signs_everybody_in()
    assert len(shop.every("refund")) == 2
    assert decides(shop, proposed(shop, order)).status == 200
    assert books(shop) == {"commission usd": -500}
    shop.holds()
