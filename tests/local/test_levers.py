"""What an examiner moves on the local platform, and the platform on somebody else's Stripe."""

import json
from email.message import Message

import pytest

from infra.local import their_stripe
from infra.local.http_front import HttpRequest
from infra.local.levers import Levers
from infra.local.their_stripe import Misfit, TheirStripe

JSON = "application/json"


def request(method, body=b"", kind=JSON):
    headers = Message()
    headers["Content-Type"] = kind
    return HttpRequest(method, "/", headers, body, "127.0.0.1", ("127.0.0.1", 1))


def moves(levers, kind=JSON, **told):
    answer = levers.answer(request("POST", json.dumps(told).encode(), kind), ["clock"])
    return answer.status, json.loads(answer.body)


@pytest.fixture
def levers(platform):
    return Levers(lambda: {"orders_sweep": "done"})


def test_the_clock_goes_ahead_to_a_moment_and_back_to_real_time(levers, platform):
    began = platform.clock.now()
    status, told = moves(levers, advance_seconds=86_400)
    assert (status, round(told["offset_seconds"])) == (200, 86_400)
    assert 86_400 <= (platform.clock.now() - began).total_seconds() < 86_500
    _, told = moves(levers, set_to="2031-01-01T00:00:00+08:00")
    assert told["now"].startswith("2030-12-31T16:00:")
    assert json.loads(levers.answer(request("GET"), ["clock"]).body)["now"].startswith("2030-12-31T16:00:")
    assert moves(levers, reset=True)[1]["offset_seconds"] == 0


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({}, "one_move_only"),
        ({"reset": True, "advance_seconds": 1}, "one_move_only"),
        ({"advance_seconds": 1.5}, "field_invalid"),
        ({"advance_seconds": 10**10}, "field_invalid"),
        ({"set_to": "tomorrow"}, "field_invalid"),
        ({"set_to": "2031-01-01T00:00:00"}, "field_invalid"),
        ({"set_to": "9999-01-01T00:00:00Z"}, "too_far"),
        ({"days": 1}, "field_invalid"),
    ],
)
def test_what_the_clock_cannot_be_told_moves_nothing(levers, platform, told, code):
    status, problem = moves(levers, **told)
    assert (status, problem["code"], platform.clock.offset) == (422, code, 0)


def test_a_page_from_elsewhere_cannot_pull_a_lever_unasked(levers, platform):
    assert moves(levers, kind="text/plain", reset=True)[0] == 415
    assert [levers.answer(request(*how), path).status for how, path in (
        (("DELETE",), ["clock"]), (("GET",), ["sweeps"]), (("GET",), ["sweeps", "none"]), (("GET",), []),
    )] == [405, 405, 404, 404]  # fmt: skip


@pytest.mark.parametrize(
    ("became", "state"),
    [({"a": "done", "b": "done"}, "done"), ({"a": "done", "b": "failed: KeyError"}, "failed"), (None, "failed")],
)
def test_a_sweep_is_begun_at_once_and_says_later_what_became_of_it(platform, became, state):
    def sweep():
        if became is None:
            raise ConnectionError("the jobs are gone")
        return became

    levers = Levers(sweep)
    begun = levers.answer(request("POST", b"{}"), ["sweeps"])
    place = dict(begun.headers)["Location"]
    levers._worker.shutdown(wait=True)
    told = json.loads(levers.answer(request("GET"), place.split("/")[2:]).body)
    assert (begun.status, told["state"]) == (202, state)
    assert told["schedules"] == (became or {"all": "failed: the jobs are gone"})


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, None),
        ({"STRIPE_KEY": "sk_test_1"}, None),
        (
            {"STRIPE_API_BASE": "http://127.0.0.1:9/", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
            TheirStripe("http://127.0.0.1:9", "whsec_1"),
        ),
    ],
)
def test_somebodys_own_stripe_is_told_by_the_environment(told, found):
    assert their_stripe.told(told) == found


@pytest.mark.parametrize(
    "told",
    [
        {"STRIPE_API_BASE": "http://127.0.0.1:9"},
        {"STRIPE_WEBHOOK_SECRET": "whsec_1"},
        {"STRIPE_API_BASE": "127.0.0.1:9", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
        {"STRIPE_API_BASE": "ftp://127.0.0.1", "STRIPE_WEBHOOK_SECRET": "whsec_1"},
    ],
)
def test_half_of_it_is_refused(told):
    with pytest.raises(Misfit):
        their_stripe.told(told)
