"""What admins send and see of how the book and the payment service agree."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Account = Literal["author_available", "bank", "buyer_overpaid", "commission", "dispute_fee", "processor_fee"]
"""Where a movement that nothing explained may belong."""


class PageQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class NewProposal(Struct, forbid_unknown_fields=True):
    """``author_id`` with ``author_available`` alone: whose it is, or who owes it."""

    account: Account
    because: Annotated[str, Meta(min_length=1, max_length=1000)]
    author_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class ProposalDecision(Struct, forbid_unknown_fields=True):
    approve: bool
    because: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class ProposalView(Struct):
    """Where somebody thinks that a movement belongs; somebody else must approve it."""

    proposal_id: str
    account: str
    author_id: str | None
    because: str
    proposed_by: str
    proposed_at: str


class FindingView(Struct):
    """A movement of the balance at the payment service that the book does not explain. ``kind``: missing (ours, not
    entered yet), unknown (in suspense), differs (other amounts) or unmatched (unknown there). Amounts are whole minor
    units; ``settled_as`` is the journal that ended it."""

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
