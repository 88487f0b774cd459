"""What happens lands in the lake, and is sorted into its days every hour."""

from chalice import Blueprint, Rate

from chalicelib.core import facts, settings
from chalicelib.core.facts import Fact
from chalicelib.core.records import on_time
from chalicelib.lake import compacting, hearing, landing
from chalicelib.lake.shapes import Landed

jobs = Blueprint(__name__)


@jobs.on_sqs_message(
    queue=settings.queue("lake-facts"),
    name="lake_keep",
    batch_size=1000,
    maximum_batching_window_in_seconds=50,
)
@facts.gathered(landing.land)
def keep(fact: Fact) -> Landed:
    """What a fact means for the lake. A batch is one write: those are what it costs."""
    return hearing.hear(fact)


@jobs.schedule(Rate(1, unit=Rate.HOURS), name="lake_compact")
@on_time
def compact() -> None:
    """Merge what landed into its days, and take out what is to be forgotten."""
    compacting.compact()
