"""A pass is so many days of all that an author publishes alone: bought, renewed, read with, ended, sent back."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise, permutations

import pytest

from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.library.models import PASSES, PassesRow
from chalicelib.orders import hearing
from chalicelib.orders.jobs import carry_out
from infra.local.fake_stripe import refunds
from infra.local.functions import Context
from tests.builders import a_message, a_published_work
from tests.catalog.interleaving import meanwhile
from tests.catalog.test_bundles import field_of
from tests.crashes import Cut, cut
from tests.orders.test_crashes import BEFORE_AND_AFTER, waiting
from tests.orders.test_fulfilment import HEARD, ids_of
from tests.orders.test_refunds import asks, decides, sends_back
from tests.till import Shop

PRICES = {"usd": 1_200, "jpy": 1_200}
PLACING = 6
SETTLING = ["get", "Query", "GetItem", "TransactWriteItems"]


def makes(shop, as_=None, **wanted):
    body = {"title": "Thirty days with Ada", "days": 30, "prices": PRICES, **wanted}
    return shop.world.post("/v1/passes", body, as_=as_ or shop.author)


@pytest.fixture
def days30(shop: Shop):
    return makes(shop).json


def orders(shop, sold, buyer=None, **how):
    return shop.orders(buyer or shop.reader, pass_id=sold["pass_id"], **how)


def bought(shop, sold, method="card", **how):
    order = orders(shop, sold, **how).json
    assert shop.pays(order, method) == 303
    shop.arrives()
    return shop.seen(how.get("buyer") or shop.reader, order)


def reads(shop, name="tides", buyer=None):
    """The status of asking for the work's first file: 200 where it may be read."""
    work_id = shop.works.get(name, name)
    page = shop.world.get(f"/v1/works/{work_id}").json
    files = page.get("work") and page["files"]
    file_id = files[0]["file_id"] if files else shop.files[work_id]
    return shop.world.get(f"/v1/me/works/{work_id}/files/{file_id}", as_=buyer or shop.reader).status


def passes(shop, buyer=None):
    return shop.world.get("/v1/me/passes", as_=buyer or shop.reader).json


def after(moment, **span):
    """That much later, as the platform writes it."""
    return clock.rfc3339(clock.parse(moment) + timedelta(**span))


def time_goes(shop, **span):
    shop.world.clock.advance(**span)
    shop.signs_everybody_in()


# On sale


def test_an_authors_passes_are_listed_until_they_are_withdrawn(shop, days30):
    shop.world.clock.advance(seconds=1)
    year = makes(shop, days=365, prices={"usd": 9_900}).json
    path = f"/v1/authors/{shop.author.account_id}/passes"
    assert shop.world.get(path).json["items"] == [year, days30]
    gone = f"/v1/passes/{year['pass_id']}/withdrawals"
    assert shop.world.post(gone, as_=shop.coauthor).status == 404
    assert [shop.world.post(gone, as_=shop.author).status for _ in range(2)] == [204, 404]
    assert shop.world.get(path).json["items"] == [days30]
    assert shop.world.get(f"/v1/authors/{shop.author.account_id}/bundles").json["items"] == []


def test_an_admin_takes_any_pass_down_and_its_buyers_keep_their_days(shop, days30):
    order = orders(shop, days30).json
    path = f"/v1/passes/{days30['pass_id']}/takedowns"
    assert shop.world.post(path, {"reason": "rude"}, as_=shop.author).status == 403
    assert [shop.world.post(path, {"reason": "rude"}, as_=shop.admin).status for _ in range(2)] == [204, 404]
    assert orders(shop, days30).code == "pass_not_for_sale"
    shop.pays(order)
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], reads(shop)) == ("paid", 200)
    shop.holds()


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"days": 1.5}, "days"),
        ({"prices": {}}, "prices"),
        ({"prices": {"usd": 0}}, "prices"),
        ({"prices": {"usd": 49}}, "prices.usd"),
        ({"title": ""}, "title"),
        ({"author_id": "x"}, "author_id"),
    ],
)
def test_what_no_pass_can_be_is_refused_with_the_field(shop, wanted, field):
    reply = makes(shop, **wanted)
    assert (reply.status, field_of(reply).startswith(field)) == (422, True), reply.body
    assert makes(shop, as_=shop.reader).status == 403


def test_what_cannot_be_ordered_is_refused(shop, days30):
    assert orders(shop, days30, buyer=shop.author).code == "own_pass"
    assert orders(shop, days30, currency="cny").code == "pass_not_for_sale"
    assert orders(shop, {"pass_id": shop.works["tides"]}).code == "pass_not_for_sale"
    assert field_of(orders(shop, {"pass_id": "x"})) == "pass_id"
    shop.world.post(f"/v1/passes/{days30['pass_id']}/withdrawals", as_=shop.author)
    assert (orders(shop, days30).code, shop.every("checkout.session")) == ("pass_not_for_sale", [])


# Reading


def test_a_pass_opens_all_that_its_author_publishes_alone_now_or_later_and_ends_by_itself(shop, days30):
    assert reads(shop) == 403
    order = bought(shop, days30)
    told = order["author_pass"]
    assert (order["status"], told["days"], told["author_id"]) == ("paid", 30, shop.author.account_id)
    assert told["ends_at"] == after(told["starts_at"], days=30)
    assert passes(shop) == [{name: told[name] for name in ("author_id", "starts_at", "ends_at")}]
    assert [reads(shop, name) for name in ("tides", "gift", "winds")] == [200, 200, 403], "winds has two authors"
    later = shop.publishes(title="Later")
    assert reads(shop, later) == 200
    assert reads(shop, buyer=shop.other) == 403
    time_goes(shop, days=29, hours=23)
    assert reads(shop, later) == 200
    time_goes(shop, hours=2)
    assert [reads(shop, name) for name in ("tides", later)] == [403, 403]
    assert passes(shop) == []
    shop.holds()


def test_my_page_of_a_work_says_until_when_a_pass_opens_it(shop, days30):
    path = f"/v1/me/works/{shop.works['tides']}"
    ends = bought(shop, days30)["author_pass"]["ends_at"]
    mine = shop.world.get(path, as_=shop.reader).json["access"]
    assert (mine["granted"], mine["bought"], mine["pass_ends_at"], mine["version"]) == (True, False, ends, 1)
    shared = shop.world.get(f"/v1/me/works/{shop.works['winds']}", as_=shop.reader).json["access"]
    assert (shared["granted"], shared["pass_ends_at"]) == (False, None)
    time_goes(shop, days=31)
    assert shop.world.get(path, as_=shop.reader).json["access"]["granted"] is False


def test_what_is_bought_stays_when_a_pass_ends(shop, days30):
    shop.bought(shop.reader, shop.works["tides"])
    order = bought(shop, days30)
    time_goes(shop, days=31)
    assert [reads(shop, name) for name in ("tides", "gift")] == [200, 403]
    assert order["works"][0]["kind"] == "pass"
    assert shop.library(shop.reader) == [shop.works["tides"]]
    shop.holds()


def test_a_work_that_is_withdrawn_or_taken_down_goes_with_no_pass(shop, days30):
    bought(shop, days30)
    shop.files = {}
    for work_id in (shop.works["tides"], shop.works["gift"]):
        shop.files[work_id] = shop.world.get(f"/v1/works/{work_id}").json["files"][0]["file_id"]
    shop.withdraws(shop.works["gift"])
    shop.takes_down(shop.works["tides"])
    path = f"/v1/me/works/{shop.works['tides']}/files/{shop.files[shop.works['tides']]}"
    assert (reads(shop, "gift"), shop.world.get(path, as_=shop.reader).code) == (403, "content_taken_down")
    unknown = f"/v1/me/works/{'0' * 26}/files/{shop.files[shop.works['tides']]}"
    assert shop.world.get(unknown, as_=shop.reader).code == "no_access"


def test_a_reader_with_a_pass_may_review_and_one_whose_pass_ended_may_not(shop, days30):
    bought(shop, days30)
    path, said = f"/v1/works/{shop.works['tides']}/reviews/mine", {"rating": 4}
    assert shop.world.put(path, said, as_=shop.other).code == "review_needs_access"
    assert [shop.world.put(path, said, as_=shop.reader).status for _ in range(2)] == [200, 200]
    time_goes(shop, days=31)
    assert shop.world.put(path, said, as_=shop.reader).code == "review_needs_access"


def test_a_pass_that_goes_while_its_reader_reviews_is_none(shop, days30):
    bought(shop, days30)
    gone = [PassesRow.periods.set({}), PassesRow.revision.set(9)]
    path = f"/v1/works/{shop.works['tides']}/reviews/mine"
    with (
        ExitStack() as second,
        meanwhile(lambda: second.enter_context(meanwhile(lambda: _passes_row(shop).update(gone)))),
    ):
        reply = shop.world.put(path, {"rating": 4}, as_=shop.reader)
    assert (reply.status, reply.code) == (403, "review_needs_access")


def _passes_row(shop):
    return PassesRow.get(shop.reader.account_id, PASSES)


def test_a_link_costs_a_buyer_one_call_and_a_reader_with_a_pass_two(shop, days30):
    shop.bought(shop.other, shop.works["tides"])
    bought(shop, days30)
    reads(shop)
    file_id = shop.world.get(f"/v1/works/{shop.works['tides']}").json["files"][0]["file_id"]
    path = f"/v1/me/works/{shop.works['tides']}/files/{file_id}"
    for person, calls in ((shop.other, ["BatchGetItem"]), (shop.reader, ["BatchGetItem", "GetItem"])):
        assert shop.world.get(path, as_=person).status == 200  # the first time, that it was handed over is kept
        with cut() as wire:
            assert shop.world.get(path, as_=person).status == 200
        assert wire.calls == calls


# Money


def test_a_pass_is_its_authors_and_its_journal_sums(shop, days30):
    bought(shop, days30)
    sums = shop.sums()
    assert sums[f"author_held#{shop.author.account_id} usd"] + sums["commission usd"] == -1_200
    assert (sums["commission usd"], shop.journals()) == (-120, ["J1"])
    shop.holds()


def test_wallets_pay_for_passes(shop, days30):
    order = bought(shop, days30, method="alipay", currency="jpy")
    assert (order["status"], order["total"], reads(shop)) == ("paid", 1_200, 200)
    shop.holds()


def test_a_cart_of_works_and_a_pass_is_one_sale(shop, days30):
    order = orders(shop, days30).json
    mixed = shop.orders(shop.other, shop.works["winds"], pass_id=days30["pass_id"]).json
    assert [work["kind"] for work in mixed["works"]] == ["article", "pass"]
    shop.pays(mixed)
    shop.arrives()
    assert (shop.library(shop.other), reads(shop, buyer=shop.other)) == ([shop.works["winds"]], 200)
    assert (order["total"], mixed["total"], reads(shop)) == (1_200, 2_201, 403)
    shop.holds()


def test_a_pass_is_no_work_to_those_who_count_purchases(shop, days30):
    shop.bought(shop.reader, shop.works["tides"], pass_id=days30["pass_id"])
    seen = shop.world.get("/v1/me/history", as_=shop.reader).json["items"]
    assert [each["work_id"] for each in seen if each["kind"] == "purchase"] == [shop.works["tides"]]


# Renewing


def test_a_renewal_begins_where_the_running_one_ends(shop, days30):
    first = bought(shop, days30)["author_pass"]
    time_goes(shop, days=10)
    second = bought(shop, days30)["author_pass"]
    assert (second["starts_at"], second["ends_at"]) == (first["ends_at"], after(first["ends_at"], days=30))
    time_goes(shop, days=45)
    assert reads(shop) == 200
    time_goes(shop, days=6)
    assert reads(shop) == 403
    third = bought(shop, days30)["author_pass"]
    assert third["starts_at"] > second["ends_at"]
    assert (reads(shop), len(passes(shop))) == (200, 1)
    shop.holds()


def test_of_many_renewals_paid_at_once_each_has_its_own_days(shop, days30):
    placed = [orders(shop, days30).json for _ in range(6)]
    for order in placed:
        shop.pays(order)
    shop.fake.deliver()
    events = [event for kind in ("checkout.session.completed",) for event in waiting(shop, kind)]
    with ThreadPoolExecutor(6) as pool:
        for told in pool.map(_tolerated, events):
            assert told is None or "Conflict" in told or "Moved" in told, told
    shop.later(minutes=6, tolerate=True)
    shop.arrives()
    shop.signs_everybody_in()
    mine = passes(shop)
    assert len(mine) == 6
    assert all(one["ends_at"] == next_["starts_at"] for one, next_ in pairwise(mine))
    shop.holds()


def _tolerated(event):
    try:
        hearing.hear(event)
    except Exception as error:
        return f"{type(error).__name__} {error}"
    return None


# Going back


def test_within_the_rules_a_pass_goes_back_and_its_days_with_it(shop, days30):
    order = bought(shop, days30)
    shop.settles()
    shop.arrives()
    time_goes(shop, days=8)
    request = asks(shop, order, works=[{"work_id": days30["pass_id"]}])
    assert (request.status, request.json["status"]) == (201, "approved"), request.body
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], reads(shop), passes(shop)) == ("refunded", 403, [])
    assert not [name for name in shop.sums() if name.startswith(("author", "commission", "tax"))]
    shop.holds()


def test_of_a_pass_the_days_that_are_over_are_what_was_consumed(shop, days30):
    order = bought(shop, days30)
    time_goes(shop, days=10)
    request = asks(shop, order).json
    assert (request["status"], request["reasons"]) == ("review", ["mostly_consumed"])
    assert reads(shop) == 200
    assert decides(shop, order, request, approve=True).json["status"] == "approved"
    shop.arrives()
    assert reads(shop) == 403
    shop.holds()


def test_a_pass_that_goes_back_moves_no_other(shop, days30):
    first, second = bought(shop, days30), bought(shop, days30)
    assert asks(shop, first).json["status"] == "approved"
    shop.arrives()
    assert [mine["starts_at"] for mine in passes(shop)] == [second["author_pass"]["starts_at"]]
    assert reads(shop) == 403
    shop.holds()
    time_goes(shop, days=31)
    assert reads(shop) == 200


def test_of_a_renewal_that_has_not_begun_nothing_is_consumed(shop, days30):
    bought(shop, days30)
    second = bought(shop, days30)
    time_goes(shop, days=13)
    assert asks(shop, second).json["status"] == "approved"
    shop.arrives()
    assert (reads(shop), len(passes(shop))) == (200, 1)
    shop.holds()


def test_a_refund_that_fails_late_gives_the_same_days_back(shop, days30):
    order = bought(shop, days30)
    shop.settles()
    shop.arrives()
    before = passes(shop)
    asks(shop, order)
    shop.arrives()
    assert reads(shop) == 403
    refunds.fail(shop.fake, shop.every("refund")[0]["id"])
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], passes(shop), reads(shop)) == ("paid", before, 200)
    shop.holds()


def test_a_pass_for_which_a_file_was_handed_over_is_used(shop, days30):
    order = bought(shop, days30)
    assert reads(shop) == 200
    request = asks(shop, order).json
    assert (request["status"], request["reasons"]) == ("review", ["mostly_consumed"])
    shop.holds()


def test_a_part_of_a_pass_goes_back_and_the_days_stay(shop, days30):
    order = bought(shop, days30)
    sends_back(shop, order, works=[{"work_id": days30["pass_id"], "amount": 400}])
    shop.arrives()
    assert (shop.seen(shop.reader, order)["status"], reads(shop)) == ("partially_refunded", 200)
    shop.holds()


# Letters


def ending(shop):
    return [mail for mail in shop.world.mails(shop.reader.email) if "ends soon" in mail["subject"]]


def test_a_reader_hears_once_that_a_pass_ends(shop, days30):
    bought(shop, days30)
    shop.later(days=26, hours=23)
    assert ending(shop) == []
    for _ in range(3):
        shop.later(hours=2)
    [letter] = ending(shop)
    assert "Thirty days with Ada" in letter["subject"]
    shop.holds()


def test_who_renewed_hears_of_the_last_alone(shop, days30):
    for _ in range(2):
        bought(shop, days30)
    shop.later(days=28)
    assert ending(shop) == []
    shop.later(days=30)
    assert len(ending(shop)) == 1


def test_who_got_the_money_back_and_who_has_a_few_days_hears_nothing(shop, days30):
    short = makes(shop, days=5).json
    asks(shop, bought(shop, days30))
    shop.arrives()
    bought(shop, short)
    for _ in range(2):
        shop.later(days=20)
    assert ending(shop) == []
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, 5))
def test_a_letter_whose_sweep_died_is_sent_once(shop, days30, at, done):
    from chalicelib.orders import passing
    from chalicelib.orders.models import AnyRow

    bought(shop, days30)
    time_goes(shop, days=28)
    [row] = AnyRow.by_unfinished.query("ending")
    with pytest.raises(Cut), cut(at, done=done) as wire:
        passing.tell(row)
    assert wire.calls == ["Query", "GetItem", "GetItem", "TransactWriteItems"][:at]
    for _ in range(2):
        shop.later(minutes=31)
    assert len(ending(shop)) == 1
    shop.holds()


# Crashes, orders of arrival


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(3))))
def test_events_in_any_order_come_to_the_same(shop, days30, order_of_arrival):
    order = orders(shop, days30).json
    shop.pays(order)
    shop.settles()
    for event in ids_of(shop, *(HEARD[place] for place in order_of_arrival)):
        shop.arrives(events=[event], times=2)
        shop.holds()
    assert (shop.seen(shop.reader, order)["status"], len(passes(shop)), shop.journals()) == ("paid", 1, ["J1", "J1s"])


@pytest.mark.parametrize("order_of_arrival", list(permutations(range(4)))[::3])
def test_two_passes_and_a_refund_in_any_order_leave_the_days_that_are_paid(shop, days30, order_of_arrival):
    first, second = orders(shop, days30).json, orders(shop, days30).json
    for order in (first, second):
        shop.pays(order)
    kinds = ids_of(shop, "checkout.session.completed", "payment_intent.succeeded")
    for place in order_of_arrival:
        shop.arrives(events=[kinds[place]])
        shop.holds()
    asks(shop, first)
    shop.arrives()
    [mine] = passes(shop)
    assert mine["starts_at"] == shop.seen(shop.reader, second)["author_pass"]["starts_at"]
    shop.holds()


def test_an_order_of_a_pass_alone_makes_as_many_calls_as_one_of_works(shop, days30):
    orders(shop, days30, buyer=shop.other)
    with cut() as wire:
        orders(shop, days30)
    assert len(wire.calls) == PLACING


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, PLACING + 1))
def test_an_order_of_a_pass_that_broke_off_is_had_once(shop, days30, at, done):
    with pytest.raises(Cut), cut(at, done=done):
        orders(shop, days30, key="the-same-key")
    shop.holds()
    shop.world.clock.advance(seconds=61)
    order = orders(shop, days30, key="the-same-key").json
    assert len(shop.every("checkout.session")) == 1
    shop.pays(order)
    shop.arrives()
    assert len(passes(shop)) == 1
    shop.holds()


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(SETTLING) + 1))
def test_a_pass_whose_worker_died_begins_once(shop, days30, at, done):
    order = orders(shop, days30).json
    shop.pays(order)
    [event] = waiting(shop, "checkout.session.completed")
    with pytest.raises(Cut), cut(at, done=done) as wire:
        hearing.hear(event)
    assert [call.split(" ")[0] for call in wire.calls] == SETTLING[:at]
    shop.holds()
    shop.later(minutes=6)
    assert (shop.seen(shop.reader, order)["status"], len(passes(shop)), reads(shop)) == ("paid", 1, 200)
    shop.holds()


# The check itself


def test_a_pass_that_nobody_paid_and_one_that_is_missing_are_found(shop, days30):
    from chalicelib.orders import invariants

    bought(shop, days30)
    row = _passes_row(shop)
    [(author_id, periods)] = row.periods.items()
    [(source, period)] = periods.items()
    for wrong, count in (
        ({}, 1),
        ({author_id: {source: {**period, "ends": "2099-01-01T00:00:00.000Z"}}}, 2),
        ({author_id: {source: period, "order#none": period}}, 1),
        ({"somebody": periods}, 2),
    ):
        row.update(actions=[PassesRow.periods.set(wrong)])
        assert [found.invariant for found in invariants.check().differences] == ["I5"] * count, wrong
    row.update(actions=[PassesRow.periods.set({author_id: periods})])
    shop.holds()


REFUNDING = ["GetItem", "UpdateItem", "Query", "get", "post", "Query", "GetItem", "GetItem", "TransactWriteItems"]
REFUNDING += ["UpdateItem"]


@BEFORE_AND_AFTER
@pytest.mark.parametrize("at", range(1, len(REFUNDING) + 1))
def test_a_pass_goes_back_once_whenever_its_worker_died(shop, days30, at, done):
    order = bought(shop, days30)
    kept = bought(shop, days30)
    request = asks(shop, order).json
    body = '{"outbox_id": "refund:%s"}' % request["request_id"]  # noqa: UP031
    with pytest.raises(Cut), cut(at, done=done) as wire:
        carry_out(a_message(body), Context("orders_carry_out"))
    assert [call.split(" ")[0] for call in wire.calls] == REFUNDING[:at]
    shop.holds()
    shop.later(minutes=6)
    shop.arrives()
    assert [refund["amount"] for refund in shop.every("refund")] == [1_200]
    assert [mine["starts_at"] for mine in passes(shop)] == [kept["author_pass"]["starts_at"]]
    shop.holds()


def test_renewals_and_refunds_at_once_each_move_their_own_days(shop, days30):
    begun = [bought(shop, days30) for _ in range(3)]
    placed = [orders(shop, days30).json for _ in range(3)]
    for order in placed:
        shop.pays(order)
    events = waiting(shop, "checkout.session.completed")[3:]
    for number, order in enumerate(begun[:2]):
        assert asks(shop, order, key=f"refund-key-{number}").status == 201
    tasks = [f"refund:{shop.seen(shop.reader, order)['refunds'][0]['request_id']}" for order in begun[:2]]
    messages = [a_message(f'{{"outbox_id": "{task}"}}') for task in tasks]
    deeds = [lambda event=event: hearing.hear(event) for event in events]
    deeds += [lambda told=told: carry_out(told, Context("orders_carry_out")) for told in messages]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(_attempt, deeds))
    shop.later(minutes=6, tolerate=True)
    shop.arrives()
    shop.later(minutes=31)
    shop.signs_everybody_in()
    assert [shop.seen(shop.reader, order)["status"] for order in begun] == ["refunded", "refunded", "paid"]
    assert {shop.seen(shop.reader, order)["status"] for order in placed} == {"paid"}
    mine = passes(shop)
    assert len(mine) == 4 and all(one["ends_at"] <= after_it["starts_at"] for one, after_it in pairwise(mine))
    shop.holds()


def _attempt(deed):
    try:
        deed()
    except Conflict:
        return


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_days_are_those_of_the_orders_that_are_paid(shop, days30, seed):
    chance = random.Random(seed)
    offered = [days30, makes(shop, days=7).json, makes(shop, as_=shop.coauthor, days=40).json]
    shop.works["hers"] = a_published_work(shop.world, shop.coauthor, shop.reviewer, title="Hers")
    placed, opened = [], set()
    for number in range(25):
        deed = chance.choice(["buy", "buy", "buy", "refund", "refund", "fail", "wait"])
        if deed == "buy":
            placed.append(bought(shop, chance.choice(offered)))
        elif deed == "refund" and placed:
            request = asks(shop, chance.choice(placed), key=f"refund-key-{number}")
            if request.status == 201 and request.json["status"] == "review":
                placed_in = next(each for each in placed if each["order_id"] in request.headers["Location"])
                decides(shop, placed_in, request.json, approve=chance.random() < 0.5, because="No.")
        elif deed == "fail":
            done = [each for each in shop.every("refund") if each["status"] == "succeeded"]
            if done:
                refunds.fail(shop.fake, chance.choice(done)["id"])
        else:
            time_goes(shop, days=chance.randint(1, 12))
        shop.arrives()
        due, now = [], clock.rfc3339(clock.now())
        for order in placed:
            seen = shop.seen(shop.reader, order)
            told = seen["author_pass"]
            if seen["status"] != "refunded" and now < told["ends_at"]:
                due.append({name: told[name] for name in ("author_id", "starts_at", "ends_at")})
        assert passes(shop) == sorted(due, key=lambda mine: (mine["ends_at"], mine["author_id"]))
        for name, author in (("tides", shop.author), ("hers", shop.coauthor)):
            runs = [mine for mine in due if mine["author_id"] == author.account_id and mine["starts_at"] <= now]
            assert reads(shop, name) == (200 if runs else 403)
            opened.add((name, bool(runs)))
        shop.holds()
    assert len(opened) >= 3


def test_the_name_of_the_row_is_no_work(shop, days30):
    bought(shop, days30)
    assert shop.world.get("/v1/me/works/passes", as_=shop.reader).json["access"]["granted"] is False
    assert shop.world.get("/v1/me/works/passes/files/x", as_=shop.reader).code == "no_access"
    assert shop.world.put("/v1/works/passes/reviews/mine", {"rating": 1}, as_=shop.reader).status in (403, 404, 422)
    assert shop.library(shop.reader) == []
