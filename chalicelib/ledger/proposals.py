"""Where money in suspense belongs: what one admin proposes, and another must approve. Whoever keeps a proposal keeps it
as it is begun here."""

from collections.abc import Container
from typing import Any

from chalicelib.core import clock
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict, Forbidden, Unprocessable
from chalicelib.ledger import postings
from chalicelib.ledger.shapes import NewProposal, ProposalView

AUTHORS = "author_available"


class ProposalWaits(Conflict):
    """Somebody proposed something already."""

    en = "A proposal for this waits for a second person: it must be decided first."
    zh = "已有提议等待第二人审批：须先作出决定。"


class OwnProposal(Forbidden):
    """Who proposes it, or whose account it goes to, does not decide."""

    en = "You proposed this, or it concerns your own account: somebody else decides."
    zh = "这是您提出的提议，或涉及您本人的账户：须由他人决定。"


class AuthorUnknown(Unprocessable):
    """It is to be an author's, and none of that id is one; or it is not to be an author's."""

    en = "Name an author here with the account author_available, and only then."
    zh = "仅当账户为 author_available 时须填写，且须为作者。"


def begin(admin: Actor, wanted: NewProposal, authors: Container[str]) -> dict[str, Any]:
    """What is kept of it; ``authors`` are those whose it may be. Raises AuthorUnknown, OwnProposal."""
    whose = wanted.author_id
    if (wanted.account == AUTHORS) != (whose is not None) or (whose and whose not in authors):
        raise AuthorUnknown(field="author_id")
    if whose == admin.party_id:
        raise OwnProposal
    return {
        "account": wanted.account,
        "author_id": whose,
        "because": wanted.because,
        "proposed_by": admin.party_id,
        "proposed_at": clock.rfc3339(clock.now()),
    }


def must_be_anothers(admin: Actor, proposal: dict[str, Any], approves: bool) -> None:
    """Whoever proposed it may take it back. Raises OwnProposal."""
    if admin.party_id == proposal["author_id"] or (approves and admin.party_id == proposal["proposed_by"]):
        raise OwnProposal


def account_of(proposal: dict[str, Any]) -> str:
    """The account of the book that it goes to."""
    whose = proposal["author_id"]
    return postings.available(whose) if whose else str(proposal["account"])


def view(proposal_id: str, proposal: dict[str, Any]) -> ProposalView:
    return ProposalView(proposal_id, **proposal)
