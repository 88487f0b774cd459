"""Our own pynamodb attributes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import MAP, NUMBER, STRING

from chalicelib.core import clock


class MinorUnits(Attribute[int]):
    """Money as whole minor units of its currency (cents, fen, yen)."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return _whole(value)

    def deserialize(self, value: str) -> int:
        return int(value)


class Count(Attribute[int]):
    """A whole number that is no money."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return _whole(value)

    def deserialize(self, value: str) -> int:
        return int(value)


class Amounts(Attribute[dict[str, int]]):
    """Whole numbers by name: minor units by currency, basis points by author."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, Any]:
        return {name: {NUMBER: _whole(amount)} for name, amount in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        return {name: int(amount[NUMBER]) for name, amount in value.items()}


class Json(Attribute[Any]):
    """Plain data as JSON text. Not escaped to ASCII, for an item's 400 KB must hold what 256 KiB of a request said."""

    attr_type = STRING

    def serialize(self, value: Any) -> str:
        return msgspec.json.encode(value).decode()

    def deserialize(self, value: str) -> Any:
        return msgspec.json.decode(value)


class Moment(Attribute[datetime]):
    """A moment as RFC 3339 text in UTC with milliseconds, so that text order is time order."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        return clock.rfc3339(value)

    def deserialize(self, value: str) -> datetime:
        return clock.parse(value)


def _whole(value: int) -> str:
    if type(value) is not int:
        raise TypeError(f"counted in whole units, not {value!r}")
    return str(value)
