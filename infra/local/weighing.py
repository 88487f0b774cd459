"""Weighs each call to DynamoDB: the emulator answers ConsumedCapacity with a constant.

What a request and its answer do not show (an item before and after, what a filter left out) is asked of the
emulator's state, so the emulator's lock is held from before the call until after.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from infra.local import emulated_state
from infra.local.capacity import Index, Item, Reading, Units, item_bytes, read_many, read_one, write_index, write_one

Json = dict[str, Any]
Ask = Callable[[Json], Json]
"""Performs the same operation with other parameters, and answers its answer."""

CHARGED = {"ConditionalCheckFailedException", "TransactionCanceledException"}
"""Errors that cost as much as if it had been done; any other costs nothing."""

NARROWING = ("FilterExpression", "ProjectionExpression", "AttributesToGet", "QueryFilter", "Select")
"""Parameters of Query and Scan that change what is answered, not what is looked at."""


@dataclass(frozen=True)
class Place:
    """Where an item is or may be, and what it was before the call. ``put``: what is to stand there."""

    table: Any
    key: Item
    before: Item | None
    put: Item | None = None

    def after(self) -> Item | None:
        return _stored(self.table, self.key)


class Weighing:
    """One call to DynamoDB, from before it is performed. PartiQL is not weighed; nothing here speaks it."""

    def __init__(self, operation: str, wanted: Json) -> None:
        self._operation, self._wanted = operation, wanted
        self._misunderstood: Exception | None = None
        self._writes: list[Place] = []
        try:
            self._writes = list(_writes(operation, wanted))
        except (LookupError, TypeError, ValueError) as error:
            self._misunderstood = error  # DynamoDB refuses it too; where it does not, it must not pass unweighed

    def units(self, status: int, answer: Json, ask: Ask, *, repeated: bool = False) -> Units:
        """``repeated``: a transaction done before, recognised by its ClientRequestToken; its items are only read."""
        if repeated and status == 200:
            sizes = [item_bytes(place.before) for place in self._writes]
            return Units(reads=sum(read_one(size, Reading.TRANSACTIONAL) for size in sizes))
        if status != 200 and str(answer.get("__type", "")).rpartition("#")[2] not in CHARGED:
            return Units()
        if self._misunderstood:
            raise self._misunderstood
        if self._writes:
            return Units(writes=self._written(done=status == 200))
        return Units(reads=self._read(answer, ask) if status == 200 else 0.0)

    def _written(self, *, done: bool) -> float:
        """In a transaction everything twice. AWS says so of items, and nothing of index entries: they are counted
        twice too, so that no figure is too low."""
        times = 2 if self._operation == "TransactWriteItems" else 1
        return times * sum(_written(place, done) for place in self._writes)

    def _read(self, answer: Json, ask: Ask) -> float:
        wanted = self._wanted
        match self._operation:
            case "GetItem":
                return _read(wanted["TableName"], [wanted["Key"]], _reading(wanted))
            case "BatchGetItem":
                asked = wanted["RequestItems"].items()
                return sum(_read(table, part["Keys"], _reading(part)) for table, part in asked)
            case "TransactGetItems":
                gets = [part["Get"] for part in wanted["TransactItems"]]
                return sum(_read(get["TableName"], [get["Key"]], Reading.TRANSACTIONAL) for get in gets)
            case "Query" | "Scan":
                seen = self._seen(answer, ask)
                return read_many((item_bytes(item) for item in seen), _reading(wanted))
        return 0.0

    def _seen(self, answer: Json, ask: Ask) -> list[Item]:
        """The items that a Query or Scan looked at, whole."""
        if any(name in self._wanted for name in NARROWING):
            answer = ask(_widened(self._wanted))
        return list(answer["Items"])


def _reading(wanted: Json) -> Reading:
    return Reading.CONSISTENT if wanted.get("ConsistentRead") else Reading.EVENTUAL


def _read(table: str, keys: list[Item], reading: Reading) -> float:
    found = [_stored(_table(table), key) for key in keys]
    return sum(read_one(item_bytes(item), reading) for item in found)


def _written(place: Place, done: bool) -> int:
    if not done:
        return write_one(place.before, place.put)
    after = place.after()
    in_indexes = (write_index(index, place.before, after) for index in _indexes(place.table))
    return write_one(place.before, after) + sum(in_indexes)


def _writes(operation: str, wanted: Json) -> Iterator[Place]:
    match operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            yield _place(wanted)
        case "BatchWriteItem":
            for table, requests in wanted["RequestItems"].items():
                for request in requests:
                    (part,) = request.values()
                    yield _place({"TableName": table, **part})
        case "TransactWriteItems":
            for item in wanted["TransactItems"]:
                (part,) = item.values()
                yield _place(part)


def _place(part: Json) -> Place:
    table, put = _table(part["TableName"]), part.get("Item")
    source = put if put is not None else part["Key"]
    key = {name: source[name] for name in _key_names(table)}
    return Place(table, key, _stored(table, key), put)


def _widened(wanted: Json) -> Json:
    """Without what narrows, and without the names and values that only the filter used: AWS refuses unused ones."""
    wide = {name: value for name, value in wanted.items() if name not in NARROWING}
    condition = wide.get("KeyConditionExpression", "")
    for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        used = {name: value for name, value in wide.pop(kind, {}).items() if _mentions(condition, name)}
        wide |= {kind: used} if used else {}
    return wide


def _mentions(expression: str, name: str) -> bool:
    spaced = "".join(letter if letter.isalnum() or letter in "#:_" else " " for letter in expression)
    return name in spaced.split()


def _table(name: str) -> Any:
    """Raises KeyError where there is none."""
    return {table.name: table for table in emulated_state.tables()}[name.rpartition("/")[2]]


def _key_names(table: Any) -> list[str]:
    return [name for name in (table.hash_key_attr, table.range_key_attr) if name]


def _stored(table: Any, key: Item) -> Item | None:
    item = table.get_item(*(DynamoType(key[name]) for name in _key_names(table)))
    return plain(item) if item else None


def plain(item: Any) -> Item:
    """A copy of a stored item in DynamoDB's JSON; what an update made binary is bytes."""
    stored: Item = item.to_json()["Attributes"]
    return stored


def _indexes(table: Any) -> list[Index]:
    key = tuple(_key_names(table))
    return [_index(index, key) for index in table.all_indexes()]


def _index(index: Any, table_key: tuple[str, ...]) -> Index:
    kind = index.projection.get("ProjectionType", "ALL")
    others = frozenset(index.projection.get("NonKeyAttributes", ()))
    return Index(tuple(index.schema_key_attrs), table_key, None if kind == "ALL" else others)
