"""How many request units DynamoDB charges, by its published rules.

Sizes: docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html. Units:
…/read-write-operations.html and …/on-demand-capacity-mode.html. Indexes: …/GSI.html#GSI.ThroughputConsiderations.
Items are in DynamoDB's JSON: ``{"title": {"S": "On tides"}}``.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Any

READ_BYTES = 4096
WRITE_BYTES = 1024

Item = dict[str, Any]


class Reading(Enum):
    """The units that a read of up to 4 KB takes."""

    EVENTUAL = 0.5
    CONSISTENT = 1.0
    TRANSACTIONAL = 2.0


@dataclass(frozen=True)
class Units:
    """Read and write request units (RRU, WRU); halves are exact."""

    reads: float = 0.0
    writes: float = 0.0

    def __add__(self, other: "Units") -> "Units":
        return Units(self.reads + other.reads, self.writes + other.writes)


@dataclass(frozen=True)
class Index:
    """A secondary index: its key, the table's key, and what it projects (None: everything)."""

    key: tuple[str, ...]
    table_key: tuple[str, ...]
    projected: frozenset[str] | None

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item; None where the item lacks a part of the index's key."""
        if item is None or not all(name in item for name in self.key):
            return None
        kept = None if self.projected is None else self.projected.union(self.key, self.table_key)
        return {name: value for name, value in item.items() if kept is None or name in kept}


def item_bytes(item: Item | None) -> int:
    """Attribute names and values. Storage adds 100 bytes an item, capacity does not."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in (item or {}).items())


def value_bytes(value: dict[str, Any]) -> int:
    """A value without its attribute's name."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_bytes(content)
        case "B":
            return len(content if isinstance(content, bytes) else base64.b64decode(content))
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(value_bytes({kind[0]: member}) for member in content)
        case "L":
            return 3 + sum(1 + value_bytes(member) for member in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_bytes(member) for name, member in content.items())
    raise ValueError(f"{kind} is no type of DynamoDB's")


def _number_bytes(text: str) -> int:
    """A byte for each two significant digits, and one: zeros before and after do not count."""
    digits = text.lower().partition("e")[0].lstrip("+-").replace(".", "")
    return ceil(len(digits.strip("0")) / 2) + 1


def read_one(size: int, reading: Reading) -> float:
    """GetItem, and each item of a batch or a transaction. What is not there costs as much as the smallest item."""
    return max(1, ceil(size / READ_BYTES)) * reading.value


def read_many(sizes: Iterable[int], reading: Reading) -> float:
    """A page of Query or Scan: all that was looked at, filtered out or not, summed and then rounded up."""
    return read_one(sum(sizes), reading)


def write_one(before: Item | None, after: Item | None) -> int:
    """A put, update, delete or check, done or refused by its condition: the larger of both, at least one unit."""
    return max(1, ceil(max(item_bytes(before), item_bytes(after)) / WRITE_BYTES))


def write_index(index: Index, before: Item | None, after: Item | None) -> int:
    """What a change of an item costs in one index: nothing, one write, or two where it moves."""
    old, new = index.entry(before), index.entry(after)
    if old == new:
        return 0
    if old and new and all(old[name] == new[name] for name in index.key):
        return write_one(old, new)
    return sum(write_one(entry, None) for entry in (old, new) if entry)
