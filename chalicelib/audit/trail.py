"""The audit trail."""

from collections.abc import Iterator

from chalicelib.audit.models import AuditEntry
from chalicelib.core import clock, ids
from chalicelib.core.actors import Actor
from chalicelib.core.transactions import Transaction


def write(tx: Transaction, actor: Actor, deed: str, subject: str, **facts: object) -> None:
    """Say who does what, in the deed's own transaction. ``facts`` hold ids and states, no personal data."""
    moment = clock.rfc3339(clock.now())
    entry = AuditEntry(
        moment[:10],
        f"{moment}#{ids.new()}",
        actor_id=actor.account_id,
        deed=deed,
        subject=subject,
        facts=facts,
    )
    tx.insert(entry)


def by(account_id: str) -> Iterator[AuditEntry]:
    """What an account did, newest first."""
    return AuditEntry.by_actor.query(account_id, scan_index_forward=False)
