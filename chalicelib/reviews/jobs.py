"""What reviews tell, and how they come to be counted."""

from collections.abc import Iterator

from chalice import Blueprint
from msgspec import Struct

from chalicelib.core import facts, settings
from chalicelib.core.facts import Fact
from chalicelib.core.records import Change, Json, each_change
from chalicelib.reviews import counting

jobs = Blueprint(__name__)


class Changed(Struct):
    work_id: str
    review_id: str


@jobs.on_dynamodb_record(stream_arn=settings.stream("reviews"), name="reviews_tell", batch_size=100)
@each_change
def tell(change: Change) -> None:
    """What was written, deleted, hidden, shown and counted. The same change tells the same facts."""
    facts.publish(_facts(change))


@jobs.on_sqs_message(queue=settings.queue("reviews-facts"), name="reviews_count", batch_size=10)
@facts.each_fact
def count(fact: Fact) -> None:
    """The fact says which review to look at; what is there now is what counts."""
    changed = fact.read(Changed)
    counting.count(changed.work_id, changed.review_id)


def _facts(change: Change) -> Iterator[Fact]:
    new, old = change.new or {}, change.old or {}
    row = new or old
    about = {name: row[name] for name in ("work_id", "review_id", "account_id")}
    if new and new["revision"] != old.get("revision"):
        said = {"rating": new.get("rating"), "hidden": "hidden_at" in new}
        yield facts.of(change, _type(new, old), row["work_id"], about | said)
    if new.get("counted") != old.get("counted"):
        marks = {"old": old.get("counted"), "new": new.get("counted")}
        counted_at = new.get("counted_at", change.at)
        yield facts.of(change, "review.counted", row["work_id"], about | marks | {"counted_at": counted_at})


def _type(new: Json, old: Json) -> str:
    if "rating" not in new:
        return "review.deleted"
    if "hidden_at" in new and "hidden_at" not in old:
        return "review.hidden"
    return "review.shown" if "hidden_at" in old and "hidden_at" not in new else "review.written"
