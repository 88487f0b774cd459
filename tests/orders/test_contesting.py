"""An admin answers a bank, once, with what we know; or gives in."""

import pytest

from infra.local.fake_stripe import disputes
from tests.crashes import Cut, cut
from tests.orders.test_disputes import books, disputed
from tests.orders.test_refunds import reads, settled


@pytest.fixture
def contested(shop):
    shop.order = settled(shop, shop.bought(shop.reader, shop.works["winds"]))
    reads(shop, shop.works["winds"], 0.42)
    shop.dispute = disputed(shop, shop.order)
    shop.arrives()
    return shop


def answers(shop, what="evidence", as_=None, **body):
    path = f"/v1/orders/{shop.order['order_id']}/disputes/{shop.dispute}/{what}"
    return shop.world.post(path, body or None, as_=as_ or shop.admin)


def test_open_disputes_are_listed_for_admins_alone(contested):
    [listed] = contested.world.get("/v1/disputes", as_=contested.admin).json["items"]
    assert (listed["dispute_id"], listed["order_id"]) == (contested.dispute, contested.order["order_id"])
    assert (listed["status"], listed["written_amount"], listed["answered_at"]) == ("needs_response", "US$10.01", None)
    assert listed["answer_due_at"] > listed["opened_at"]
    path = f"/v1/orders/{listed['order_id']}/disputes/{listed['dispute_id']}"
    assert contested.world.get(path, as_=contested.admin).json == listed
    assert contested.world.get(path + "x", as_=contested.admin).status == 404
    for person in (contested.reader, contested.author, None):
        assert contested.world.get("/v1/disputes", as_=person).status in (401, 403)
        assert contested.world.get(path, as_=person).status in (401, 403)


def test_evidence_is_what_we_know_and_what_a_person_adds(contested):
    reply = answers(contested, statement="She wrote to us that she liked it.")
    assert reply.status == 202 and reply.json["answered_at"]
    contested.arrives()
    [dispute] = contested.every("dispute")
    told = dispute["evidence"]
    assert (dispute["status"], dispute["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert told["product_description"] == "On winds"
    assert told["access_activity_log"].startswith("On winds: 42 % used, read last on ")
    assert "within 14 days of paying" in told["refund_policy_disclosure"]
    assert told["customer_email_address"] == contested.reader.email
    assert told["uncategorized_text"] == "She wrote to us that she liked it."
    assert contested.world.get("/v1/disputes", as_=contested.admin).json["items"][0]["status"] == "under_review"


def test_it_is_answered_once(contested):
    assert answers(contested, statement="first").status == 202
    assert answers(contested, statement="second").json["code"] == "already_answered"
    assert answers(contested, "acceptance").json["code"] == "already_answered"
    contested.arrives()
    assert answers(contested, statement="third").json["code"] == "already_answered"
    assert contested.every("dispute")[0]["evidence"]["uncategorized_text"] == "first"


def test_giving_in_is_losing(contested):
    assert answers(contested, "acceptance").status == 202
    contested.arrives()
    assert contested.seen(contested.reader, contested.order)["status"] == "charged_back"
    assert books(contested) == {}
    contested.holds()


def test_much_money_is_given_in_by_two(shop):
    dear = shop.publishes(prices={"usd": 150_000})
    shop.order = settled(shop, shop.bought(shop.reader, dear))
    shop.dispute = disputed(shop, shop.order)
    shop.arrives()
    first = answers(shop, "acceptance")
    assert (first.status, first.json["to_confirm"], first.json["answered_at"]) == (202, True, None)
    assert answers(shop, "acceptance").json["code"] == "already_answered"
    shop.world.pump()
    assert shop.every("dispute")[0]["status"] == "needs_response"
    second = answers(shop, "acceptance", as_=shop.world.admin("Ada"))
    assert (second.status, second.json["to_confirm"]) == (202, False)
    shop.arrives()
    assert shop.seen(shop.reader, shop.order)["status"] == "charged_back"
    shop.holds()


def test_what_one_would_give_in_may_still_be_answered(shop):
    dear = shop.publishes(prices={"usd": 150_000})
    shop.order = settled(shop, shop.bought(shop.reader, dear))
    shop.dispute = disputed(shop, shop.order)
    shop.arrives()
    assert answers(shop, "acceptance").status == 202
    assert answers(shop, statement="She wrote to us that she liked it.").status == 202
    assert answers(shop, "acceptance", as_=shop.world.admin("Ada")).json["code"] == "already_answered"


def test_who_bought_or_sold_does_not_answer(contested):
    from chalicelib.accounts import standing
    from chalicelib.core import actors

    for person in (contested.reader, contested.coauthor):
        standing.make_admin(actors.system("test"), person.email)
        contested.world.signs_in(person)
        assert answers(contested, statement="mine", as_=person).json["code"] == "own_request"


@pytest.mark.parametrize("body", [{"statement": ""}, {"statement": "x" * 10_001}, {"statement": 1}, {}])
def test_a_hostile_statement_is_refused(contested, body):
    assert answers(contested, **body).status in (400, 422)


def test_an_answer_after_the_bank_decided_changes_nothing(contested):
    assert answers(contested, statement="late").status == 202
    disputes.move(contested.fake, contested.dispute, "lost")
    contested.arrives()
    assert contested.seen(contested.reader, contested.order)["status"] == "charged_back"
    assert contested.every("dispute")[0]["evidence_details"]["submission_count"] == 0
    contested.holds()


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 11))
def test_its_worker_may_die_between_any_two_calls(contested, at, done):
    from chalicelib.orders.jobs import carry_out
    from chalicelib.outbox.models import Task
    from infra.local.functions import Context
    from tests.builders import a_message

    answers(contested, statement="once")
    [task] = [each for each in Task.scan() if each.kind == "hand_in_evidence"]
    try:
        with cut(at, done=done):
            carry_out(a_message('{"outbox_id": "%s"}' % task.outbox_id), Context("orders_carry_out"))  # noqa: UP031
    except Cut:
        pass
    contested.later(minutes=6)
    contested.arrives()
    assert contested.every("dispute")[0]["evidence_details"]["submission_count"] == 1
    contested.holds()
