"""What the recommender hears."""

from chalice import Blueprint
from msgspec import Struct

from chalicelib.catalog.cards import Card
from chalicelib.core import facts, settings
from chalicelib.core.facts import Fact
from chalicelib.recommend import popularity, ranking, readers, works
from chalicelib.recommend.engine import Heard
from chalicelib.recommend.works import Withdrawn

jobs = Blueprint(__name__)


class Erased(Struct):
    account_id: str
    until: str


@jobs.on_sqs_message(
    queue=settings.queue("recommend-facts"),
    name="recommend_learn",
    batch_size=100,
    maximum_batching_window_in_seconds=2,
    maximum_concurrency=2,
)
@facts.all_facts
def learn(heard: list[Fact]) -> None:
    """Count what was heard, then bring each shelf up to date once, however much of the batch was about it."""
    ranking.rerank({work_id for fact in heard for work_id in _take(fact)})


def _take(fact: Fact) -> set[str]:
    """The works whose standing may have changed."""
    match fact.type:
        case "work.published":
            return works.publish(fact.read(Card))
        case "work.withdrawn":
            return works.withdraw(fact.read(Withdrawn))
        case "interaction.recorded":
            heard = fact.read(Heard)
            readers.learn(heard)
            return popularity.record(heard)
        case "history.erased":
            erased = fact.read(Erased)
            readers.erase(erased.account_id, erased.until)
    return set()
