"""A query looks at its own partition: moto sorts the whole table for each, and a large one takes it minutes."""

import heapq
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from moto.dynamodb.models.table import Table


def query_partitions() -> None:
    """Let moto's own query find only the items that can be its answer."""
    if getattr(Table.query, "queries_partitions", False):
        return
    original = Table.query
    signature = inspect.signature(original)

    def query(table: Any, *given: Any, **named: Any) -> Any:
        asked = signature.bind(table, *given, **named).arguments
        found = _indexed(table, asked) if asked.get("index_name") else _partition(table, asked["hash_key"])
        table.all_items = lambda: found
        try:
            return original(table, *given, **named)
        finally:
            del table.all_items

    query.queries_partitions = True  # type: ignore[attr-defined]
    Table.query = query  # type: ignore[method-assign, assignment]


def _partition(table: Any, hash_key: Any) -> list[Any]:
    held = table.items.get(hash_key)
    if held is None:
        return []
    return list(held.values()) if table.range_key_attr else [held]


def _indexed(table: Any, asked: dict[str, Any]) -> list[Any]:
    """The items of one partition of an index; no more than the first page's, where that is asked for."""
    (name, wanted), *others = asked["hash_key_conditions"]
    value, needed = wanted.value, _sort_keys(table, asked["index_name"])
    same = [item for item in _every(table) if (held := item.attrs.get(name)) is not None and held.value == value]
    found = [item for item in same if all(key in item.attrs for key in needed)]
    found = [item for item in found if all(item.attrs.get(key) == part for key, part in [(name, wanted), *others])]
    limit, bounded = asked["limit"], asked["range_comparison"] or asked.get("range_key_conditions")
    if not limit or bounded or asked["exclusive_start_key"] or asked.get("filter_kwargs"):
        return found
    first = heapq.nsmallest if asked["scan_index_forward"] is not False else heapq.nlargest
    return first(limit + 1, found, key=_order(table, needed))


def _every(table: Any) -> Iterable[Any]:
    """In no order, for the query sorts what it finds."""
    if not table.range_key_attr:
        return table.items.values()  # type: ignore[no-any-return]
    return (item for held in table.items.values() for item in held.values())


def _sort_keys(table: Any, index_name: str) -> list[str]:
    """None where there is no such index; the query says so."""
    schemas = [index.schema for index in table.all_indexes() if index.name == index_name]
    return [key["AttributeName"] for schema in schemas for key in schema if key["KeyType"] == "RANGE"]


def _order(table: Any, sort_keys: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """As the query orders: by the index's sort key, then by the table's key."""
    names = [*sort_keys, *(name for name in (table.hash_key_attr, table.range_key_attr) if name)]
    return lambda item: tuple(item.attrs[name].cast_value for name in names)
