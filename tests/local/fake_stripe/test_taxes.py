"""Tax calculations and tax transactions, as Stripe has them."""

import pytest
import requests
import stripe

from tests.local.fake_stripe.test_billing import a_subscription

A_DAY = 24 * 3600
BOOK, VIDEO = "txcd_10302000", "txcd_10402100"
EXPANDED = ["line_items.data.tax_breakdown"]


def refusal(call, *args):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*args)
    return caught.value


def line(amount, **more):
    return {"amount": amount, "tax_behavior": "inclusive", "tax_code": VIDEO, **more}


def calculated(sdk, *lines, country="DE", currency="eur", **address):
    where = {"address": {"country": country, **address}, "address_source": "billing"}
    asked = {"currency": currency, "line_items": list(lines), "customer_details": where, "expand": EXPANDED}
    return sdk.tax.calculations.create(asked)


def recorded(sdk, *lines, reference="order-1", **how):
    asked = {"calculation": calculated(sdk, *lines, **how).id, "reference": reference, "expand": ["line_items"]}
    return sdk.tax.transactions.create_from_calculation(asked)


def reversed_(sdk, transaction, reference, **how):
    asked = {"original_transaction": transaction.id, "reference": reference, "expand": ["line_items"], **how}
    return sdk.tax.transactions.create_reversal(asked)


def part(sdk, transaction, reference, *parts):
    """``parts``: an amount and its tax, a line each."""
    lines = [
        {"original_line_item": line.id, "reference": line.reference, "amount": amount, "amount_tax": tax}
        for line, (amount, tax) in zip(transaction.line_items.data, parts, strict=True)
    ]
    return reversed_(sdk, transaction, reference, mode="partial", line_items=lines)


def sums(*transactions):
    lines = [line for each in transactions for line in each.line_items.data]
    return sum(line.amount for line in lines), sum(line.amount_tax for line in lines)


@pytest.mark.parametrize(
    ("where", "amount", "tax", "rates"),
    [
        ({"country": "DE"}, 11_900, 1_900, ["19.0"]),
        ({"country": "GB", "currency": "gbp"}, 900, 150, ["20.0"]),
        ({"country": "JP", "currency": "jpy"}, 900, 82, ["10.0"]),
        ({"country": "CN", "currency": "cny"}, 6_500, 368, ["6.0"]),
        ({"country": "CA", "state": "QC", "currency": "cad"}, 1_000, 130, ["5.0", "9.975"]),
        ({"country": "US", "postal_code": "10001", "currency": "usd"}, 900, 0, [None]),
        ({"country": "KE", "currency": "usd"}, 900, 0, [None]),
    ],
)
def test_the_tax_is_in_the_amount_by_the_rate_of_the_place(sdk, where, amount, tax, rates):
    found = calculated(sdk, line(amount), **where)
    told = found.line_items.data[0]
    assert (found.amount_total, found.tax_amount_inclusive, found.tax_amount_exclusive) == (amount, tax, 0)
    assert (told.amount, told.amount_tax, told.tax_behavior) == (amount, tax, "inclusive")
    shown = [each.tax_rate_details for each in told.tax_breakdown]
    assert [rate and rate.percentage_decimal for rate in shown] == rates
    assert sum(each.amount for each in told.tax_breakdown) == tax == sum(each.amount for each in found.tax_breakdown)
    assert {each.jurisdiction.country for each in told.tax_breakdown} == {where["country"]}


def test_the_code_of_a_thing_decides_too_and_what_comes_on_top_comes_on_top(sdk):
    found = calculated(sdk, line(10_700, tax_code=BOOK), line(10_000, tax_behavior="exclusive", reference="more"))
    assert [each.amount_tax for each in found.line_items.data] == [700, 1_900]
    assert (found.amount_total, found.tax_amount_inclusive, found.tax_amount_exclusive) == (22_600, 700, 1_900)
    assert [each.reference for each in found.line_items.data] == ["L1", "more"]
    plain = sdk.tax.calculations.retrieve(found.id).to_dict()
    assert "line_items" not in plain
    listed = sdk.tax.calculations.line_items.list(found.id).data
    assert [each.id for each in listed] == [each.id for each in found.line_items.data]
    assert "tax_breakdown" not in listed[0].to_dict()


@pytest.mark.parametrize(
    ("where", "code", "param"),
    [
        ({"country": "US"}, "customer_tax_location_invalid", "customer_details[address]"),
        ({"country": "CA"}, "customer_tax_location_invalid", "customer_details[address]"),
        ({"country": "Germany"}, None, "customer_details[address][country]"),
        ({"country": "DE", "currency": "xxx"}, None, "currency"),
    ],
)
def test_a_place_that_is_not_precise_enough_is_refused(sdk, where, code, param):
    error = refusal(lambda: calculated(sdk, line(900), **where))
    assert (error.code, error.param, error.http_status) == (code, param, 400)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"tax_code": "books"}, "line_items[0][tax_code]"),
        ({"amount": 0}, "line_items[0][amount]"),
        ({"tax_behavior": "included"}, "line_items[0][tax_behavior]"),
        ({"price": "price_1"}, "line_items[0][price]"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(sdk, more, param):
    assert refusal(lambda: calculated(sdk, {**line(900), **more})).param == param
    assert refusal(lambda: calculated(sdk, line(1, reference="L"), line(2, reference="L"))).param == "line_items"


def test_a_sale_is_recorded_once_under_its_reference(sdk):
    sale = recorded(sdk, line(11_900), line(10_700, tax_code=BOOK))
    assert (sale.type, sale.reference, sale.reversal, sums(sale)) == ("transaction", "order-1", None, (22_600, 2_600))
    error = refusal(lambda: recorded(sdk, line(900)))
    assert (error.param, error.code) == ("reference", "resource_already_exists")
    assert sdk.tax.transactions.retrieve(sale.id).reference == "order-1"
    assert [each.amount_tax for each in sdk.tax.transactions.line_items.list(sale.id).data] == [1_900, 700]


def test_the_same_key_is_the_same_transaction_until_it_is_pruned(sdk, buyer):
    asked = {"calculation": calculated(sdk, line(900)).id, "reference": "order-1"}
    record = sdk.tax.transactions.create_from_calculation
    assert record(asked, {"idempotency_key": "k"}).id == record(asked, {"idempotency_key": "k"}).id
    buyer.steers("idempotency_keys/prune")
    assert refusal(record, asked, {"idempotency_key": "k"}).param == "reference"


def test_a_calculation_is_good_for_ninety_days(sdk, movable_clock):
    found = calculated(sdk, line(900))
    assert found.expires_at - found.tax_date == 90 * A_DAY
    movable_clock.move(90 * A_DAY + 1)
    error = refusal(sdk.tax.transactions.create_from_calculation, {"calculation": found.id, "reference": "late"})
    assert (error.code, error.param) == ("resource_missing", "calculation")
    assert refusal(sdk.tax.calculations.retrieve, found.id).http_status == 404


def test_parts_go_back_line_by_line_and_no_more_than_is_left(sdk):
    sale = recorded(sdk, line(11_900), line(10_700, tax_code=BOOK))
    first = part(sdk, sale, "re_1", (-5_950, -950), (0, 0))
    assert (first.type, first.reversal.original_transaction, sums(first)) == ("reversal", sale.id, (-5_950, -950))
    error = refusal(lambda: part(sdk, sale, "re_2", (-5_951, -950), (0, 0)))
    assert error.param == "line_items[0][amount]"
    assert refusal(lambda: part(sdk, sale, "re_2", (-5_950, -951), (0, 0))).param == "line_items[0][amount]"
    assert refusal(lambda: part(sdk, sale, "re_1", (-1, 0), (0, 0))).param == "reference"
    assert refusal(lambda: reversed_(sdk, sale, "re_2", mode="full")).param == "original_transaction"
    rest = part(sdk, sale, "re_2", (-5_950, -950), (-10_700, -700))
    assert sums(sale, first, rest) == (0, 0)


def test_a_whole_sale_goes_back_at_once_and_once(sdk):
    sale = recorded(sdk, line(11_900), line(10_700, tax_code=BOOK))
    assert sums(sale, reversed_(sdk, sale, "order-1-cancel", mode="full")) == (0, 0)
    assert refusal(lambda: reversed_(sdk, sale, "again", mode="full")).param == "original_transaction"


def test_a_reversal_is_undone_by_reversing_it_and_its_part_can_go_back_again(sdk):
    sale = recorded(sdk, line(11_900))
    back = part(sdk, sale, "re_1", (-11_900, -1_900))
    undone = reversed_(sdk, back, "re_1-undone", mode="full")
    assert sums(undone) == (11_900, 1_900)
    assert refusal(lambda: reversed_(sdk, back, "re_1-again", mode="full")).param == "original_transaction"
    assert refusal(lambda: reversed_(sdk, back, "no", mode="partial", flat_amount=-1)).param == "mode"
    assert sums(sale, back, undone, reversed_(sdk, sale, "order-1-cancel", mode="full")) == (0, 0)


def test_a_flat_amount_goes_over_the_lines_by_what_is_left_of_each(sdk):
    sale = recorded(sdk, line(1_190), line(2_380), line(30))
    back = reversed_(sdk, sale, "re_1", mode="partial", flat_amount=-1_800)
    assert [(each.amount, each.amount_tax) for each in back.line_items.data] == [(-595, -95), (-1_190, -190), (-15, -3)]
    assert refusal(lambda: reversed_(sdk, sale, "re_2", mode="partial", flat_amount=-1_801)).param == "flat_amount"
    rest = reversed_(sdk, sale, "re_2", mode="partial", flat_amount=-1_800)
    assert sums(sale, back, rest) == (0, 0)


def test_a_part_says_which_part_and_says_it_once(sdk):
    sale = recorded(sdk, line(1_190))
    assert refusal(lambda: reversed_(sdk, sale, "re_1", mode="partial")).param == "line_items"
    assert refusal(lambda: reversed_(sdk, sale, "re_1", mode="some")).param == "mode"
    named = {"original_line_item": sale.line_items.data[0].id, "reference": "L1", "amount": -1, "amount_tax": 0}
    error = refusal(lambda: reversed_(sdk, sale, "re_1", mode="partial", flat_amount=-1, line_items=[named]))
    assert error.param == "flat_amount"
    assert refusal(lambda: reversed_(sdk, sale, "re_1", mode="partial", flat_amount=1)).param == "flat_amount"


# Automatic tax


def subscribes(sdk, **price):
    order = a_subscription(automatic_tax={"enabled": True})
    order["line_items"][0]["price_data"] |= {"tax_behavior": "inclusive", **price}
    return sdk.checkout.sessions.create(order)


def test_a_page_that_taxes_asks_for_the_place_and_the_invoice_says_the_tax(sdk, running):
    session = subscribes(sdk)
    assert (session.automatic_tax.status, session.amount_total) == ("requires_location_inputs", 900)
    assert 'name="country"' in requests.get(session.url, timeout=10).text
    form = {"action": "pay", "method": "card", "card_number": "4242424242424242"}
    answers = [
        requests.post(session.url, data=form | place, allow_redirects=False, timeout=10).status_code
        for place in ({}, {"country": "CA"}, {"country": "CA", "state": "QC"})
    ]
    assert answers == [400, 400, 303]
    session = sdk.checkout.sessions.retrieve(session.id)
    assert (session.automatic_tax.status, session.customer_details.address.state) == ("complete", "QC")
    invoice = sdk.invoices.retrieve(session.invoice)
    assert (invoice.total, invoice.total_excluding_tax) == (900, 783)
    assert [(tax.amount, tax.tax_behavior) for tax in invoice.total_taxes] == [(39, "inclusive"), (78, "inclusive")]
    rates = [sdk.tax_rates.retrieve(tax.tax_rate_details.tax_rate) for tax in invoice.total_taxes]
    assert [(rate.country, rate.state, rate.percentage) for rate in rates] == [("CA", None, 5.0), ("CA", "QC", 9.975)]


def test_only_subscriptions_at_prices_with_the_tax_in_them_are_taxed_on_the_page(sdk, buyer):
    assert refusal(lambda: subscribes(sdk, tax_behavior="exclusive")).param.endswith("[tax_behavior]")
    asked = {"automatic_tax": {"enabled": True}}
    assert refusal(lambda: buyer.opens(900, **asked)).param == "automatic_tax[enabled]"


def test_an_invoice_that_nobody_taxes_says_so(sdk, buyer):
    session = sdk.checkout.sessions.create(a_subscription())
    buyer.pays(session)
    invoice = sdk.invoices.retrieve(sdk.checkout.sessions.retrieve(session.id).invoice)
    assert (invoice.total_taxes, invoice.automatic_tax.enabled, invoice.total_excluding_tax) == ([], False, 900)
