"""An order is an item collection: ``order``, its ``line#n``, its ``payment#…`` and their ``refund#…``.

Facts are stored, each once; the status is derived from them (see ``status.py``), so their order of arrival does not
matter. ``version`` lets a change through only where nobody else made one since the reading.
"""

from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, VersionAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Amounts, Count, Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row, Told

TABLE = settings.table("orders")

PAYMENT, SETTLEMENT, REFUND, DECISION = "payment", "settlement", "refund", "decision"
DISPUTE, ENDING, SUBSCRIPTION, RELEASE = "dispute", "ending", "subscription", "release"
COMPLAINT, PLACEMENT = "complaint", "placement"
"""What an unfinished row waits for: an order for its payment, a payment for its balance transaction and then for the
end of its authors' hold, a refund for its end, a buyer's request or complaint, or an admin's placement, for somebody to
decide, a dispute for its end, a pass for the letter that says when it ends, a subscription for the next look at it."""

SUBSCRIBER, BUYER = "subscriber#", "buyer#"
PURCHASE, OVERPAID, REVIEW = "purchase", "overpaid", "review"
"""What a payment is: of the order, once more of the order, or of nothing that we sell."""


class ByBuyer(GlobalSecondaryIndex["OrderRow"]):
    class Meta:
        index_name = "by_buyer"
        projection = AllProjection()

    buyer_id = UnicodeAttribute(hash_key=True)
    placed_at = Moment(range_key=True)


class Unfinished(GlobalSecondaryIndex["AnyRow"]):
    """Sparse: holds the orders, payments and refunds that still wait for something."""

    class Meta:
        index_name = "unfinished"
        projection = AllProjection()

    unfinished = UnicodeAttribute(hash_key=True)
    due_at = Moment(range_key=True)


class OrderRow(Told):
    """The header. ``attempt`` is the last session asked for, noted before the asking; ``works`` is what lists show.
    ``earnings`` is what its authors have of it, and ``releases`` counts the journals that ended their hold. ``total``
    is what a ``coupon`` left to pay, and ``coupon_held`` says that one of its uses is this order's. Of a ``gift``,
    which nobody has until it is claimed, ``gift_hash`` is what the last link's secret hashes to, and ``gift_message``
    what its buyer says to who claims it. By its ``tax_calculation`` the tax of its lines was found, and
    ``tax_declared`` is what of that the provider knows, by reference."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="order")
    buyer_id = UnicodeAttribute()
    placed_at = Moment()
    currency = UnicodeAttribute()
    total = MinorUnits()
    works = Json()
    bundles = Json(null=True)
    coupon = UnicodeAttribute(null=True)
    coupon_held = BooleanAttribute(null=True)
    discount = MinorUnits(default=0)
    tax_calculation = UnicodeAttribute(null=True)
    tax_declared = Json(null=True)
    gift = BooleanAttribute(null=True)
    gift_hash = UnicodeAttribute(null=True)
    gift_message = UnicodeAttribute(null=True)
    claimed_by = UnicodeAttribute(null=True)
    claimed_at = Moment(null=True)
    methods = Json()
    refund_policy = UnicodeAttribute()
    attempt = Count(default=1)
    closes_at = Moment()
    session_id = UnicodeAttribute(null=True)
    session_url = UnicodeAttribute(null=True)
    offered = Json(null=True)
    awaiting_at = Moment(null=True)
    processing_at = Moment(null=True)
    paid_at = Moment(null=True)
    review_at = Moment(null=True)
    review_reason = UnicodeAttribute(null=True)
    overpaid_at = Moment(null=True)
    returned_at = Moment(null=True)
    refunded = MinorUnits(default=0)
    earnings = Json(null=True)
    releases = Count(default=0)
    disputed_at = Moment(null=True)
    dispute_won_at = Moment(null=True)
    charged_back_at = Moment(null=True)
    failed_at = Moment(null=True)
    expired_at = Moment(null=True)
    canceled_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()

    by_buyer = ByBuyer()


class LineRow(Row):
    """One work on its terms, frozen when the order was placed, at the ``price`` that a ``discount`` left; and how much
    of it is ``reserved`` for refunds, was ``refunded``, and was ``booked`` as such, with what that took back from whom
    (``taken``). Whoever changes these changes the header, too, and so its version. ``bundle`` is what it was bought by:
    id, title, and what the buyer had of it already. A line with an ``author_id`` is a pass, and ``work_id`` is the
    pass's: ``days`` of that author, and once they are paid, from when until when. ``subscription`` is what renewed it,
    and ``billed_by`` the provider's id of that."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    work_id = UnicodeAttribute()
    work_version = Count()
    price = MinorUnits()
    discount = MinorUnits(default=0)
    currency = UnicodeAttribute()
    tax = Json()
    commission_basis_points = Count()
    commission = MinorUnits()
    shares = Amounts()
    author_amounts = Amounts()
    card = Json()
    files = Json()
    reserved = MinorUnits(default=0)
    refunded = MinorUnits(default=0)
    booked = MinorUnits(default=0)
    taken = Json(null=True)
    bundle = Json(null=True)
    author_id = UnicodeAttribute(null=True)
    days = Count(null=True)
    starts_at = Moment(null=True)
    ends_at = Moment(null=True)
    subscription = UnicodeAttribute(null=True)
    billed_by = UnicodeAttribute(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)


class PaymentRow(Row):
    """One payment of the provider: what was received, what it is, and how much of it went or goes back. Of one that
    bought nothing ``returns`` are the tasks that a won dispute let send it back."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    amount = MinorUnits()
    currency = UnicodeAttribute()
    method = UnicodeAttribute(null=True)
    charge_id = UnicodeAttribute(null=True)
    received_at = Moment()
    reserved = MinorUnits(default=0)
    refunded = MinorUnits(default=0)
    balance_transaction = UnicodeAttribute(null=True)
    returns = Json(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()


class RequestRow(Row):
    """What a buyer wants back: gross ``parts`` by line, and why. Facts, as with orders: see ``requests.status_of``."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    payment_id = UnicodeAttribute()
    amount = MinorUnits()
    currency = UnicodeAttribute()
    parts = Amounts()
    text = UnicodeAttribute(null=True)
    reasons = Json()
    requested_at = Moment()
    approvals = Json(null=True)
    approved_at = Moment(null=True)
    rejected_at = Moment(null=True)
    rejected_because = UnicodeAttribute(null=True)
    failed_at = Moment(null=True)
    refunded_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()


class RefundRow(Row):
    """One refund of the provider. ``posted`` and ``reversed`` say which of its journals are in the book; of a sale's,
    ``request`` names the request, ``parts`` how much of each line it is, and ``taken`` what it took of each."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    payment_id = UnicodeAttribute()
    amount = MinorUnits()
    currency = UnicodeAttribute()
    request = UnicodeAttribute(null=True)
    parts = Amounts(null=True)
    taken = Json(null=True)
    submitted_at = Moment()
    succeeded_at = Moment(null=True)
    failed_at = Moment(null=True)
    posted = BooleanAttribute(default=False)
    reversed = BooleanAttribute(default=False)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()


class DisputeRow(Row):
    """One dispute of the provider, as last seen. ``moves`` are the movements in the book, by their id: what each gave
    back, below nothing took; ``out`` is what the bank has by them, in the dispute's currency. ``parts`` is what it may
    cost each line, and is reserved of it; ``taken`` what it did cost once it was ``lost``. ``losses`` and ``reprieves``
    count the journals. ``given_in_by`` is who would give in, where a second person must."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    payment_id = UnicodeAttribute()
    amount = MinorUnits()
    currency = UnicodeAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute()
    opened_at = Moment()
    moves = Amounts()
    out = MinorUnits(default=0)
    parts = Amounts()
    taken = Json(null=True)
    losses = Count(default=0)
    reprieves = Count(default=0)
    statement = UnicodeAttribute(null=True)
    given_in_by = UnicodeAttribute(null=True)
    answered_at = Moment(null=True)
    answered_by = UnicodeAttribute(null=True)
    ended_at = Moment(null=True)
    evidence_due_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()


class ComplaintRow(Row):
    """What a buyer has against a ``line``, what both sides ``said``, and what was decided of it."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    line = UnicodeAttribute()
    kind = UnicodeAttribute()
    text = UnicodeAttribute()
    said = Json()
    opened_at = Moment()
    answer_due_at = Moment()
    upheld = BooleanAttribute(null=True)
    because = UnicodeAttribute(null=True)
    decided_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()


class PlacementRow(Row):
    """Where somebody thinks that what is in suspense of a payment belongs, and what a second person decided of it.
    ``amount`` is signed as it is in suspense."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    payment_id = UnicodeAttribute()
    amount = MinorUnits()
    currency = UnicodeAttribute()
    proposal = Json()
    approved = BooleanAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decided_because = UnicodeAttribute(null=True)
    decided_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()


class SubscriptionRow(Row):
    """A pass that a card renews, on the terms that it was begun on. Facts, as with orders: ``subscriptions.status``.

    It lies with its subscriber's others, not with an order: each paid invoice is an order of its own, the last one
    ``last_order``, whose pass ends at ``paid_until``. ``grace_until`` is set while a mark in the library lets its
    reader go on after that. ``unpaid_invoice`` is the last one that its subscriber was told of."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    pass_id = UnicodeAttribute()
    author_id = UnicodeAttribute()
    title = UnicodeAttribute()
    days = Count()
    currency = UnicodeAttribute()
    price = MinorUnits()
    commission_basis_points = Count()
    refund_policy = UnicodeAttribute()
    asked_at = Moment()
    attempt = Count(default=1)
    closes_at = Moment()
    session_id = UnicodeAttribute(null=True)
    session_url = UnicodeAttribute(null=True)
    awaiting_at = Moment(null=True)
    failed_at = Moment(null=True)
    expired_at = Moment(null=True)
    provider_id = UnicodeAttribute(null=True)
    begun_at = Moment(null=True)
    last_order = UnicodeAttribute(null=True)
    paid_until = Moment(null=True)
    grace_until = Moment(null=True)
    renews_at = Moment(null=True)
    past_due_at = Moment(null=True)
    unpaid_invoice = UnicodeAttribute(null=True)
    cancel_asked_at = Moment(null=True)
    stopping_at = Moment(null=True)
    ended_at = Moment(null=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)
    version = VersionAttribute()

    @property
    def subscriber_id(self) -> str:
        return str(self.order_id).removeprefix(SUBSCRIBER)

    @property
    def subscription_id(self) -> str:
        return str(self.row).removeprefix(f"{SUBSCRIPTION}#")


class BuyerRow(Row):
    """Which orders of a buyer were approved to go back, and when, by order."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="buyer")
    approved = Json()
    version = VersionAttribute()


_KINDS: dict[str, type[Row]] = {
    "order": OrderRow,
    "line": LineRow,
    "payment": PaymentRow,
    "refund": RefundRow,
    "request": RequestRow,
    "dispute": DisputeRow,
    "complaint": ComplaintRow,
    "placement": PlacementRow,
    "subscription": SubscriptionRow,
    "buyer": BuyerRow,
}


class AnyRow(Row):
    """Reads an order's rows with one query, each as what it is."""

    class Meta(Place):
        table_name = TABLE

    order_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    unfinished = UnicodeAttribute(null=True)
    due_at = Moment(null=True)

    by_unfinished = Unfinished()

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Any:
        return _KINDS[data["row"]["S"].partition("#")[0]].from_raw_data(data)


def line_row(number: int) -> str:
    return f"line#{number:03d}"


def payment_row(payment_id: str) -> str:
    return f"payment#{payment_id}"


def request_row(request_id: str) -> str:
    return f"request#{request_id}"


def dispute_row(dispute_id: str) -> str:
    return f"dispute#{dispute_id}"


def complaint_row(complaint_id: str) -> str:
    return f"complaint#{complaint_id}"


def placement_row(placement_id: str) -> str:
    return f"placement#{placement_id}"


def buyer_key(account_id: str) -> str:
    return f"{BUYER}{account_id}"


def subscriber_key(account_id: str) -> str:
    return f"{SUBSCRIBER}{account_id}"


def subscription_row(subscription_id: str) -> str:
    return f"{SUBSCRIPTION}#{subscription_id}"


def refund_row(refund_id: str) -> str:
    return f"refund#{refund_id}"
