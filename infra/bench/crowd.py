"""A large catalogue and its people, without the time that it takes to make them.

What the platform wrote for one work, its author and one of its readers stands in the emulator's tables already; here
it is written again and again under other names, straight into the tables. So a copy has the shape of what was really
published, whatever that shape is. Streams are told nothing, and what is packed (what a reader did of late) keeps the
original's names.
"""

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

from infra.local import emulated_state
from infra.local.emulator import Emulator

Rename = dict[str, str]
"""Names in the original, such as ids and addresses, and what stands for them in a copy."""

STEP = 10_000


@dataclass(frozen=True)
class Naming:
    """A value that names somebody or something: a text, or else as JSON."""

    attribute: str
    kind: str
    text: str
    names: tuple[str, ...]

    def renamed(self, rename: Rename) -> DynamoType:
        text = self.text
        for name in self.names:
            text = text.replace(name, rename[name])
        if self.kind != "S":
            return DynamoType(json.loads(text))
        value = DynamoType.__new__(DynamoType)
        value.type, value.value = "S", text
        return value


@dataclass(frozen=True)
class Pattern:
    """One item of the original: its values, and which of them name somebody or something."""

    table: Any
    values: dict[str, DynamoType]
    naming: list[Naming]

    def copy(self, rename: Rename) -> Item:
        """An item that shares with the original all that is the same in both. Its size was checked there."""
        attributes = LimitedSizeDict.__new__(LimitedSizeDict)
        dict.update(attributes, self.values)
        dict.update(attributes, {each.attribute: each.renamed(rename) for each in self.naming})
        copied: Any = Item.__new__(Item)
        copied.attrs, table = attributes, self.table
        copied.hash_key = attributes[table.hash_key_attr]
        copied.range_key = attributes[table.range_key_attr] if table.range_key_attr else None
        made: Item = copied
        return made


def multiply(emulator: Emulator, names: Sequence[str], renames: Iterator[Rename], say: Callable[[str], None]) -> int:
    """Copy every item whose key holds one of the names, once for each rename. How many items were written."""
    written = 0
    with emulator.lock, _uncollected():
        patterns = [_pattern(table, item, names) for table, item in _originals(names)]
        for number, rename in enumerate(renames, start=1):
            for pattern in patterns:
                _place(pattern.table, pattern.copy(rename))
                written += 1
            if number % STEP == 0:
                say(f"filled in {number:,} works with their people")
    return written


@contextmanager
def _uncollected() -> Iterator[None]:
    """All that is made here stays: looking for garbage meanwhile takes longer than making it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _originals(names: Sequence[str]) -> Iterator[tuple[Any, Item]]:
    for table in emulated_state.tables():
        for item in table.all_items():
            key = f"{item.hash_key.value} {item.range_key.value if item.range_key else ''}"
            if any(name in key for name in names):
                yield table, item


def _pattern(table: Any, item: Item, names: Sequence[str]) -> Pattern:
    texts = {name: _text(value) for name, value in item.attrs.items() if value.type != "B"}
    found = {name: tuple(known for known in names if known in text) for name, text in texts.items()}
    naming = [Naming(name, item.attrs[name].type, texts[name], known) for name, known in found.items() if known]
    return Pattern(table, dict(item.attrs), naming)


def _text(value: DynamoType) -> str:
    return str(value.value) if value.type == "S" else json.dumps(value.to_regular_json())


def _place(table: Any, item: Item) -> None:
    if item.range_key is None:
        table.items[item.hash_key] = item
    else:
        table.items[item.hash_key][item.range_key] = item
