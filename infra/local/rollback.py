"""A transaction touches its own items and nothing else, and where it is cancelled it leaves no trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

Undo = tuple[Any, DynamoType, DynamoType | None, Any]
"""A table, a key in it, and the item that stood there, or None."""


def roll_back_items() -> None:
    """moto copies every table that a transaction names and puts the copies in place to roll back: dear where tables
    are large, and a reader of the old stream goes on seeing what was cancelled, and nothing that came after. Put back
    only the items that it names, and take from the streams what was told of them."""
    if getattr(DynamoDBBackend.transact_write_items, "rolls_back_items", False):
        return
    original = DynamoDBBackend.transact_write_items

    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        shards = [table.stream_shard for table in backend.tables.values() if table.stream_shard]
        lengths = [len(shard.items) for shard in shards]
        undo = [step for item in transact_items for step in _set_aside(backend, item)]
        try:
            with _tables_uncopied():
                original(backend, transact_items)
        except Exception:
            for table, hash_key, range_key, item in reversed(undo):
                _put_back(table, hash_key, range_key, item)
            for shard, length in zip(shards, lengths, strict=True):
                del shard.items[length:]
            raise

    transact_write_items.rolls_back_items = True  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = transact_write_items  # type: ignore[method-assign, assignment]


@contextmanager
def _tables_uncopied() -> Iterator[None]:
    """The emulator's lock is held: nobody else copies a table meanwhile."""
    Table.__deepcopy__ = lambda table, memo: table  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del Table.__deepcopy__  # type: ignore[attr-defined]


def _set_aside(backend: Any, item: dict[str, Any]) -> Iterator[Undo]:
    """Keep the item as it is and let the transaction work on a copy. Nothing where it will be refused."""
    for part in item.values():
        table = backend.tables.get(part.get("TableName"))
        named = part.get("Key") or part.get("Item") or {}
        if table is None or any(name not in named for name in (table.hash_key_attr, table.range_key_attr) if name):
            continue
        hash_key = DynamoType(named[table.hash_key_attr])
        range_key = DynamoType(named[table.range_key_attr]) if table.range_key_attr else None
        before = table.get_item(hash_key, range_key)
        if before is not None:
            _put_back(table, hash_key, range_key, deepcopy(before))
        yield table, hash_key, range_key, before


def _put_back(table: Any, hash_key: DynamoType, range_key: DynamoType | None, item: Any) -> None:
    place, key = (table.items, hash_key) if range_key is None else (table.items[hash_key], range_key)
    if item is None:
        place.pop(key, None)
    else:
        place[key] = item
