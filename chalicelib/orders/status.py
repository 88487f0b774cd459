"""What an order's facts amount to. Pure: the same facts give the same status, in whatever order they came."""

from datetime import datetime
from typing import Any

from chalicelib.core import clock
from chalicelib.orders.shapes import Moment

_TOLD = (
    ("placed", "placed_at"),
    ("awaiting_payment", "awaiting_at"),
    ("processing", "processing_at"),
    ("canceled", "canceled_at"),
    ("expired", "expired_at"),
    ("failed", "failed_at"),
    ("review", "review_at"),
    ("paid", "paid_at"),
    ("paid_again", "overpaid_at"),
    ("returned", "returned_at"),
    ("disputed", "disputed_at"),
    ("dispute_won", "dispute_won_at"),
    ("charged_back", "charged_back_at"),
)


def of(header: Any) -> str:
    """created, awaiting, processing, paid, partially_refunded, refunded, disputed, charged_back, review, returned,
    failed, expired or canceled.

    What is known of money outweighs what was known of its absence: an order that expired and was paid is paid.
    """
    if header.paid_at:
        if header.charged_back_at:
            return "charged_back"
        if header.disputed_at and not header.dispute_won_at:
            return "disputed"
        if header.refunded:
            return "refunded" if header.refunded == header.total else "partially_refunded"
        return "paid"
    if header.review_at:
        return "returned" if header.returned_at else "review"
    if header.canceled_at:
        return "canceled"
    if header.failed_at:
        return "failed"
    if header.processing_at:
        return "processing"
    if header.expired_at:
        return "expired"
    return "awaiting" if header.awaiting_at else "created"


def of_request(row: Any) -> str:
    """review, approved, refunded, rejected or failed. What failed late was refunded before, and is failed."""
    if row.failed_at:
        return "failed"
    if row.rejected_at:
        return "rejected"
    if row.refunded_at:
        return "refunded"
    return "approved" if row.approved_at else "review"


def of_complaint(row: Any) -> str:
    """open, upheld or dismissed."""
    if row.decided_at is None:
        return "open"
    return "upheld" if row.upheld else "dismissed"


def is_payable(header: Any) -> bool:
    """A buyer may still be sent to its page."""
    return of(header) in ("created", "awaiting") and header.closes_at > clock.now()


def timeline(header: Any) -> list[Moment]:
    """What happened to the order, oldest first."""
    known: list[tuple[datetime, str]] = [(getattr(header, name), what) for what, name in _TOLD if getattr(header, name)]
    return [Moment(what, clock.rfc3339(at)) for at, what in sorted(known, key=lambda told: told[0])]
