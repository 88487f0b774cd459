"""Customers: create, retrieve, update, list by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import events, paging
from infra.local.fake_stripe.parameters import EXPAND, Each, Fields, email, metadata, text
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

WRITE = Fields(
    {
        "email": email,
        "name": text(256),
        "description": text(),
        "phone": text(20),
        "metadata": metadata,
        "preferred_locales": Each(text(35)),
        "expand": EXPAND,
    }
)
LIST = paging.listing(email=email)


def create(fake: FakeStripe, params: Object) -> Object:
    customer = {
        "id": fake.new_id("cus_"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": fake.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": None,
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **_told(params),
    }
    events.emit(fake, "customer.created", fake.keep(customer))
    return customer


def update(fake: FakeStripe, params: Object, customer_id: str) -> Object:
    customer, told = fake.find("customer", customer_id), _told(params)
    told["metadata"] = merged(customer["metadata"], params)
    previous = {name: customer[name] for name in told if customer[name] != told[name]}
    customer.update(told)
    if previous:
        events.emit(fake, "customer.updated", customer, **previous)
    return customer


def retrieve(fake: FakeStripe, params: Object, customer_id: str) -> Object:
    return fake.find("customer", customer_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("customer").values(), params, "email")
    return paging.page(fake, chosen, params, "/v1/customers", "customer")


def merged(current: dict[str, str], params: Object) -> dict[str, str]:
    """Metadata after an update: named keys are set, those given as an empty text removed."""
    if "metadata" in params and not params["metadata"]:
        return {}
    both = {**current, **params.get("metadata", {})}
    return {name: value for name, value in both.items() if value != ""}


def _told(params: Object) -> Object:
    return {name: value for name, value in params.items() if name != "expand"}


ROUTES = [
    Route("POST", "/v1/customers", create, WRITE),
    Route("GET", "/v1/customers", listed, LIST),
    Route("GET", "/v1/customers/{id}", retrieve),
    Route("POST", "/v1/customers/{id}", update, WRITE),
]
