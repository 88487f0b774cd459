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

    def moving(self) -> list[str]:
        """Webhooks that are due, messages that are there for who asks, streams that are not read to their ends."""
        with self._fake.lock:
            now = self._fake.now()
            due = [one for one in self._fake.state.queue if one["state"] == "sending" or one["next"] <= now]
        with self._platform.emulator.lock:
            messages = {queue.name: len(queue.messages) for queue in _queues()}
            streamed = [table for table in emulated_state.tables() if table.stream_shard]
            behind = {table.name: self._unread(table) for table in streamed}
        waiting = {"webhooks": len(due)} | messages | behind
        return [f"{number} of {name}" for name, number in waiting.items() if number]

    def leaves_messages(self) -> bool:
        """Somebody has received one and not managed it: it comes again later."""
        with self._platform.emulator.lock:
            return any(queue._messages for queue in _queues())

    def stored(self) -> Any:
        """As a platform of histories: its ``fake``, and its ``store.tables``."""
        with self._platform.emulator.lock:
            tables = {table.name: SimpleNamespace(items=_items(table)) for table in emulated_state.tables()}
        return SimpleNamespace(fake=self._fake, store=SimpleNamespace(tables=tables))

    def _unread(self, table: Any) -> int:
        """How many records the stream's reader has still to manage."""
        shard, place = table.stream_shard, self._platform.places_folder / f"{self._readers[table.name]}.json"
        read = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
        next_one = int(read.get(shard.id, shard.starting_sequence_number - 1)) + 1
        return max(0, int(shard.starting_sequence_number) + len(shard.items) - next_one)


def _queues() -> list[Any]:
    return [queue for queue in emulated_state.queues() if not queue.name.endswith("-dlq")]


def _items(table: Any) -> dict[tuple[str, str], Any]:
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    plain = [weighing.plain(item) for item in table.all_items()]
    return {(item[names[0]]["S"], item[names[1]]["S"] if len(names) > 1 else ""): item for item in plain}
