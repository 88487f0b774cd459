"""The rules that money and access obey at every moment, checked over whole tables.

A scan, for operators and tests. Beside running sales it may name a difference that the next run does not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.core import clock, logs
from chalicelib.coupons import uses
from chalicelib.ledger import entries, journals, postings, returns
from chalicelib.ledger.entries import Journal, Unbalanced
from chalicelib.ledger.journals import AuthorsEntries
from chalicelib.library import access, passes
from chalicelib.library.access import Holding
from chalicelib.library.passes import Passes
from chalicelib.orders import contested, earning, refunding, suspense
from chalicelib.orders.collection import Order
from chalicelib.orders.models import (
    OVERPAID,
    PURCHASE,
    REVIEW,
    AnyRow,
    ComplaintRow,
    DisputeRow,
    LineRow,
    OrderRow,
    PaymentRow,
    PlacementRow,
    RefundRow,
    RequestRow,
    SubscriptionRow,
)
from chalicelib.settlement import invariants as moves

_PLATFORMS_OWN = ("J9#", "J9r#", "J10#", "J10r#", "JX#", "JXr#", "JXw#")
_BOOKED_AS = {PURCHASE: "J1", OVERPAID: "J1b", REVIEW: "J1r"}


class Difference(Struct, frozen=True):
    """``invariant`` is its number in the design; ``subject`` the journal, account, order or payment at fault."""

    invariant: str
    subject: str
    detail: str


class Report(Struct):
    """What was looked at, and every difference found. Whole is no difference."""

    journals: int
    orders: int
    holdings: int
    differences: list[Difference]


class Books(Struct):
    """Everything that the invariants speak of."""

    journals: dict[str, Journal]
    balances: dict[tuple[str, str], int]
    orders: dict[str, Order]
    holdings: dict[tuple[str, str], Holding]
    passes: list[Passes]
    subscriptions: list[SubscriptionRow]
    told: list[tuple[str, AuthorsEntries]]
    moved: set[str]
    used: dict[str, int]
    posted_at: dict[str, datetime]
    """When each journal was posted."""


def check() -> Report:
    """I1, I2, I5, I6, I7 and I9, what is in suspense of which order, and that every payment and transfer is in the book
    as what it is."""
    books = read()
    found = list(differences(books))
    tell(found)
    return Report(len(books.journals), len(books.orders), len(books.holdings), found)


def read() -> Books:
    """Whole tables."""
    rows = _rows()
    posted = list(journals.every_posted())
    return Books(
        journals={journal.id: journal for _, journal in posted},
        posted_at={journal.id: moment for moment, journal in posted},
        balances=journals.every_balance(),
        orders={order_id: _order(kinds) for order_id, kinds in rows.items() if OrderRow in kinds},
        holdings={(holding.account_id, holding.work_id): holding for holding in access.every()},
        passes=list(passes.every()),
        subscriptions=[row for kinds in rows.values() for row in kinds.get(SubscriptionRow, ())],
        told=list(journals.every_entry()),
        moved=set(moves.journals()),
        used=dict(uses.every()),
    )


def differences(books: Books) -> Iterator[Difference]:
    checks = (
        _journals_balance,
        _balances_add_up,
        _access_is_paid_for,
        _passes_are_paid_for,
        _refunds_are_covered,
        _payments_are_booked,
        _earnings_are_booked,
        _statements_are_whole,
        _nobody_is_paid_more,
        _uses_are_counted,
        _suspense_is_of_orders,
    )
    for check in checks:
        yield from check(books)


def tell(found: list[Difference]) -> None:
    """Page somebody, where there is a difference."""
    if found:
        named = " ".join(sorted({difference.invariant for difference in found}))
        logs.incident("invariant_broken", len(found), invariants=named)


def _journals_balance(books: Books) -> Iterator[Difference]:
    for journal in books.journals.values():
        try:
            entries.must_balance(journal.entries)
        except Unbalanced as error:
            yield Difference("I1", journal.id, str(error))


def _balances_add_up(books: Books) -> Iterator[Difference]:
    summed = journals.kept_balances(list(books.journals.values()))
    for account, currency in sorted(summed.keys() | books.balances.keys()):
        kept, sums = books.balances.get((account, currency), 0), summed.get((account, currency), 0)
        if kept != sums:
            yield Difference("I2", account, f"{kept} {currency} kept, but its entries sum to {sums}")


def _access_is_paid_for(books: Books) -> Iterator[Difference]:
    due = {
        (order.holder_id, line.work_id, access.order(order_id))
        for order_id, order in books.orders.items()
        if order.holder_id and order.header.paid_at and not contested.is_suspended(order)
        for line in order.works
        if not refunding.is_returned(line)
    }
    had = {
        (account_id, work_id, source)
        for (account_id, work_id), holding in books.holdings.items()
        for source in holding.sources
        if source != access.AUTHOR
    }
    for account_id, work_id, source in sorted(due - had):
        yield Difference("I5", source, f"{account_id} paid for {work_id} and has no access")
    for account_id, work_id, source in sorted(had - due):
        yield Difference("I5", source, f"{account_id} has access to {work_id} and did not pay")


def _passes_are_paid_for(books: Books) -> Iterator[Difference]:
    """Each pass that was paid, and whose money is here, is a period of its buyer's, for the days that were paid; and
    each subscription whose reader may go on has its mark, where its last period ends."""
    due = {_grace(row) for row in books.subscriptions if row.grace_until} | {
        (order.holder_id, line.author_id, access.order(order_id), *_days(line))
        for order_id, order in books.orders.items()
        if order.holder_id and order.header.paid_at and not contested.is_suspended(order)
        if (line := order.passed) and not refunding.is_returned(line)
    }
    had = {
        (held.account_id, author_id, source, period.starts, period.ends)
        for held in books.passes
        for author_id, periods in held.periods.items()
        for source, period in periods.items()
    }
    for account_id, author_id, source, starts, ends in sorted(due - had):
        yield Difference("I5", source, f"{account_id} paid for {author_id} from {starts} until {ends} and has no pass")
    for account_id, author_id, source, starts, ends in sorted(had - due):
        yield Difference("I5", source, f"{account_id} has a pass of {author_id} from {starts} until {ends}, not paid")


def _grace(row: SubscriptionRow) -> tuple[str, str, str, str, str]:
    starts, ends = clock.rfc3339(row.paid_until), clock.rfc3339(row.grace_until)
    return row.subscriber_id, row.author_id, passes.grace(row.subscription_id), starts, ends


def _days(line: LineRow) -> tuple[str, str]:
    """From when until when; nothing where a paid pass was never begun, which no period is."""
    moments = (line.starts_at, line.ends_at)
    if None in moments or line.ends_at - line.starts_at != timedelta(days=line.days):
        return "", ""
    return clock.rfc3339(line.starts_at), clock.rfc3339(line.ends_at)


def _refunds_are_covered(books: Books) -> Iterator[Difference]:
    for order in books.orders.values():
        for payment in order.payments:
            if not 0 <= payment.refunded <= payment.reserved <= payment.amount:
                told = f"refunded {payment.refunded}, reserved {payment.reserved}, paid {payment.amount}"
                yield Difference("I6", f"{order.order_id}/{payment.row}", told)
        yield from _lines_are_covered(order)


def _lines_are_covered(order: Order) -> Iterator[Difference]:
    """What went back of a sale is what went back of its lines, and each line's book says from whom."""
    for line in order.lines:
        if not 0 <= line.refunded <= line.reserved <= line.price:
            told = f"refunded {line.refunded}, reserved {line.reserved}, price {line.price}"
            yield Difference("I6", f"{order.order_id}/{line.row}", told)
        taken = refunding.taken_of(line)
        if taken.total != line.booked or (
            line.booked == line.price > 0 and taken != returns.whole(refunding.terms_of(line), line.price)
        ):
            yield Difference("books", f"{order.order_id}/{line.row}", f"{line.booked} booked, taken {taken}")
    parts, whole = sum(line.refunded for line in order.lines), order.purchase.refunded if order.purchase else 0
    if not parts == whole == order.header.refunded:
        told = f"lines {parts}, payment {whole}, order {order.header.refunded}"
        yield Difference("I6", order.order_id, told)


def _earnings_are_booked(books: Books) -> Iterator[Difference]:
    """What an order says that its authors have of it is what its journals come to, but for what people placed."""
    moved: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for journal in books.journals.values():
        for entry in journal.entries:
            if journal.order_id and journal.kind != "JSr" and postings.author_of(entry.account):
                moved[journal.order_id][entry.account, entry.currency] -= entry.amount
    for order_id, order in books.orders.items():
        has, said = earning.of(order), Counter[tuple[str, str]]()
        for author_id, earned in has.of.items():
            said[postings.held(author_id), has.currency] += earned.held
            said[postings.available(author_id), has.settled_in or has.currency] += earned.available
        for place in said.keys() | moved[order_id].keys():
            if said[place] != moved[order_id][place]:
                told = f"{said[place]} {place[1]} kept with the order, but its entries sum to {moved[order_id][place]}"
                yield Difference("I9", f"{order_id}/{place[0]}", told)


def _statements_are_whole(books: Books) -> Iterator[Difference]:
    """I9: an author's entries are those that journals have on their accounts."""
    due = Counter(
        (author_id, journal.id, entry)
        for journal in books.journals.values()
        for entry in journal.entries
        if (author_id := postings.author_of(entry.account))
    )
    told = Counter(
        (author_id, moved.place.partition("#")[2], entry) for author_id, moved in books.told for entry in moved.entries
    )
    for author_id, journal_id, entry in due - told:
        yield Difference("I9", journal_id, f"{entry.amount} {entry.currency} is not told to {author_id}")
    for author_id, journal_id, entry in told - due:
        yield Difference("I9", journal_id, f"{entry.amount} {entry.currency} is told to {author_id}, and is not so")


def _nobody_is_paid_more(books: Books) -> Iterator[Difference]:
    """I7: what was transferred and did not come back is no more than what was ever released, or placed by people."""
    paid: Counter[tuple[str, str]] = Counter()
    released: Counter[tuple[str, str]] = Counter()
    for journal in books.journals.values():
        for entry in journal.entries:
            if entry.account.startswith(postings.AVAILABLE):
                place = (entry.account, entry.currency)
                if journal.kind in ("J7", "J8"):
                    paid[place] += entry.amount
                elif journal.kind in ("Rel", "JXr", "JSr"):
                    released[place] -= min(entry.amount, 0)
    for account, currency in paid:
        if paid[account, currency] > released[account, currency]:
            told = f"{paid[account, currency]} {currency} paid, {released[account, currency]} ever released"
            yield Difference("I7", account, told)


def _suspense_is_of_orders(books: Books) -> Iterator[Difference]:
    """What an order says that is in suspense of it is what its journals come to there."""
    moved: Counter[tuple[str, str]] = Counter()
    for journal in books.journals.values():
        for entry in journal.entries:
            if journal.order_id and entry.account == postings.SUSPENSE:
                moved[journal.order_id, entry.currency] -= entry.amount
    for order_id, order in books.orders.items():
        for payment in order.payments:
            moved[order_id, payment.currency] -= suspense.of(order, payment)
    for (order_id, currency), amount in sorted(moved.items()):
        if amount:
            yield Difference("books", order_id, f"its journals left {amount} {currency} more in suspense than it says")


def _uses_are_counted(books: Books) -> Iterator[Difference]:
    """A coupon's counts, over all and by buyer, are the orders that have a use: those that are paid, or may be."""
    held: Counter[str] = Counter()
    for order in books.orders.values():
        header = order.header
        due = bool(header.coupon and (header.paid_at or not _is_over(header)))
        if due != bool(header.coupon_held):
            yield Difference("coupons", order.order_id, f"has a use: {bool(header.coupon_held)}, and should: {due}")
        if header.coupon_held:
            held.update((header.coupon, f"{header.coupon}/buyer#{header.buyer_id}"))
    for name in sorted(held.keys() | books.used.keys()):
        if held[name] != books.used.get(name, 0):
            yield Difference("coupons", name, f"{books.used.get(name, 0)} counted, and {held[name]} orders have it")


def _is_over(header: OrderRow) -> bool:
    """Nobody will pay it any more, as far as is known."""
    return any((header.review_at, header.failed_at, header.expired_at, header.canceled_at))


def _payments_are_booked(books: Books) -> Iterator[Difference]:
    """Paid means one purchase of the whole total; each payment and refund has its journals, and no journal is alone."""
    for order in books.orders.values():
        header = order.header
        bought = [(payment.amount, payment.currency) for payment in order.payments if payment.kind == PURCHASE]
        due = [(header.total, header.currency)] if header.paid_at and header.total else []
        if bought != due:
            yield Difference("books", order.order_id, f"purchases {bought}, due {due}")
    expected = {name for order in books.orders.values() for name in _journals_of(order)} | books.moved
    for name in sorted(expected - books.journals.keys()):
        yield Difference("books", name, "is missing from the book")
    for name in sorted(name for name in books.journals.keys() - expected if not name.startswith(_PLATFORMS_OWN)):
        yield Difference("books", name, "is about nothing that we know of")


def _journals_of(order: Order) -> Iterator[str]:
    for payment in order.payments:
        name = payment.row.removeprefix("payment#")
        yield f"{_BOOKED_AS[payment.kind]}#{name}"
        if payment.balance_transaction:
            yield f"J1s#{name}"
    if order.purchase:
        yield from _numbered("Rel", order.purchase.row.removeprefix("payment#"), order.header.releases)
    for refund in order.refunds:
        name = refund.row.removeprefix("refund#")
        suspended = "" if refund.request else "r"
        if refund.posted:
            yield f"J2{suspended}#{name}"
        if refund.reversed:
            yield f"J3{suspended}#{name}"
    for dispute in order.disputes:
        yield from _journals_of_dispute(dispute)
    for placement in order.placements:
        if placement.approved:
            yield f"JSr#{placement.row.removeprefix('placement#')}"


def _journals_of_dispute(dispute: DisputeRow) -> Iterator[str]:
    name = dispute.row.removeprefix("dispute#")
    for move, amount in dispute.moves.items():
        yield f"{'J4' if amount < 0 else 'J5'}#{move}"
    for kind, count in (("J6", dispute.losses), ("J6r", dispute.reprieves)):
        yield from _numbered(kind, name, count)


def _numbered(kind: str, name: str, count: int) -> Iterator[str]:
    yield from (f"{kind}#{name}" if number == 1 else f"{kind}#{name}.{number}" for number in range(1, count + 1))


def _rows() -> dict[str, dict[type, list[Any]]]:
    found: dict[str, dict[type, list[Any]]] = {}
    for row in AnyRow.scan(consistent_read=True):
        found.setdefault(row.order_id, {}).setdefault(type(row), []).append(row)
    return found


def _order(kinds: Mapping[type, list[Any]]) -> Order:
    parts = (LineRow, PaymentRow, RefundRow, RequestRow, DisputeRow, ComplaintRow, PlacementRow)
    return Order(kinds[OrderRow][0], *(kinds.get(part, []) for part in parts))
