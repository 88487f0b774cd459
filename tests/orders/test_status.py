"""A status is what the facts amount to, in whatever order they came."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.orders import status

FACTS = ("awaiting_at", "processing_at", "paid_at", "review_at", "overpaid_at", "returned_at", "failed_at")
FACTS += ("expired_at", "canceled_at", "claimed_at")
DISPUTED = ("disputed_at", "dispute_won_at", "charged_back_at")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))


def header(**facts):
    late = datetime(9999, 1, 1, tzinfo=UTC)
    told = {
        "placed_at": datetime(2026, 1, 1, tzinfo=UTC),
        "closes_at": late,
        "refunded": 0,
        "total": 900,
        **dict.fromkeys((*FACTS, *DISPUTED)),
        **facts,
    }
    return SimpleNamespace(**told)


@given(st.dictionaries(st.sampled_from(FACTS), MOMENTS))
def test_a_payment_outweighs_whatever_was_said_of_its_absence(facts):
    became = status.of(header(**facts))
    assert (became == "paid") == ("paid_at" in facts)
    if "review_at" in facts and "paid_at" not in facts:
        assert became in ("review", "returned")


@given(st.dictionaries(st.sampled_from(FACTS), MOMENTS))
def test_nobody_is_sent_to_pay_what_is_paid_closed_or_under_way(facts):
    payable = status.is_payable(header(**facts))
    assert payable == (not set(facts) - {"awaiting_at", "overpaid_at", "returned_at", "claimed_at"})
    assert not status.is_payable(header(**{**facts, "closes_at": datetime(2020, 1, 1, tzinfo=UTC)}))


@given(st.dictionaries(st.sampled_from(FACTS), MOMENTS))
def test_the_timeline_tells_each_fact_once_in_the_order_of_time(facts):
    told = status.timeline(header(**facts))
    assert len(told) == 1 + len(facts)
    assert [moment.at for moment in told] == sorted(moment.at for moment in told)


def test_the_usual_way():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    steps = ["created", "awaiting", "processing", "paid"]
    facts = [{}, {"awaiting_at": moment}, {"processing_at": moment + timedelta(1)}, {"paid_at": moment + timedelta(2)}]
    known = {}
    for step, fact in zip(steps, facts, strict=True):
        known |= fact
        assert status.of(header(**known)) == step


def test_what_went_back_of_a_paid_order_says_so():
    paid = {"paid_at": datetime(2026, 1, 2, tzinfo=UTC)}
    statuses = [status.of(header(**paid, refunded=refunded)) for refunded in (0, 1, 899, 900)]
    assert statuses == ["paid", "partially_refunded", "partially_refunded", "refunded"]


def test_what_a_bank_has_outweighs_what_went_back():
    paid, now = {"paid_at": datetime(2026, 1, 1, tzinfo=UTC), "refunded": 300}, datetime(2026, 1, 2, tzinfo=UTC)
    assert status.of(header(**paid)) == "partially_refunded"
    assert status.of(header(**paid, disputed_at=now)) == "disputed"
    assert status.of(header(**paid, disputed_at=now, dispute_won_at=now)) == "partially_refunded"
    assert status.of(header(**paid, disputed_at=now, charged_back_at=now)) == "charged_back"
