"""Planning: a deed to be done later on one object. The deed itself says whether there is still something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe


def plan(fake: FakeStripe, deed: str, subject: str, after: int | None) -> None:
    """``after`` seconds from now; ``None``: never by itself."""
    if after is not None:
        number = fake.state.numbers["agenda"] = fake.state.numbers.get("agenda", 0) + 1
        entry = {"at": fake.now() + after, "number": number, "deed": deed, "subject": subject}
        fake.state.agenda.append(entry)


def forget(fake: FakeStripe, subject: str) -> None:
    fake.state.agenda = [entry for entry in fake.state.agenda if entry["subject"] != subject]
