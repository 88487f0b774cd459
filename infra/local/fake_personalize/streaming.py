"""PutEvents and PutItems."""

import json
import re
from typing import Any

from infra.local.fake_personalize.refusals import invalid
from infra.local.fake_personalize.state import State
from infra.local.fake_personalize.things import DONE

MOST = 10
LONGEST_ID = 256


def put_events(state: State, said: dict[str, Any]) -> dict[str, Any]:
    """Of events with the same id, the first counts."""
    trackers = [each for each in state.things.values() if each.kind == "EventTracker"]
    if said["trackingId"] not in {each.more["trackingId"] for each in trackers if each.status == DONE}:
        raise invalid("The tracking id is nobody's.")
    for event in _few(said["eventList"]):
        if len(event.get("recommendationId", "")) > 40:
            raise invalid("The recommendation's id is too long.")
        row = {
            "USER_ID": said["userId"],
            "ITEM_ID": event["itemId"],
            "TIMESTAMP": event["sentAt"],
            "EVENT_TYPE": event["eventType"],
            "EVENT_VALUE": event.get("eventValue"),
        }
        state.events.setdefault(event.get("eventId") or f"own-{len(state.events)}", row)
    return {}


def put_items(state: State, said: dict[str, Any]) -> dict[str, Any]:
    """An item that is put again is another."""
    dataset = state.find(said["datasetArn"])
    columns = _columns(state, dataset.said["schemaArn"])
    for item in _few(said["items"]):
        row = {_column(name): value for name, value in json.loads(item.get("properties", "{}")).items()}
        if unknown := set(row) - columns:
            raise invalid(f"The schema has no {', '.join(sorted(unknown))}.")
        state.items[item["itemId"]] = {**row, "ITEM_ID": item["itemId"]}
    return {}


def _few(them: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(them) <= MOST:
        raise invalid(f"There are {len(them)} of them, and may be {MOST}.")
    return them


def _columns(state: State, schema: str) -> set[str]:
    return {each["name"] for each in json.loads(state.find(schema).said["schema"])["fields"]}


def _column(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).upper()
