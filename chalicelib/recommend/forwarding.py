"""Tells Amazon Personalize what happens, as it happens. An event that comes again has the same id, and counts once."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from chalicelib.core import aws, settings
from chalicelib.core.facts import Fact
from chalicelib.lake import hearing, works
from chalicelib.lake.shapes import Event, Work
from chalicelib.recommend import arns, columns

T = TypeVar("T")
AT_ONCE = 10
"""Events or items in a call (docs.aws.amazon.com/personalize/latest/dg/API_UBS_PutEvents.html)."""

LONGEST_ID = 40
"""Of a recommendation, there. Our own are shorter; a longer one is nobody's."""


def send(facts: Iterable[Fact]) -> None:
    """Works as the catalogue knows them now, and events that speak for a work; nothing where another engine ranks.

    Erasures are no part of it: Personalize forgets readers by a job (``make personalize-forget``).
    """
    if settings.value("RECOMMENDER") != "personalize":
        return
    heard = [hearing.hear(fact) for fact in facts]
    _put_items(sorted({work_id for landed in heard for work_id in landed.works}))
    _put_events(event for landed in heard for event in landed.events)


def _put_items(work_ids: list[str]) -> None:
    for some in _tens(works.published(work_ids)):
        _events().put_items(datasetArn=arns.dataset("ITEMS"), items=[_item(work) for work in some])


def _put_events(events: Iterable[Event]) -> None:
    """A call is about one session: what a reader did on a day."""
    sessions: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        if columns.weight(event):
            sessions.setdefault((event.reader, event.occurred_at[:10]), []).append(event)
    for (reader, day), its in sessions.items():
        for some in _tens(its):
            _events().put_events(
                trackingId=settings.value("PERSONALIZE_TRACKING_ID"),
                userId=reader,
                sessionId=f"{reader}-{day}",
                eventList=[_event(event) for event in some],
            )


def _event(event: Event) -> dict[str, Any]:
    told = {
        "eventId": event.event_id,
        "eventType": event.kind,
        "eventValue": columns.weight(event),
        "itemId": event.work_id,
        "sentAt": columns.seconds(event.occurred_at),
    }
    answer_id = event.recommendation_id or ""
    return told | ({"recommendationId": answer_id} if 0 < len(answer_id) <= LONGEST_ID else {})


def _item(work: Work) -> dict[str, str]:
    """The columns by names in camel case; what is not known is not said."""
    said = columns.item(work)
    work_id = said.pop("ITEM_ID")
    properties = {_camel(name): value for name, value in said.items() if value != ""}
    return {"itemId": work_id, "properties": json.dumps(properties)}


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return "".join([first, *(word.capitalize() for word in others)])


def _tens(them: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(them)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _events() -> Any:
    return aws.client("personalize-events")
