"""What a coupon takes off, of any prices in any currency: to the unit, and never more than there is."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.money import CURRENCIES, MAXIMUM
from chalicelib.coupons.coupons import Coupon, discounts

ANYTHING = Coupon("C", None, "amin", None, None, None, frozenset(), frozenset(), None, None)


def coupon(**terms):
    return Coupon(**{name: terms.get(name, getattr(ANYTHING, name)) for name in Coupon.__struct_fields__})


@st.composite
def carts(draw):
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    least = CURRENCIES[currency].minimum
    prices = draw(st.lists(st.integers(0, 200_000), min_size=1, max_size=20))
    fitting = {f"work{number:02d}": price for number, price in enumerate(prices)}
    beside = draw(st.sampled_from([0, 0, least, 5_000]))
    half = draw(st.booleans())
    terms = {"basis_points": draw(st.integers(1, 10_000))} if half else {}
    terms |= {} if half else {"amount": draw(st.integers(1, MAXIMUM)), "currency": currency}
    return currency, fitting, sum(prices) + beside, coupon(**terms)


@given(carts())
def test_the_parts_sum_and_none_is_below_nothing_or_above_its_price(cart):
    currency, fitting, total, cheaper = cart
    parts = discounts(cheaper, fitting, total, currency)
    off, whole, least = sum(parts.values()), sum(fitting.values()), CURRENCIES[currency].minimum
    wanted = whole * cheaper.basis_points // 10_000 if cheaper.basis_points else min(cheaper.amount or 0, whole)
    assert all(0 <= part <= fitting[name] for name, part in parts.items())
    assert off <= wanted
    if total == 0 or total >= least:
        assert total - off == 0 or total - off >= least
        assert off == wanted or total - off == least
    for name, part in parts.items():
        exact = off * fitting[name] / whole
        assert abs(part - exact) < 1 + exact / 2**50


@given(carts())
def test_a_percentage_is_of_all_that_it_fits_together(cart):
    currency, fitting, total, _ = cart
    parts = discounts(coupon(basis_points=3_333), fitting, total + 10**7, currency)
    assert sum(parts.values()) == sum(fitting.values()) * 3_333 // 10_000


def test_what_takes_nothing_off_is_nothing():
    assert discounts(coupon(basis_points=1), {"a": 9_999}, 9_999, "usd") == {}
    assert discounts(coupon(amount=5, currency="eur"), {"a": 900}, 900, "usd") == {}
    assert discounts(coupon(basis_points=5_000), {"a": 50}, 50, "jpy") == {}
    assert discounts(coupon(basis_points=10_000), {}, 900, "usd") == {}
    assert discounts(coupon(basis_points=5_000), {"a": 15}, 15, "usd") == {}


def test_no_less_is_left_to_pay_than_can_be_paid():
    assert discounts(coupon(basis_points=9_900), {"a": 900}, 900, "usd") == {"a": 850}
    assert discounts(coupon(basis_points=10_000), {"a": 900}, 900, "usd") == {"a": 900}
    assert discounts(coupon(amount=6_499, currency="cny"), {"a": 6_500}, 6_500, "cny") == {"a": 6_100}
    assert discounts(coupon(basis_points=10_000), {"a": 30}, 80, "usd") == {"a": 30}
    assert discounts(coupon(basis_points=10_000), {"a": 900}, 930, "usd") == {"a": 880}


def test_whose_and_what_it_fits():
    named = coupon(owner_id="ada", work_ids=frozenset({"w"}), bundle_ids=frozenset({"b"}))
    assert named.fits("ada", "w", None) and named.fits("ada", "x", "b")
    assert not (named.fits("ada", "x", None) or named.fits("ada", "w", "c") or named.fits("bo", "w", None))
    assert coupon(owner_id="ada").fits("ada", "any", "any") and not coupon(owner_id="ada").fits("bo", "any", None)
    assert ANYTHING.fits("bo", "any", None)
