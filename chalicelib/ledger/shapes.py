"""What admins send and see of money in suspense, whatever brought it there."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Account = Literal["author_available", "bank", "buyer_overpaid", "commission", "dispute_fee", "processor_fee"]
"""Where money in suspense may belong."""


class NewProposal(Struct, forbid_unknown_fields=True):
    """``author_id`` with ``author_available`` alone: whose it is, or who owes it."""

    account: Account
    because: Annotated[str, Meta(min_length=1, max_length=1000)]
    author_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class ProposalDecision(Struct, forbid_unknown_fields=True):
    approve: bool
    because: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class ProposalView(Struct):
    """Where somebody thinks that money in suspense belongs; somebody else must approve it."""

    proposal_id: str
    account: str
    author_id: str | None
    because: str
    proposed_by: str
    proposed_at: str
