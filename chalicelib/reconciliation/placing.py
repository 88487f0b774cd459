"""Where a movement belongs that nothing explained: one admin proposes it, another approves, and one journal (JXr) takes
it out of suspense."""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.accounts import authors
from chalicelib.audit import trail
from chalicelib.core import clock, cursors, ids, tables
from chalicelib.core.actors import Actor
from chalicelib.core.cursors import Page
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.money import written
from chalicelib.core.transactions import all_or_nothing
from chalicelib.ledger import journals, movements, postings, proposals
from chalicelib.ledger.proposals import ProposalWaits
from chalicelib.ledger.shapes import NewProposal, ProposalDecision
from chalicelib.reconciliation import findings
from chalicelib.reconciliation.models import OPEN, UNKNOWN, FindingRow
from chalicelib.reconciliation.shapes import FindingView, PageQuery


class NotInSuspense(Conflict):
    """It is settled, or it is no movement that people can place."""

    en = "This movement is not in suspense: it is explained, placed, or must be mended otherwise."
    zh = "该变动不在待查账户中：已有解释、已归入其他账户，或须以其他方式处理。"


class MovementHeldUp(Conflict):
    """It is ours: once what holds it up is over, it enters the book by itself, and would be there twice."""

    en = "This movement is ours and only held up: decide what holds it up, and it enters the book by itself."
    zh = "该变动属于某个订单或结算，只是暂时受阻；请先处理受阻的原因，系统随后会自动入账。"


def waiting(query: PageQuery) -> Page[FindingView]:
    """What is open, the oldest first. One query. Raises BadCursor."""
    place = cursors.unseal(query.cursor, "findings")
    found = FindingRow.by_unfinished.query(OPEN, limit=query.limit, last_evaluated_key=place)
    rows, last = tables.page(found)
    return Page([view(row) for row in rows], cursors.seal(last, "findings"))


def propose(admin: Actor, transaction_id: str, wanted: NewProposal) -> FindingView:
    """Raises NotFound, NotInSuspense, MovementHeldUp, ProposalWaits, OwnProposal, AuthorUnknown."""
    row = findings.read(transaction_id)
    _must_be_in_suspense(row)
    row.proposal = proposals.begin(admin, wanted, authors.names([wanted.author_id]) if wanted.author_id else ())
    row.proposal_id = ids.new()
    facts = {"proposal": row.proposal_id, "account": wanted.account, "author": wanted.author_id}
    set_it: list[Action] = [FindingRow.proposal_id.set(row.proposal_id), FindingRow.proposal.set(row.proposal)]
    with all_or_nothing() as tx:
        tx.update(
            FindingRow(transaction_id),
            set_it,
            _in_suspense() & FindingRow.proposal_id.does_not_exist(),
            ProposalWaits(),
        )
        trail.write(tx, admin, "finding.placement_proposed", transaction_id, **facts)
    return view(row)


def decide(admin: Actor, transaction_id: str, proposal_id: str, decision: ProposalDecision) -> FindingView:
    """Raises NotFound, OwnProposal, NotInSuspense, MovementHeldUp."""
    row = findings.read(transaction_id)
    if row.proposal_id != proposal_id:
        raise NotFound
    _must_be_in_suspense(row)
    proposals.must_be_anothers(admin, row.proposal, decision.approve)
    if decision.approve:
        _approve(admin, row)
    else:
        _reject(admin, row, decision.because)
    return view(findings.read(transaction_id))


def _approve(admin: Actor, row: FindingRow) -> None:
    """Of many who approve at once one does. Raises NotInSuspense."""
    settled, proposal = findings.settled_of(row), row.proposal
    movement = movements.find(settled)
    if movement is None or not movement.is_unknown:  # the next comparison withdraws it
        raise NotInSuspense
    journal = postings.placed(settled, proposals.account_of(proposal))
    try:
        with all_or_nothing() as tx:
            journals.post(tx, journal)
            movements.place(tx, movement)
            findings.settle(tx, row, journal.id)
            told = {"proposal": row.proposal_id, "account": proposal["account"], "author": proposal["author_id"]}
            trail.write(tx, admin, "finding.placed", row.subject, **told, proposed_by=proposal["proposed_by"])
    except Conflict:
        raise NotInSuspense from None


def _reject(admin: Actor, row: FindingRow, because: str | None) -> None:
    same = FindingRow.proposal_id == row.proposal_id
    gone: list[Action] = [FindingRow.proposal_id.remove(), FindingRow.proposal.remove()]
    with all_or_nothing() as tx:
        tx.update(FindingRow(row.subject), gone, _in_suspense() & same, NotInSuspense())
        trail.write(tx, admin, "finding.placement_rejected", row.subject, proposal=row.proposal_id, because=because)


def _must_be_in_suspense(row: FindingRow) -> None:
    if row.unfinished != OPEN or row.kind != UNKNOWN:
        raise NotInSuspense
    if row.held:
        raise MovementHeldUp


def _in_suspense() -> Condition:
    unknown = (FindingRow.unfinished == OPEN) & (FindingRow.kind == UNKNOWN)
    condition: Condition = unknown & FindingRow.held.does_not_exist()
    return condition


def view(row: FindingRow) -> FindingView:
    net = row.amount - row.fee
    return FindingView(
        transaction_id=row.subject,
        kind=row.kind,
        open=row.unfinished == OPEN,
        type=row.type,
        amount=row.amount,
        fee=row.fee,
        net=net,
        currency=row.currency,
        written_net=written(row.currency, net),
        why=row.why,
        held=bool(row.held),
        moved_at=clock.rfc3339(clock.of(row.created)),
        found_at=clock.rfc3339(row.found_at),
        settled_at=clock.rfc3339(row.settled_at) if row.settled_at else None,
        settled_as=row.settled_as,
        proposal=proposals.view(row.proposal_id, row.proposal) if row.proposal_id else None,
    )
