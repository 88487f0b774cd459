"""What buyers may send and see."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chalicelib.core.money import MAXIMUM, CurrencyCode
from chalicelib.core.validation import LINE, LINES
from chalicelib.coupons.shapes import Code
from chalicelib.ledger.shapes import NewProposal

MOST_WORKS = 20

WorkId = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}(?![\s\S])")]
GIFT_LINK_ENDS = r"^[0-9A-HJKMNP-TV-Z]{26}\.[0-9A-Za-z_-]{43}(?![\s\S])"
Method = Literal["card", "alipay", "wechat_pay"]


class BillingAddress(Struct, forbid_unknown_fields=True):
    """Where the buyer lives: ``country`` by ISO 3166-1, two letters; ``state`` by ISO 3166-2, without the country."""

    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}(?![\s\S])")]
    postal_code: Annotated[str, Meta(min_length=1, max_length=20, pattern=LINE)] | None = None
    state: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,3}(?![\s\S])")] | None = None


class NewOrder(Struct, forbid_unknown_fields=True):
    """At most 20 works, those of bundles counted, and one pass. ``method`` is shown first on the payment page; the
    others stay. A ``coupon`` takes something off the works and bundles that it fits; no less is left to pay than can be
    paid, but for nothing. Where the platform says what tax is in its prices, an order that costs something needs a
    ``billing_address``; it changes no price."""

    currency: CurrencyCode
    work_ids: Annotated[list[WorkId], Meta(max_length=MOST_WORKS)] = []
    bundle_ids: Annotated[list[WorkId], Meta(max_length=MOST_WORKS)] = []
    pass_id: WorkId | None = None
    coupon: Code | None = None
    gift: bool = False
    method: Method | None = None
    billing_address: BillingAddress | None = None


class NewSubscription(Struct, forbid_unknown_fields=True):
    """A pass that my card renews until I cancel."""

    pass_id: WorkId
    currency: CurrencyCode


class SubscriptionView(Struct):
    """A pass that a card renews. ``status`` is created, awaiting (pay at ``pay_at``), processing, active, past_due (the
    card was declined, and is tried again), ending (it is not renewed any more), ended, expired or failed. ``price`` in
    whole minor units. ``paid_until`` is what is paid; until ``grace_until`` reading goes on while it renews."""

    subscription_id: str
    status: str
    pass_id: str
    author_id: str
    title: str
    days: int
    currency: str
    price: int
    written_price: str
    asked_at: str
    pay_at: str | None
    expires_at: str | None
    paid_until: str | None
    grace_until: str | None
    renews_at: str | None
    ended_at: str | None
    last_order_id: str | None


class OrdersQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class Moment(Struct):
    """Something that happened to an order, and when."""

    what: str
    at: str


class OrderedWork(Struct):
    """A line of an order; ``price`` in whole minor units of the order's currency, after the ``discount``.
    ``bundle_id``: it came by that. Of the ``kind`` pass, ``work_id`` is the pass's."""

    work_id: str
    title: str
    kind: str
    version: int
    price: int
    subjects: list[str]
    bundle_id: str | None = None
    discount: int = 0


class OrderedBundle(Struct):
    """A bundle of an order. ``price`` is that of its works here; those ``left_out`` the buyer had, and does not pay."""

    bundle_id: str
    title: str
    price: int
    left_out: list[str]


class SaleCard(Struct):
    """A sale, and the author's ``share`` of it, in whole minor units of the order's ``currency``."""

    order_id: str
    sold_at: str
    currency: str
    share: int


class SaleLine(Struct):
    """How a line of a sale was split: ``tax`` of the ``gross``, then the commission, then ``shares`` by author, one of
    which is the reader's (``share``). The gross is what a coupon's ``discount`` left to pay. Of it ``refunded`` went
    back, which took back so much from the reader."""

    work_id: str
    title: str
    discount: int
    gross: int
    tax: int
    commission: int
    commission_basis_points: int
    shares: dict[str, int]
    share: int
    refunded: int
    taken_back: int


class OrderedPass(Struct):
    """The pass of an order: ``days`` of all that the author publishes alone; once paid, from when until when. Where a
    card renewed it, by that subscription."""

    pass_id: str
    author_id: str
    days: int
    starts_at: str | None
    ends_at: str | None
    subscription_id: str | None = None


class QuoteView(Struct):
    """What an order would cost now, in whole minor units of ``currency``. The ``discount`` is off already."""

    currency: str
    total: int
    written_total: str
    discount: int
    written_discount: str
    works: list[OrderedWork]
    bundles: list[OrderedBundle]


class OrderCard(Struct):
    """``total`` in whole minor units of ``currency``, after the ``discount`` by its ``coupon``; ``written_total`` is
    for people."""

    order_id: str
    status: str
    placed_at: str
    currency: str
    total: int
    written_total: str
    coupon: str | None
    discount: int
    gift: bool
    works: list[OrderedWork]
    bundles: list[OrderedBundle]


class GiftLink(Struct):
    """Whoever has the ``url``, or the ``token`` in it, may claim the gift. Only the last one of a gift is good."""

    token: str
    url: str


class GiftMessage(Struct, forbid_unknown_fields=True):
    """What I say to whoever gets my gift; they see it and what is given, and nothing else of me."""

    text: Annotated[str, Meta(min_length=1, max_length=1000, pattern=LINES)]


class GiftClaim(Struct, forbid_unknown_fields=True):
    """What a gift's link ends with."""

    token: Annotated[str, Meta(pattern=GIFT_LINK_ENDS)]


class GiftedWork(Struct):
    """Something in a gift; of the ``kind`` pass, ``work_id`` is the pass's."""

    work_id: str
    title: str
    kind: str


class GiftOffer(Struct):
    """What whoever has the link may claim, and what its giver says to them."""

    message: str | None
    works: list[GiftedWork]


class GiftView(Struct):
    """What was claimed: it is in the library, and among the passes."""

    claimed_at: str
    works: list[GiftedWork]


class WorkToRefund(Struct, forbid_unknown_fields=True):
    """``amount`` in whole minor units; all that is left where none is named."""

    work_id: WorkId
    amount: Annotated[int, Meta(ge=1, le=MAXIMUM)] | None = None


class NewRefundRequest(Struct, forbid_unknown_fields=True):
    """What of an order is to go back: all of it where no works are named. ``text`` is for who decides."""

    works: Annotated[list[WorkToRefund], Meta(min_length=1, max_length=MOST_WORKS)] | None = None
    text: Annotated[str, Meta(min_length=1, max_length=2000, pattern=LINES)] | None = None


class RefundPart(Struct):
    """How much of a work goes back, in whole minor units."""

    work_id: str
    amount: int


class RequestView(Struct):
    """``status`` is review (somebody decides, for ``reasons``), approved (the money is on its way), refunded, rejected
    or failed."""

    request_id: str
    status: str
    amount: int
    currency: str
    written_amount: str
    works: list[RefundPart]
    reasons: list[str]
    requested_at: str
    because: str | None


class RequestToDecide(Struct):
    """A request that waits. ``approvals`` counts who approved it already."""

    order_id: str
    request_id: str
    amount: int
    currency: str
    written_amount: str
    reasons: list[str]
    text: str | None
    requested_at: str
    approvals: int


class Decision(Struct, forbid_unknown_fields=True):
    """``because`` is told to the buyer of what is rejected."""

    approve: bool
    because: Annotated[str, Meta(min_length=1, max_length=1000, pattern=LINES)] | None = None


class DisputeView(Struct):
    """A dispute at the buyer's bank. ``status`` is the provider's word; ``answer_due_at`` when the bank must have our
    answer, ``answered_at`` when it was decided; ``to_confirm`` where one admin gave in, and a second must."""

    dispute_id: str
    order_id: str
    status: str
    reason: str
    amount: int
    currency: str
    written_amount: str
    opened_at: str
    answer_due_at: str | None
    answered_at: str | None
    to_confirm: bool
    ended_at: str | None


class NewPlacement(NewProposal, kw_only=True, forbid_unknown_fields=True):
    """Where all belongs that is in suspense of a payment; an author must be one who sold what was ordered."""

    payment_id: Annotated[str, Meta(min_length=1, max_length=255)]


class PlacementView(Struct):
    """Where somebody thinks that money in suspense belongs. ``status`` is waiting (for a second admin), approved or
    rejected. ``amount`` in whole minor units, below nothing where a bank took more than anybody had."""

    placement_id: str
    order_id: str
    payment_id: str
    status: str
    amount: int
    currency: str
    written_amount: str
    account: str
    author_id: str | None
    because: str
    proposed_by: str
    proposed_at: str
    decided_by: str | None
    decided_at: str | None
    decided_because: str | None


class SuspenseView(Struct):
    """How much of a payment is in suspense, in whole minor units: below nothing, a bank took more than anybody had. It
    can be placed where it does not ``may_go_back`` by itself."""

    payment_id: str
    kind: str
    amount: int
    currency: str
    written_amount: str
    may_go_back: bool
    placements: list[PlacementView]


ComplaintKind = Literal["not_as_described", "does_not_open", "infringes", "other"]


class NewComplaint(Struct, forbid_unknown_fields=True):
    """What is wrong with a work, or a pass, of my order."""

    work_id: WorkId
    kind: ComplaintKind
    text: Annotated[str, Meta(min_length=1, max_length=4000, pattern=LINES)]


class NewReply(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(min_length=1, max_length=4000, pattern=LINES)]


class Said(Struct):
    """What a side said: buyer or seller."""

    by: str
    text: str
    at: str


class ComplaintView(Struct):
    """``status`` is open, upheld (money goes back, as the order's refunds show) or dismissed, ``because`` of that. The
    sellers are asked to answer until ``answer_due_at``."""

    complaint_id: str
    order_id: str
    work_id: str
    title: str
    kind: str
    text: str
    status: str
    opened_at: str
    answer_due_at: str
    said: list[Said]
    because: str | None
    decided_at: str | None


class ComplaintToDecide(Struct):
    """A complaint that waits; ``said`` counts what both sides said since."""

    order_id: str
    complaint_id: str
    kind: str
    text: str
    opened_at: str
    answer_due_at: str
    said: int


class Ruling(Struct, forbid_unknown_fields=True):
    """``because`` is told to the buyer. What is upheld sends ``amount`` back, in whole minor units; all that is left of
    the work where none is named."""

    uphold: bool
    because: Annotated[str, Meta(min_length=1, max_length=1000, pattern=LINES)]
    amount: Annotated[int, Meta(ge=1, le=MAXIMUM)] | None = None


class SaleView(Struct):
    """The author's lines of a sale. ``processor_fee`` is what the payment service kept of the whole payment, by
    currency, and the platform bears it. Of the author's share ``held`` waits, and ``released`` came to ``available`` in
    the currency ``settled_in``."""

    order_id: str
    sold_at: str
    status: str
    currency: str
    lines: list[SaleLine]
    processor_fee: dict[str, int]
    held: int
    released: int
    available: int
    settled_in: str | None
    complaints: list[ComplaintView]


class NewEvidence(Struct, forbid_unknown_fields=True):
    """What the bank should know beside what we know of the sale, which is put together for it."""

    statement: Annotated[str, Meta(min_length=1, max_length=10_000, pattern=LINES)]


class PolicyView(Struct):
    """The rules of refunds under which an order is placed. ``method_days``: how long a method can send money back."""

    version: str
    window_days: int
    most_consumed_percent: int
    most_in_a_year: int
    method_days: dict[str, int]


class PaymentView(Struct):
    """``kind`` is purchase, overpaid (it was paid before) or review (it bought nothing); ``refunded`` went back."""

    kind: str
    amount: int
    currency: str
    method: str | None
    received_at: str
    refunded: int


class TaxView(Struct):
    """The tax that is in the price of a work of the order: ``amount`` in whole minor units, ``rate`` in percent as a
    decimal text, ``jurisdiction`` a country, or a state of it (US-CA). ``source`` is stripe, or none: then nobody
    looked, and it is 0."""

    inclusive: bool
    rate: str
    amount: int
    jurisdiction: str | None
    source: str
    work_id: str = ""


class OrderView(OrderCard):
    """An order with its timeline. ``pay_at`` is the page to pay on, while it can be paid; ``methods`` are offered
    there. ``reason`` says why a payment was not accepted. ``refunded`` of the total went back, by ``refunds``. Of a
    gift the timeline says when it was ``claimed``. ``tax`` of the total is tax, by ``taxes`` of each work.
    """

    pay_at: str | None
    expires_at: str | None
    methods: list[str]
    payments: list[PaymentView]
    timeline: list[Moment]
    reason: str | None
    refund_policy: str
    tax: int
    taxes: list[TaxView]
    refunded: int
    author_pass: OrderedPass | None
    refunds: list[RequestView]
    complaints: list[ComplaintView]
    gift_message: str | None = None
