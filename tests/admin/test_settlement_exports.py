"""A settlement too long for an answer is asked for, written by a job, and read by a short link."""

import pytest
import requests

from chalicelib.admin import settlement_exports
from chalicelib.core import clock
from chalicelib.reconciliation import exporting
from tests.crashes import Cut, cut
from tests.orders.test_refunds import settled


def asks(shop, period, key="export-key-1", as_=None):
    headers = {"idempotency-key": key}
    return shop.world.post(f"/v1/admin/settlements/{period}/exports", as_=as_ or shop.admin, headers=headers)


def reads(shop, place):
    reply = shop.world.get(place, as_=shop.admin)
    assert reply.status == 200, reply.body
    return reply.json


@pytest.fixture
def month(shop):
    """In which two sales moved the balance."""
    for work in ("tides", "winds"):
        settled(shop, shop.bought(shop.reader, shop.works[work]))
    return clock.rfc3339(clock.now())[:7]


def test_it_is_the_table_that_an_answer_would_be_however_long_it_is(shop, month, monkeypatch):
    table = shop.world.get(f"/v1/admin/settlements/{month}/csv", as_=shop.admin)
    monkeypatch.setattr(exporting, "MOST_LINES", 1)
    refused = shop.world.get(f"/v1/admin/settlements/{month}/csv", as_=shop.admin)
    assert (refused.status, refused.json["code"]) == (422, "period_too_long")
    begun = asks(shop, month)
    place = begun.headers["Location"]
    assert (begun.status, begun.json["state"], begun.json["period"], begun.json["result"]) == (
        202,
        "pending",
        month,
        None,
    )
    assert reads(shop, place) == begun.json
    shop.world.pump()
    done = reads(shop, place)
    assert done["state"] == "done"
    answer = requests.get(done["result"]["url"], timeout=10)
    assert answer.content.decode() == table.body
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="settlement-{month}.csv"')
    assert requests.get(done["result"]["url"].partition("?")[0], timeout=10).status_code == 403


def test_asked_again_with_the_same_key_it_is_the_same_and_wherever_its_job_ends_it_comes(shop, month):
    begun, again = asks(shop, month), asks(shop, month)
    assert (again.json, again.headers["Location"]) == (begun.json, begun.headers["Location"])
    for at in range(1, 100):
        with cut(at, done=at % 2 == 0):
            try:
                settlement_exports.make(begun.json["export_id"])
                break
            except Cut:
                continue
    shop.world.pump(duplicate=True)
    assert reads(shop, begun.headers["Location"])["state"] == "done"


def test_what_has_not_begun_what_there_is_not_and_who_is_no_admin_are_refused(shop, month):
    assert asks(shop, "2099-01").json["code"] == "not_found"
    assert asks(shop, "yesterday").status == 404
    assert asks(shop, month, as_=shop.author).status == 403
    none = "/v1/admin/settlement-exports/01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert shop.world.get(none, as_=shop.admin).status == 404
    assert shop.world.get(none, as_=shop.author).status == 403
