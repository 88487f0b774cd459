"""What the rooms of works, orders and reviews say, put into the queue of the one room that a story is about.

The topic would carry it to every room, and others would rightly look for works and orders that are not there.
"""

from datetime import timedelta
from typing import Any

import msgspec

from chalicelib.core import aws, clock, ids, settings
from chalicelib.core.facts import Fact
from tests.interactions.claims import claim
from tests.world import Person, World


def tell(queue: str, type: str, subject: str, **data: Any) -> None:
    fact = Fact(ids.new(), type, subject, clock.rfc3339(clock.now()), data)
    aws.client("sqs").send_message(QueueUrl=settings.queue_url(queue), MessageBody=msgspec.json.encode(fact).decode())


def published(work_id: str, *, version: int = 1, ago: float = 0, **said: Any) -> None:
    """The catalogue says that a work was published so many seconds ago."""
    card = {
        "work_id": work_id,
        "version": version,
        "kind": "article",
        "title": f"On {work_id}",
        "summary": "",
        "language": "en",
        "prices": {"usd": 900},
        "authors": [{"author_id": "AUTHOR", "name": "Ada"}],
        "subjects": ["nutrition"],
        "published_at": clock.rfc3339(clock.now() - timedelta(seconds=ago)),
    }
    tell("recommend-facts", "work.published", work_id, **{**card, **said})


def withdrawn(work_id: str, version: int = 1) -> None:
    tell("recommend-facts", "work.withdrawn", work_id, work_id=work_id, version=version, takedown=False)


def bought(person: Person, *work_ids: str) -> None:
    """The orders room says that it was paid."""
    moment = clock.rfc3339(clock.now())
    order_id, lines = ids.new(), [{"work_id": work_id} for work_id in work_ids]
    tell(
        "interactions-facts",
        "order.paid",
        order_id,
        order_id=order_id,
        buyer_id=person.account_id,
        paid_at=moment,
        lines=lines,
    )


def rated(person: Person, work_id: str, rating: int | None) -> None:
    """The reviews room says that it was counted."""
    counted = {"work_id": work_id, "account_id": person.account_id, "old": None, "new": rating}
    tell("interactions-facts", "review.counted", work_id, **counted, counted_at=clock.rfc3339(clock.now()))


def does(world: World, person: Person, kind: str, work_id: str, **said: Any) -> None:
    reply = world.post("/v1/interactions", {"events": [claim(kind, work_id, **said)]}, as_=person)
    assert reply.status == 202, reply.body


def popular(world: World, subject: str | None = None, limit: int = 50) -> list[str]:
    """The ids of what is shown, in its order."""
    query = f"?limit={limit}" + (f"&subject={subject}" if subject else "")
    return [item["work"]["work_id"] for item in world.get(f"/v1/recommendations{query}").json["items"]]


def personal(world: World, person: Person) -> list[tuple[str, str | None]]:
    """What is recommended to somebody, each with the subject that it is recommended for."""
    items = world.get("/v1/me/recommendations", as_=person).json["items"]
    return [(item["work"]["work_id"], item["reason"]["subject"]) for item in items]
