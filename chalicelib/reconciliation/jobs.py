"""The book is compared every hour, and all of it is proved every day."""

from chalice import Blueprint, Rate

from chalicelib.core.records import on_time
from chalicelib.reconciliation import comparing, proving

jobs = Blueprint(__name__)


@jobs.schedule(Rate(1, unit=Rate.HOURS), name="reconciliation_compare")
@on_time
def compare() -> None:
    """Hold the book against the provider's."""
    comparing.compare()


@jobs.schedule(Rate(1, unit=Rate.DAYS), name="reconciliation_prove")
@on_time
def prove() -> None:
    """I1 to I9: where anything differs, somebody is paged."""
    proving.prove()
