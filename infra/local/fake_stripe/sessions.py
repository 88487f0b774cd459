"""Checkout sessions: what is to be paid, by whom, until when; created, read, listed, expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import amounts, automatic_tax, events, methods, modes, paging, payment_intents, periods
from infra.local.fake_stripe.parameters import (
    EXPAND,
    Check,
    Each,
    Fields,
    email,
    metadata,
    one_of,
    text,
    truth,
    url,
    whole,
)
from infra.local.fake_stripe.plans import plan
from infra.local.fake_stripe.problems import bad_parameter, missing_parameter, refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_SOONEST, _LATEST = 30 * 60, 24 * 3600
_PRODUCT = Fields(
    {
        "name": text(1_500),
        "description": text(),
        "images": Each(url, most=8),
        "metadata": metadata,
        "tax_code": text(100),
        "unit_label": text(12),
    },
    required=("name",),
)
_RECURRING = Fields({"interval": one_of(*periods.INTERVALS), "interval_count": whole(1, 1_095)}, required=("interval",))
_PRICE = Fields(
    {
        "recurring": _RECURRING,
        "currency": text(3),
        "product_data": _PRODUCT,
        "unit_amount": whole(),
        "tax_behavior": one_of("exclusive", "inclusive", "unspecified"),
    },
    required=("currency", "product_data", "unit_amount"),
)
_LINE = Fields({"price_data": _PRICE, "price": text(100), "quantity": whole(1, 999_999), "metadata": metadata})
_INTENT = Fields(
    {
        "description": text(1_000),
        "metadata": metadata,
        "receipt_email": email,
        "statement_descriptor": text(22),
        "statement_descriptor_suffix": text(22),
        "transfer_group": text(200),
    }
)
_CLIENT = Fields({"client": one_of("android", "ios", "web"), "app_id": text(100)}, required=("client",))
_OPTIONS = Fields(
    {
        "wechat_pay": _CLIENT,
        "alipay": Fields({"setup_future_usage": one_of("none")}),
        "card": Fields({"request_three_d_secure": one_of("any", "automatic", "challenge")}),
    }
)
_NOTES = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
_SCALARS: dict[str, Check] = {
    "client_reference_id": text(200),
    "customer": text(100),
    "customer_email": email,
    "customer_creation": one_of("always", "if_required"),
    "locale": text(10),
    "submit_type": one_of("auto", "book", "donate", "pay"),
    "allow_promotion_codes": truth,
    "billing_address_collection": one_of("auto", "required"),
}
CREATE = Fields(
    {
        **_SCALARS,
        "mode": one_of("payment", "setup", "subscription"),
        "ui_mode": one_of("hosted_page", "embedded_page", "elements", "form"),
        "line_items": Each(_LINE),
        "automatic_tax": automatic_tax.ASKED,
        "success_url": url,
        "cancel_url": url,
        "expires_at": whole(0, 10**11),
        "metadata": metadata,
        "payment_intent_data": _INTENT,
        "subscription_data": Fields({"description": text(500), "metadata": metadata}),
        "allowed_payment_method_types": Each(one_of(*methods.KNOWN)),
        "payment_method_options": _OPTIONS,
        "custom_text": Fields(dict.fromkeys(_NOTES, Fields({"message": text(1_200)}, required=("message",)))),
        "expand": EXPAND,
    }
)
LIST = paging.listing(
    customer=text(100),
    payment_intent=text(100),
    status=one_of("open", "complete", "expired"),
    customer_details=Fields({"email": email}, required=("email",)),
)


def create(fake: FakeStripe, params: Object) -> Object:
    """Checks come in three ranks: parameters alone, what they name, then what the account and the amounts allow."""
    _check_shape(params)
    expires_at = _expiry(fake, params)
    if "customer" in params:
        fake.find("customer", params["customer"], "customer")
    lines, currency = _lines(fake, params["line_items"])
    total = sum(line["amount_total"] for line in lines)
    if total:
        amounts.check(fake.merchant, total, currency, "line_items")
    offered = modes.offered(fake.merchant, currency, params)
    session_id = fake.new_id("cs_test_")
    fake.state.lines[session_id] = lines
    session = {
        "id": session_id,
        "object": "checkout.session",
        **dict.fromkeys(_SCALARS),
        **_fixed(),
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": params.get("cancel_url"),
        "created": fake.now(),
        "currency": currency,
        "custom_text": dict.fromkeys(_NOTES) | params.get("custom_text", {}),
        "customer_creation": None if "customer" in params or params["mode"] == "subscription" else "if_required",
        "expires_at": expires_at,
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "payment_method_options": params.get("payment_method_options", {}),
        "payment_method_types": offered,
        "payment_status": "unpaid" if total else "no_payment_required",
        "success_url": params["success_url"],
        "url": f"{fake.public_url}/c/pay/{session_id}",
        **{name: params[name] for name in _SCALARS if name in params},
    }
    fake.state.intent_data[session_id] = params.get("payment_intent_data", {})
    fake.state.subscription_data[session_id] = params.get("subscription_data", {})
    if automatic_tax.is_on(params):
        session["automatic_tax"] |= {"enabled": True, "status": "requires_location_inputs"}
        code = params["line_items"][0]["price_data"]["product_data"].get("tax_code", automatic_tax.PRESET)
        fake.state.billed[session_id] = {"tax_code": code}
    plan(fake, "expire_session", session_id, expires_at - fake.now())
    return fake.keep(session)


def expire(fake: FakeStripe, params: Object, session_id: str) -> Object:
    session = fake.find("checkout.session", session_id)
    if session["status"] != "open":
        raise refused(f"Only Checkout Sessions with a status of open can be expired. This one is {session['status']}.")
    _close(fake, session)
    return session


def expire_when_due(fake: FakeStripe, session_id: str) -> None:
    session = fake.find("checkout.session", session_id)
    if session["status"] == "open":
        _close(fake, session)


def retrieve(fake: FakeStripe, params: Object, session_id: str) -> Object:
    return fake.find("checkout.session", session_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("checkout.session").values(), params, "customer", "payment_intent", "status")
    if wanted := params.get("customer_details"):
        chosen = [session for session in chosen if (session["customer_details"] or {}).get("email") == wanted["email"]]
    return paging.page(fake, chosen, params, "/v1/checkout/sessions", "checkout.session")


def list_lines(fake: FakeStripe, params: Object, session_id: str) -> Object:
    fake.find("checkout.session", session_id)
    lines = fake.state.lines[session_id][::-1]
    return paging.page(fake, lines, params, f"/v1/checkout/sessions/{session_id}/line_items", "item")


def line_items_of(fake: FakeStripe, session: Object) -> Object:
    return paging.all_of(fake.state.lines[session["id"]], f"/v1/checkout/sessions/{session['id']}/line_items")


def _check_shape(params: Object) -> None:
    """What Stripe refuses by looking at the parameters alone."""
    for name in ("mode", "line_items", "success_url"):
        if not params.get(name):
            raise missing_parameter(name)
    modes.check(params)
    automatic_tax.check(params)
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise bad_parameter("ui_mode", "This account shows only the `hosted_page`.")
    if "customer" in params and "customer_email" in params:
        raise bad_parameter("customer_email", "You may only specify one of these parameters: customer, customer_email.")
    if "customer" in params and "customer_creation" in params:
        raise bad_parameter("customer_creation", "`customer_creation` cannot be used with `customer`.")


def _expiry(fake: FakeStripe, params: Object) -> int:
    expires_at: int = params.get("expires_at", fake.now() + _LATEST)
    if expires_at < fake.now() + _SOONEST:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise bad_parameter("expires_at", message)
    if expires_at > fake.now() + _LATEST:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise bad_parameter("expires_at", message)
    return expires_at


def _lines(fake: FakeStripe, wanted: list[Object]) -> tuple[list[Object], str]:
    for index, line in enumerate(wanted):
        path = f"line_items[{index}]"
        if "price" in line:
            fake.find("price", line["price"], f"{path}[price]")
        if "price_data" not in line:
            raise missing_parameter(f"{path}[price_data]")
        if "quantity" not in line:
            raise missing_parameter(f"{path}[quantity]")
        amounts.check_currency(line["price_data"]["currency"].lower(), f"{path}[price_data][currency]")
    spoken = {line["price_data"]["currency"].lower() for line in wanted}
    if len(spoken) > 1:
        raise bad_parameter("line_items", "All prices on a Checkout Session must have the same currency.")
    currency = spoken.pop()
    return [_line(fake, line, currency) for line in wanted], currency


def _line(fake: FakeStripe, line: Object, currency: str) -> Object:
    price, product = line["price_data"], line["price_data"]["product_data"]
    total, recurring = price["unit_amount"] * line["quantity"], price.get("recurring")
    if recurring:
        recurring = {
            "interval_count": 1,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
            **recurring,
        }
    return {
        "id": fake.new_id("li_"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": product["name"],
        "metadata": line.get("metadata", {}),
        "price": {
            "id": fake.new_id("price_"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": fake.now(),
            "currency": currency,
            "livemode": False,
            "product": fake.new_id("prod_"),
            "recurring": recurring,
            "tax_behavior": price.get("tax_behavior", "unspecified"),
            "type": "recurring" if recurring else "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": line["quantity"],
    }


def _close(fake: FakeStripe, session: Object) -> None:
    session.update(status="expired", url=None)
    events.emit(fake, "checkout.session.expired", session)
    tried = session["payment_intent"] or fake.state.billed.get(session["id"], {}).get("intent")
    if tried:
        payment_intents.close(fake, fake.find("payment_intent", tried), "automatic")


def _fixed() -> Object:
    """What a session of this kind always starts with."""
    return {
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "client_secret": None,
        "custom_fields": [],
        "customer_details": None,
        "invoice": None,
        "livemode": False,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "phone_number_collection": {"enabled": False},
        "presentment_details": None,
        "recovered_from": None,
        "setup_intent": None,
        "shipping_options": [],
        "status": "open",
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


ROUTES = [
    Route("POST", "/v1/checkout/sessions", create, CREATE),
    Route("GET", "/v1/checkout/sessions", listed, LIST),
    Route("GET", "/v1/checkout/sessions/{id}", retrieve),
    Route("POST", "/v1/checkout/sessions/{id}/expire", expire),
    Route("GET", "/v1/checkout/sessions/{id}/line_items", list_lines, paging.listing()),
]
