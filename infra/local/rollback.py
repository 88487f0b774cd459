"""A cancelled transaction leaves no trace in streams, and readers keep their place."""

from typing import Any

from moto.dynamodb.models import DynamoDBBackend


def spare_the_streams() -> None:
    """moto rolls back by putting copies of the tables in place: a reader of the old stream would go on seeing what was
    cancelled, and nothing that came after. Keep the stream that it reads, without what was cancelled."""
    if getattr(DynamoDBBackend.transact_write_items, "spares_streams", False):
        return
    original = DynamoDBBackend.transact_write_items

    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        shards = {name: table.stream_shard for name, table in backend.tables.items() if table.stream_shard}
        lengths = {name: len(shard.items) for name, shard in shards.items()}
        try:
            original(backend, transact_items)
        except Exception:
            for name, shard in shards.items():
                del shard.items[lengths[name] :]
                shard.table = backend.tables[name]
                backend.tables[name].stream_shard = shard
            raise

    transact_write_items.spares_streams = True  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign, assignment]
