"""What the recommender hears."""

from chalice import Blueprint
from msgspec import Struct

from chalicelib.catalog.cards import Card
from chalicelib.core import facts, settings
from chalicelib.core.facts import Fact
from chalicelib.core.records import on_call
from chalicelib.recommend import asking, outcomes, popularity, ranking, readers, snapshots, works
from chalicelib.recommend.engine import Asked, Heard, Ranking
from chalicelib.recommend.works import Withdrawn

jobs = Blueprint(__name__)
CARDS_CHANGE = {"work.published", "work.withdrawn"}


class GoneEvent(Struct):
    recorded_at: str
    work_id: str | None = None


class Gone(Struct):
    account_id: str
    events: list[GoneEvent]


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
    changed = {work_id for fact in heard for work_id in _take(fact)}
    ranking.rerank(changed)
    if anew := {fact.subject for fact in heard if fact.type in CARDS_CHANGE}:
        snapshots.take_over(anew)


@jobs.on_sqs_message(
    queue=settings.queue("personalize-facts"),
    name="recommend_forward",
    batch_size=100,
    maximum_batching_window_in_seconds=2,
    maximum_concurrency=2,
)
@facts.all_facts
def forward(heard: list[Fact]) -> None:
    """Tell Amazon Personalize. Its queue is read only where that engine is on."""
    from chalicelib.recommend import forwarding

    forwarding.send(heard)


@jobs.lambda_function(name=asking.FUNCTION)
@on_call(Asked)
def rank(asked: Asked) -> Ranking:
    """The works that suit a reader; the API asks. The one function that loads models."""
    from chalicelib.recommend import serving

    return serving.rank(asked)


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
            outcomes.record(heard)
            return popularity.record(heard)
        case "history.item_deleted":
            gone = fact.read(Gone)
            readers.forget(gone.account_id, {each.work_id: each.recorded_at for each in gone.events if each.work_id})
        case "history.erased":
            erased = fact.read(Erased)
            readers.erase(erased.account_id, erased.until)
            outcomes.forget(erased.account_id)
    return set()
