"""What buyers may send and see."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalicelib.core.money import CurrencyCode

MOST_WORKS = 20

WorkId = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}(?![\s\S])")]
Method = Literal["card", "alipay", "wechat_pay"]


class NewOrder(Struct, forbid_unknown_fields=True):
    """``method`` is shown first on the payment page; the others stay."""

    work_ids: Annotated[list[WorkId], Meta(min_length=1, max_length=MOST_WORKS)]
    currency: CurrencyCode
    method: Method | None = None


class OrdersQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class Moment(Struct):
    """Something that happened to an order, and when."""

    what: str
    at: str


class OrderedWork(Struct):
    """A line of an order; ``price`` in whole minor units of the order's currency."""

    work_id: str
    title: str
    kind: str
    version: int
    price: int
    subjects: list[str]


class OrderCard(Struct):
    """``total`` in whole minor units of ``currency``; ``written_total`` is for people."""

    order_id: str
    status: str
    placed_at: str
    currency: str
    total: int
    written_total: str
    works: list[OrderedWork]


class PaymentView(Struct):
    """``kind`` is purchase, overpaid (it was paid before) or review (it bought nothing); ``refunded`` went back."""

    kind: str
    amount: int
    currency: str
    method: str | None
    received_at: str
    refunded: int


class OrderView(OrderCard):
    """An order with its timeline. ``pay_at`` is the page to pay on, while it can be paid; ``methods`` are offered
    there. ``reason`` says why a payment was not accepted.
    """

    pay_at: str | None
    expires_at: str | None
    methods: list[str]
    payments: list[PaymentView]
    timeline: list[Moment]
    reason: str | None
    refund_policy: str
