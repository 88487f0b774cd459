"""What happens by itself when its time has come on the movable clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.local.fake_stripe import balance, disputes, payments, payouts, refunds, renewals, sessions

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_DEEDS = {
    "expire_session": sessions.expire_when_due,
    "settle_charge": balance.settle_charge,
    "release_funds": balance.release_funds,
    "complete_payment": payments.complete,
    "fail_payment": payments.fail,
    "dispute_charge": disputes.dispute_by_itself,
    "complete_refund": refunds.complete,
    "fail_refund": refunds.fail,
    "end_period": renewals.end_period,
    "finalize_invoice": renewals.finalize,
    "retry_invoice": renewals.retry,
    "pay_out": payouts.arrive,
}


def tick(fake: FakeStripe) -> None:
    """Do what is due, earliest first; a deed may plan another that is due as well."""
    while due := [entry for entry in fake.state.agenda if entry["at"] <= fake.now()]:
        entry = min(due, key=lambda waiting: (waiting["at"], waiting["number"]))
        fake.state.agenda.remove(entry)
        fake.request = {"id": None, "idempotency_key": None}
        _DEEDS[entry["deed"]](fake, entry["subject"])
