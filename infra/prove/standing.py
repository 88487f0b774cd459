"""What the running platform holds at a moment, seen from the process that holds its emulated AWS: whether anything
still moves, and all that is stored, in the shape in which the checks of histories read it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from chalice.app import DynamoDBEventConfig

from infra.local import emulated_state, weighing
from infra.local.fake_stripe.fake import FakeStripe
from infra.local.supervisor import LocalPlatform


class Standing:
    def __init__(self, platform: LocalPlatform, fake: FakeStripe) -> None:
        from app import app

        told = [source for source in app.event_sources if isinstance(source, DynamoDBEventConfig)]
        self._readers = {source.stream_arn.split("/")[1]: source.name for source in told}
        self._platform, self._fake = platform, fake

    def moves(self) -> bool:
        """A webhook is due, a message is there for who asks, or a stream is not read to its end."""
        with self._fake.lock:
            now = self._fake.now()
            due = [one for one in self._fake.state.queue if one["state"] == "sending" or one["next"] <= now]
        with self._platform.emulator.lock:
            messages = [queue for queue in _queues() if queue.messages]
            unread = [table for table in emulated_state.tables() if table.stream_shard and self._is_behind(table)]
        return bool(due or messages or unread)

    def leaves_messages(self) -> bool:
        """Somebody has received one and not managed it: it comes again later."""
        with self._platform.emulator.lock:
            return any(queue._messages for queue in _queues())

    def stored(self) -> Any:
        """As a platform of histories: its ``fake``, and its ``store.tables``."""
        with self._platform.emulator.lock:
            tables = {table.name: SimpleNamespace(items=_items(table)) for table in emulated_state.tables()}
        return SimpleNamespace(fake=self._fake, store=SimpleNamespace(tables=tables))

    def _is_behind(self, table: Any) -> bool:
        shard, place = table.stream_shard, self._platform.places_folder / f"{self._readers[table.name]}.json"
        read = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
        last = shard.starting_sequence_number + len(shard.items) - 1
        return bool(shard.items) and int(read.get(shard.id, 0)) < last


def _queues() -> list[Any]:
    return [queue for queue in emulated_state.queues() if not queue.name.endswith("-dlq")]


def _items(table: Any) -> dict[tuple[str, str], Any]:
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    plain = [weighing.plain(item) for item in table.all_items()]
    return {(item[names[0]]["S"], item[names[1]]["S"] if len(names) > 1 else ""): item for item in plain}
