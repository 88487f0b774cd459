"""What admins send and see of how the book and the payment service agree."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.ledger.shapes import ProposalView


class PageQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class FindingView(Struct):
    """A movement of the balance at the payment service that the book does not explain. ``kind``: missing (ours, not
    entered yet), unknown (in suspense), differs (other amounts) or unmatched (unknown there). ``held``: it is ours, and
    nobody places it. Amounts are whole minor units; ``settled_as`` is the journal that ended it."""

    transaction_id: str
    kind: str
    open: bool
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    written_net: str
    why: str
    held: bool
    moved_at: str
    found_at: str
    settled_at: str | None
    settled_as: str | None
    proposal: ProposalView | None


class SettlementSums(Struct):
    """What moved the balance in one currency, in whole minor units: ``gross`` less ``fee`` is ``net``, which
    ``by_type`` splits by what the payment service calls it."""

    currency: str
    movements: int
    gross: int
    fee: int
    net: int
    by_type: dict[str, int]


class SettlementView(Struct):
    """``period`` is a month or a day, in UTC, by when the payment service moved its balance."""

    period: str
    currencies: list[SettlementSums]


class SettlementLine(Struct):
    """One movement, and the journal that it is in. Of a sale ``order_id`` names it; ``payee`` is who was paid."""

    at: str
    transaction_id: str
    type: str
    journal: str
    gross: int
    fee: int
    net: int
    currency: str
    order_id: str | None
    payee: str | None
