"""A report on the books is asked for, made by a job, and read by a short link."""

import pytest
import requests

from tests.crashes import Cut, cut

REPORTS = "/v1/admin/invariant-reports"


def asks(shop, key="report-key-1"):
    return shop.world.post(REPORTS, as_=shop.admin, headers={"idempotency-key": key})


def reads(shop, place):
    reply = shop.world.get(place, as_=shop.admin)
    assert reply.status == 200, reply.body
    return reply.json


def test_a_report_is_begun_at_once_and_its_result_lies_behind_a_short_link(shop):
    shop.bought(shop.reader, shop.works["tides"])
    assert shop.world.get(f"{REPORTS}/latest", as_=shop.admin).status == 404
    begun = asks(shop)
    place = begun.headers["Location"]
    assert (begun.status, begun.json["state"], begun.json["result"]) == (202, "pending", None)
    assert reads(shop, place) == begun.json
    shop.world.pump()
    done = reads(shop, place)
    assert (done["state"], done["differences"]) == ("done", 0)
    assert reads(shop, f"{REPORTS}/latest")["report_id"] == done["report_id"] == place.rpartition("/")[2]
    told = requests.get(done["result"]["url"], timeout=10).json()
    assert (told["report_id"], told["orders"], told["differences"]) == (done["report_id"], 1, [])
    assert requests.get(done["result"]["url"].partition("?")[0], timeout=10).status_code == 403


def test_a_report_names_what_differs(shop):
    from chalicelib.ledger.models import StoredBalance

    shop.bought(shop.reader, shop.works["tides"])
    account = f"author_held#{shop.author.account_id}"
    StoredBalance.get(account, "usd").update([StoredBalance.amount.set(1)])
    place = asks(shop).headers["Location"]
    shop.world.pump()
    report = reads(shop, place)
    told = requests.get(report["result"]["url"], timeout=10).json()
    assert report["differences"] == len(told["differences"]) > 0
    assert {"I2", account} <= {word for each in told["differences"] for word in each.values()}


def test_asked_again_with_the_same_key_it_is_the_same_report_and_the_newest_that_is_done_is_the_latest(shop):
    first, again = asks(shop), asks(shop)
    assert (again.json, again.headers["Location"]) == (first.json, first.headers["Location"])
    shop.world.pump(duplicate=True)
    second = asks(shop, key="report-key-2").json
    assert reads(shop, f"{REPORTS}/latest")["report_id"] == first.json["report_id"]
    shop.world.pump()
    assert reads(shop, f"{REPORTS}/latest")["report_id"] == second["report_id"]


def test_wherever_the_job_ends_the_stream_brings_the_report_again(shop):
    from chalicelib.admin import invariant_reports

    begun = asks(shop).json
    for at in range(1, 100):
        with cut(at, done=at % 2 == 0) as wire:
            try:
                invariant_reports.make(begun["report_id"])
                break
            except Cut:
                continue
    assert len(wire.calls) > 0
    shop.world.pump()
    done = reads(shop, f"{REPORTS}/{begun['report_id']}")
    assert (done["state"], done["differences"]) == ("done", 0)


def test_what_is_not_done_within_an_hour_has_failed(shop):
    begun = asks(shop).json
    shop.world.clock.advance(minutes=61)
    shop.signs_everybody_in()
    assert reads(shop, f"{REPORTS}/{begun['report_id']}")["state"] == "failed"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", REPORTS), ("GET", f"{REPORTS}/latest"), ("GET", f"{REPORTS}/01ARZ3NDEKTSV4RRFFQ69G5FAV")],
)
def test_only_admins_do(shop, method, path):
    assert shop.world.call(method, path).status == 401
    for person in (shop.reader, shop.author, shop.reviewer):
        assert shop.world.call(method, path, as_=person).status == 403


def test_what_there_is_not_is_missed(shop):
    assert shop.world.get(f"{REPORTS}/01ARZ3NDEKTSV4RRFFQ69G5FAV", as_=shop.admin).status == 404
    assert shop.world.post(REPORTS, as_=shop.admin).json["code"] == "idempotency_key_missing"
