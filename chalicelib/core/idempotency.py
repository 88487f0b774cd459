"""``Idempotency-Key``: a POST that spends is carried out once, however often it is sent.

A key is scoped to account and route and kept 24 h. The claim is part of the deed's own first transaction, and
the stored answer part of its last, so that a key costs no call of its own.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.core import clock, ids, settings
from chalicelib.core.attributes import Count
from chalicelib.core.errors import BadRequest, Conflict, Refusal, Unprocessable
from chalicelib.core.tables import Place, Row
from chalicelib.core.transactions import Transaction

KEPT_SECONDS = 24 * 3600
LEASE_SECONDS = 60


class IdempotencyKeyMissing(BadRequest):
    """The route spends, so it needs a key."""

    en = "Send an Idempotency-Key header of 8 to 128 printable characters, a new one for each new request."
    zh = "请发送 Idempotency-Key 请求头（8 到 128 个可见字符），每个新请求使用新的值。"


class IdempotencyKeyReused(Unprocessable):
    """The same key came with another body, or for something else."""

    en = "This Idempotency-Key was used for another request: choose a new one."
    zh = "该 Idempotency-Key 已用于其他请求：请使用新的值。"


class StillRunning(Conflict):
    """The first request with this key has not ended yet."""

    en = "The first request with this Idempotency-Key is still running: ask again in a moment."
    zh = "使用该 Idempotency-Key 的首个请求仍在处理中：请稍后重试。"


class AlreadyClaimed(Conflict):
    """A request with this key came before. The route answers what that one was answered."""


class Claim(Row):
    """One key: what was asked with it, and what was answered."""

    class Meta(Place):
        table_name = settings.table("idempotency")

    key = UnicodeAttribute(hash_key=True)
    fingerprint = UnicodeAttribute()
    subject = UnicodeAttribute()
    leased_until = Count()
    status = Count(null=True)
    body = BinaryAttribute(legacy_encoding=False, null=True)
    location = UnicodeAttribute(null=True)
    expires_at = Count()


class Once:
    """One request with its key: the ``body``, and what its path says that it is about.

    ``subject`` names what the request makes, the same for each try of it. ``resumed`` says that an earlier try
    committed its claim, and with it the subject, and then broke off: the deed goes on from there.
    """

    def __init__(self, account_id: str, route: str, key: str | None, body: bytes, about: Iterable[str] = ()) -> None:
        if not key or not 8 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
            raise IdempotencyKeyMissing
        self._key = hashlib.sha256("\x1f".join((account_id, route, key)).encode()).hexdigest()
        self._fingerprint = hashlib.sha256(b"\x1f".join((body, *(part.encode() for part in about)))).hexdigest()
        self.subject = ids.new()
        self.resumed = False

    def claim(self, tx: Transaction, answer: tuple[int, bytes, str] | None = None) -> None:
        """Take the key for this request. The transaction raises AlreadyClaimed where another has it.

        ``answer`` is its status, body and location, where one transaction is all of the deed.
        """
        now = int(clock.timestamp())
        claim = Claim(
            self._key,
            fingerprint=self._fingerprint,
            subject=self.subject,
            leased_until=now + LEASE_SECONDS,
            expires_at=now + KEPT_SECONDS,
        )
        if answer:
            claim.status, claim.body, claim.location = answer
        free = Claim.key.does_not_exist() | (Claim.expires_at < now)
        tx.put(claim, free, AlreadyClaimed())

    def settle(self, tx: Transaction, status: int, body: bytes, location: str | None = None) -> None:
        """Keep the answer, for whoever asks again with the same key."""
        actions: list[Any] = [Claim.status.set(status), Claim.body.set(body)]
        if location:
            actions.append(Claim.location.set(location))
        tx.update(Claim(self._key), actions, condition=Claim.subject == self.subject)

    def release(self) -> None:
        """This try breaks off, and says so: the next with the key may carry on at once."""
        tx = Transaction()
        tx.update(Claim(self._key), [Claim.leased_until.set(0)], Claim.subject == self.subject)
        tx.commit()

    def earlier(self, refusal: Refusal) -> Claim:
        """What came before with this key; the refusal that this try met is raised where nothing did.

        Raises IdempotencyKeyReused, StillRunning, or returns a claim: with its answer, or without one where the first
        try broke off and its ``subject`` waits to be carried on.
        """
        try:
            claim = Claim.get(self._key, consistent_read=True)
        except Claim.DoesNotExist:
            raise refusal from None
        if claim.subject == self.subject or claim.expires_at < clock.timestamp():
            raise refusal
        if claim.fingerprint != self._fingerprint:
            raise IdempotencyKeyReused
        if claim.status is None and claim.leased_until > clock.timestamp():
            raise StillRunning
        return claim

    def carry_on(self, claim: Claim) -> None:
        """Take over a try that broke off. Raises StillRunning where somebody else just did."""
        now = int(clock.timestamp())
        lease = Claim.leased_until.set(now + LEASE_SECONDS)
        tx = Transaction()
        tx.update(Claim(self._key), [lease], Claim.leased_until == claim.leased_until, StillRunning())
        tx.commit()
        self.subject, self.resumed = claim.subject, True
