import pytest
import requests
import stripe
from stripe.params import (
    CustomerCreateParams,
    EventListParams,
    PaymentIntentCreateParams,
    RefundCreateParams,
    RefundListParams,
)
from stripe.params.checkout import SessionCreateParams, SessionListParams
from stripe.params.tax import (
    CalculationCreateParams,
    TransactionCreateFromCalculationParams,
    TransactionCreateReversalParams,
)

from infra.local.fake_stripe import (
    customers,
    events,
    methods,
    payment_intents,
    refunds,
    sessions,
    tax_calculations,
    tax_transactions,
)
from infra.local.fake_stripe.parameters import Fields
from tests.local.fake_stripe import declared
from tests.local.fake_stripe.conftest import an_order

HALF_AN_HOUR, A_DAY = 30 * 60, 24 * 3600


def refusal(call, *args, **kwargs):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(*args, **kwargs)
    return caught.value


def test_the_pinned_version_knows_no_payment_method_types(buyer, sdk):
    error = refusal(buyer.opens, payment_method_types=["card"])
    assert (error.code, error.param, error.http_status) == ("parameter_unknown", "payment_method_types", 400)
    error = refusal(sdk.payment_intents.create, {"amount": 900, "currency": "usd", "payment_method_types": ["card"]})
    assert (error.code, error.param) == ("parameter_unknown", "payment_method_types")


def test_a_nested_unknown_parameter_is_named_by_its_path(buyer):
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "x", "colour": "red"}}}
    error = refusal(buyer.opens, line_items=[{**line, "quantity": 1}])
    assert (error.code, error.param) == ("parameter_unknown", "line_items[0][price_data][product_data][colour]")


@pytest.mark.parametrize("name", ["mode", "line_items", "success_url"])
def test_a_missing_parameter_is_named(sdk, name):
    order = an_order()
    del order[name]
    error = refusal(sdk.checkout.sessions.create, order)
    assert (error.code, error.param) == ("parameter_missing", name)


@pytest.mark.parametrize(
    ("currency", "least"),
    [("usd", 50), ("gbp", 30), ("hkd", 400), ("jpy", 50), ("eur", 50), ("sgd", 50), ("aud", 50), ("cad", 50)],
)
def test_an_amount_has_its_currencys_minimum(buyer, currency, least):
    error = refusal(buyer.opens, least - 1, currency)
    assert error.code == "amount_too_small"
    assert buyer.opens(least, currency).amount_total == least


def test_a_currency_without_a_minimum_must_be_worth_that_of_the_settlement_currency(buyer):
    assert refusal(buyer.opens, 350, "cny").code == "amount_too_small"  # 3.50 × 0.139 = 0.4865
    assert buyer.opens(360, "cny").amount_total == 360  # 3.60 × 0.139 = 0.5004


def test_an_amount_has_a_maximum(buyer):
    line = an_order(99_999_999)["line_items"][0]
    assert buyer.opens(99_999_999).amount_total == 99_999_999
    assert refusal(buyer.opens, line_items=[{**line, "quantity": 2}]).code == "amount_too_large"


def test_an_unknown_currency_is_refused(buyer):
    assert refusal(buyer.opens, 900, "xyz").param == "line_items[0][price_data][currency]"


def test_a_wallet_that_does_not_take_the_currency_is_dropped_without_a_word(buyer):
    assert buyer.opens(currency="jpy").payment_method_types == ["card", "alipay", "wechat_pay"]
    assert buyer.opens(currency="chf").payment_method_types == ["card", "wechat_pay"]
    assert buyer.opens(currency="myr").payment_method_types == ["card", "alipay"]
    assert refusal(buyer.opens, currency="chf", allowed_payment_method_types=["alipay"]).http_status == 400


def test_a_method_that_the_account_lacks_is_dropped_without_a_word(buyer):
    buyer.steers("merchant", methods=["card", "alipay"])
    session = buyer.opens()
    assert session.payment_method_types == ["card", "alipay"]
    assert buyer.pays(session, "wechat_pay").status_code == 400


def test_all_methods_are_offered_where_none_are_named(sdk):
    order = an_order()
    del order["allowed_payment_method_types"]
    assert sdk.checkout.sessions.create(order).payment_method_types == ["card", "alipay", "wechat_pay"]


def test_a_subscription_takes_no_wallets(buyer):
    assert refusal(buyer.opens, mode="subscription").param == "allowed_payment_method_types"


@pytest.mark.parametrize(
    ("after", "fits"), [(HALF_AN_HOUR - 60, False), (A_DAY + 60, False), (HALF_AN_HOUR + 60, True)]
)
def test_a_session_expires_within_thirty_minutes_to_a_day(buyer, movable_clock, after, fits):
    expires_at = int(movable_clock.timestamp()) + after
    if fits:
        assert buyer.opens(expires_at=expires_at).expires_at == expires_at
    else:
        assert refusal(buyer.opens, expires_at=expires_at).param == "expires_at"


@pytest.mark.parametrize(
    ("told", "param"),
    [
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"customer": "cus_nobody"}, "customer"),
        ({"metadata": {"x" * 41: "y"}}, f"metadata[{'x' * 41}]"),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, "metadata"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"allowed_payment_method_types": ["gold"]}, "allowed_payment_method_types[0]"),
        ({"customer_email": "no address"}, "customer_email"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        ({"expand": ["nothing"]}, "expand"),
    ],
)
def test_a_bad_parameter_is_named(buyer, told, param):
    assert refusal(buyer.opens, **told).param == param


def test_all_lines_speak_one_currency(buyer):
    lines = [an_order(900, currency)["line_items"][0] for currency in ("usd", "eur")]
    assert refusal(buyer.opens, line_items=lines).param == "line_items"


def test_amounts_are_whole_units(buyer):
    line = an_order()["line_items"][0]
    line["price_data"]["unit_amount"] = 9.99
    assert refusal(buyer.opens, line_items=[line]).code == "parameter_invalid_integer"


def test_what_does_not_exist_answers_404(sdk, running):
    error = refusal(sdk.checkout.sessions.retrieve, "cs_test_none")
    assert (error.code, error.http_status) == ("resource_missing", 404)
    assert refusal(sdk.subscriptions.list).http_status == 404


def test_only_a_test_key_is_let_in(running):
    for key in ("sk_live_real", "pk_test_public", "nonsense"):
        client = stripe.StripeClient(key, base_addresses={"api": running.url})
        with pytest.raises(stripe.AuthenticationError):
            client.v1.balance.retrieve()
    assert requests.get(f"{running.url}/v1/balance", timeout=10).status_code == 401
    assert requests.get(f"{running.url}/v1/balance", auth=("sk_test_x", ""), timeout=10).status_code == 200


def test_another_api_version_or_account_is_refused(running):
    def client(**options):
        return stripe.StripeClient("sk_test_x", base_addresses={"api": running.url}, **options).v1

    assert refusal(client(stripe_version="2024-06-20").balance.retrieve).http_status == 400
    with pytest.raises(stripe.PermissionError):
        client(stripe_account="acct_1").balance.retrieve()


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe=%zz&&&=",
        b"a=1&a[b]=2",
        b"a[b]=2&a=1",
        b"mode=payment&line_items=x&success_url=http://a",
        b"line_items[0]=x&mode=payment&success_url=http://a",
        b"a[" * 2_000,
        b"a[b][c][d][e][f][g][h][i][j]=1",
        b"&".join(b"k%d=1" % n for n in range(3_000)),
        b"line_items[999999999999][quantity]=1&mode=payment&success_url=http://a",
        b"line_items[%C2%B2]=1&mode=payment&success_url=http://a",
        b"mode=payment&line_items[0][quantity]=99999999999999999999&success_url=http://a",
        b"metadata[1]=a&metadata[2]=b&mode=payment",
    ],
)
def test_a_hostile_body_is_refused_in_stripes_own_words(running, body):
    answer = requests.post(
        f"{running.url}/v1/checkout/sessions", data=body, headers={"Authorization": "Bearer sk_test_x"}, timeout=10
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("known", "declaration"),
    [
        (sessions.CREATE, SessionCreateParams),
        (refunds.CREATE, RefundCreateParams),
        (customers.WRITE, CustomerCreateParams),
        (payment_intents.CREATE, PaymentIntentCreateParams),
        (sessions.LIST, SessionListParams),
        (refunds.LIST, RefundListParams),
        (events.LIST, EventListParams),
        (tax_calculations.CREATE, CalculationCreateParams),
        (tax_transactions.RECORD, TransactionCreateFromCalculationParams),
        (tax_transactions.REVERSE, TransactionCreateReversalParams),
    ],
)
def test_every_parameter_that_is_known_exists_in_the_pinned_version(known, declaration):
    assert set(known.checks) <= declared.names(declaration)
    for name, check in known.checks.items():
        inner = getattr(check, "check", check)
        if isinstance(inner, Fields):
            test_every_parameter_that_is_known_exists_in_the_pinned_version(inner, declared.nested(declaration, name))


def test_the_method_names_are_those_of_the_pinned_version():
    assert set(methods.KNOWN) == declared.literals(SessionCreateParams, "allowed_payment_method_types")


def test_the_fake_speaks_the_version_that_the_sdk_pins():
    assert stripe.api_version == events.API_VERSION
