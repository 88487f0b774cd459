"""Invoice payments: which payment intent pays which invoice. Neither of the two names the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import events, paging
from infra.local.fake_stripe.parameters import Fields, one_of, text
from infra.local.fake_stripe.problems import bad_parameter
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_PAYMENT = Fields(
    {"type": one_of("payment_intent", "payment_record"), "payment_intent": text(100), "payment_record": text(100)},
    required=("type",),
)
LIST = paging.listing(invoice=text(100), payment=_PAYMENT, status=one_of("canceled", "open", "paid"))


def begin(fake: FakeStripe, invoice: Object, intent: Object) -> Object:
    payment = {
        "id": fake.new_id("inpay_"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["total"],
        "created": fake.now(),
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    return fake.keep(payment)


def settle(fake: FakeStripe, invoice: Object) -> None:
    payment = of(fake, invoice)
    payment.update(status="paid", amount_paid=invoice["total"])
    payment["status_transitions"]["paid_at"] = fake.now()
    events.emit(fake, "invoice_payment.paid", payment)


def of(fake: FakeStripe, invoice: Object) -> Object:
    return next(each for each in fake.every("invoice_payment").values() if each["invoice"] == invoice["id"])


def payments_of(fake: FakeStripe, invoice: Object) -> Object:
    theirs = paging.matching(fake.every("invoice_payment").values(), {"invoice": invoice["id"]}, "invoice")
    return paging.all_of(theirs, f"/v1/invoice_payments?invoice={invoice['id']}")


def retrieve(fake: FakeStripe, params: Object, payment_id: str) -> Object:
    return fake.find("invoice_payment", payment_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    chosen = paging.matching(fake.every("invoice_payment").values(), params, "invoice", "status")
    if wanted := params.get("payment"):
        if wanted["type"] not in wanted:
            raise bad_parameter(f"payment[{wanted['type']}]", "Name the payment of the type that you gave.")
        chosen = [each for each in chosen if each["payment"].get(wanted["type"]) == wanted[wanted["type"]]]
    return paging.page(fake, chosen, params, "/v1/invoice_payments", "invoice_payment")


ROUTES = [
    Route("GET", "/v1/invoice_payments", listed, LIST),
    Route("GET", "/v1/invoice_payments/{id}", retrieve),
]
