"""Telling a bank what was decided: what we know of the sale, with the statement of a person; or that we give in."""

from chalicelib.accounts import profiles
from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.orders import collection, consuming, contested, contesting, disputing, refund_policy
from chalicelib.orders.collection import Order
from chalicelib.orders.models import LineRow
from chalicelib.outbox.tasks import Task
from chalicelib.payments import contests


def hand_in(task: Task) -> None:
    """Look first: a bank that does not ask any more has our answer, or needs none. Raises ProviderUnavailable."""
    order = collection.read(task.data["order_id"])
    row, dispute = contesting.find(order, task.data["dispute_id"]), contests.read_dispute(task.data["dispute_id"])
    if dispute.status in contested.ANSWERABLE:
        dispute = contests.hand_in(dispute.id, evidence(order, row.statement or ""), _attempt(task))
    disputing.note(dispute, order.order_id)


def accept(task: Task) -> None:
    """Raises ProviderUnavailable."""
    dispute = contests.read_dispute(task.data["dispute_id"])
    if dispute.status not in contested.ENDED:
        dispute = contests.give_in(dispute.id, _attempt(task))
    disputing.note(dispute, task.data["order_id"])


def _attempt(task: Task) -> str:
    return f"{task.outbox_id}:{task.attempts}"


def evidence(order: Order, statement: str) -> dict[str, str]:
    """What we know of the sale, by Stripe's names for it."""
    header = order.header
    told = {
        "product_description": "\n".join(work["title"] for work in header.works),
        "service_date": clock.rfc3339(header.paid_at)[:10] if header.paid_at else "",
        "access_activity_log": _read_log(order),
        "refund_policy_disclosure": refund_policy.in_words(header.refund_policy),
        "uncategorized_text": statement,
        **_buyer(header.buyer_id),
    }
    return {name: text for name, text in told.items() if text}


def _buyer(account_id: str) -> dict[str, str]:
    """Nothing of an account that is gone."""
    try:
        buyer = profiles.read(account_id)
    except NotFound:
        return {}
    return {"customer_name": buyer.name, "customer_email_address": buyer.email}


def _read_log(order: Order) -> str:
    """How much of each work was used, and when it was read last; of a pass, its days. Of a gift, by who claimed it."""
    if order.holder_id is None:
        return "A gift that nobody has claimed yet."
    lines = [f"Given away, and claimed on {clock.rfc3339(order.header.claimed_at)}"] if order.header.gift else []
    lines += [_days(order.passed)] if order.passed else []
    for line, used in zip(order.works, consuming.of_works(order.holder_id, order.works), strict=True):
        said = f"{round(used.share * 100)} % used" if used.share or used.last else "not opened"
        said += f", read last on {used.last}" if used.last else ""
        lines.append(f"{line.card['title']}: {said}")
    return "\n".join(lines)


def _days(sold: LineRow) -> str:
    if sold.starts_at is None or sold.ends_at is None:
        return f"{sold.card['title']}: not begun"
    return f"{sold.card['title']}: from {clock.rfc3339(sold.starts_at)} to {clock.rfc3339(sold.ends_at)}"
