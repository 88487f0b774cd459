"""The books are compared every hour."""

from chalice import Blueprint, Rate

from chalicelib.core.records import on_time
from chalicelib.reconciliation import comparing

jobs = Blueprint(__name__)


@jobs.schedule(Rate(1, unit=Rate.HOURS), name="reconciliation_compare")
@on_time
def compare() -> None:
    """Hold the book against the provider's."""
    comparing.compare()
