"""What Amazon Personalize is told of events and works, by the columns of its datasets: in bulk, and as it happens."""

from typing import Any

from chalicelib.core import clock
from chalicelib.lake.shapes import Event, Work
from chalicelib.recommend import engine
from chalicelib.recommend.weights import WEIGHTS, kind_of

LONGEST_TEXT = 7_000
"""Characters of a text in Chinese that it takes (docs.aws.amazon.com/personalize/latest/dg/limits.html)."""

Columns = dict[str, Any]


def weight(event: Event) -> int:
    """How much the event says for its work. Nothing for a bad rating or a dismissal: there each event speaks for it."""
    kind = kind_of(engine.Event(event.kind, event.occurred_at, event.recorded_at, rating=event.rating))
    return WEIGHTS[kind] if kind else 0


def interaction(event: Event) -> Columns:
    return {
        "USER_ID": event.reader,
        "ITEM_ID": event.work_id,
        "TIMESTAMP": seconds(event.occurred_at),
        "EVENT_TYPE": event.kind,
        "EVENT_VALUE": weight(event),
    }


def item(work: Work) -> Columns:
    """Several subjects and authors are joined by ``|``. What is not known is an empty text, or 0."""
    return {
        "ITEM_ID": work.work_id,
        "CREATION_TIMESTAMP": seconds(work.published_at) if work.published_at else 0,
        "KIND": work.kind,
        "LANGUAGE": work.language,
        "SUBJECTS": "|".join(work.subjects),
        "AUTHORS": "|".join(work.author_readers),
        "DESCRIPTION": f"{work.title}\n{work.summary}"[:LONGEST_TEXT],
        "WITHDRAWN": str(work.withdrawn),
    }


def seconds(moment: str) -> int:
    """Of the Unix epoch."""
    return int(clock.parse(moment).timestamp())
