"""DynamoDB in memory: what our code asks of it, answered as the service would, and fast.

Items are never changed in place: a table can be kept and put back by copying one dict. Held to the emulator by
tests/prove/test_store_contract.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from infra.local import template
from infra.prove.expressions import Invalid, Item, condition, update

Json = dict[str, Any]
Key = tuple[str, str]
MOST_WRITES = 100


class Refused(Exception):
    """``kind`` is DynamoDB's name for it; ``more`` goes beside it."""

    def __init__(self, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.kind, self.more = kind, more


class Write(NamedTuple):
    """One item of a commit, before and after; None where there is none."""

    table: str
    key: Key
    old: Item | None
    new: Item | None


class Table:
    def __init__(self, told: Json) -> None:
        self.name = told["TableName"]
        self.keys = _names(told["KeySchema"])
        self.indexes = {one["IndexName"]: one for one in told.get("GlobalSecondaryIndexes", [])}
        self.streamed = "StreamSpecification" in told
        self.kinds = {one["AttributeName"]: one["AttributeType"] for one in told["AttributeDefinitions"]}
        self.told = told
        self.items: dict[Key, Item] = {}

    def key_of(self, item: Item) -> Key:
        try:
            parts = [item[name][self.kinds[name]] for name in self.keys]
        except KeyError as error:
            raise Refused("ValidationException", f"One of the required keys was not given a value: {error}") from None
        if "" in parts:
            raise Refused("ValidationException", "A key attribute cannot contain an empty string value")
        return parts[0], parts[1] if len(parts) > 1 else ""


class Store:
    """``listen`` is called with the writes of each commit, within it: what it raises, the caller sees."""

    def __init__(self, stage: str, account: str, region: str) -> None:
        resolved = template.Resolved(stage=stage, account=account, region=region)
        told = resolved.properties_of("AWS::DynamoDB::Table")
        self.tables = {each["TableName"]: Table(each) for each in told}
        self.listen: Callable[[list[Write]], None] = lambda writes: None
        self._tokens: dict[str, Json] = {}

    def answer(self, operation: str, told: Json) -> Json:
        """Raises Refused."""
        deed = getattr(self, f"_{operation}", None)
        if deed is None:
            raise Refused("UnknownOperationException", operation)
        try:
            found: Json = deed(told)
        except Invalid as error:
            raise Refused("ValidationException", str(error)) from None
        return found

    def keep(self) -> dict[str, dict[Key, Item]]:
        return {name: dict(table.items) for name, table in self.tables.items()}

    def put_back(self, kept: dict[str, dict[Key, Item]]) -> None:
        for name, items in kept.items():
            self.tables[name].items = dict(items)
        self._tokens.clear()

    # One item

    def _GetItem(self, told: Json) -> Json:
        table = self._table(told)
        item = table.items.get(table.key_of(told["Key"]))
        return {"Item": item} if item else {}

    def _PutItem(self, told: Json) -> Json:
        return self._alone("Put", told)

    def _DeleteItem(self, told: Json) -> Json:
        return self._alone("Delete", told)

    def _UpdateItem(self, told: Json) -> Json:
        return self._alone("Update", told)

    def _alone(self, kind: str, told: Json) -> Json:
        write = self._prepare(kind, told)
        if isinstance(write, dict):
            raise Refused("ConditionalCheckFailedException", "The conditional request failed", **write)
        assert write is not None
        self._commit([write])
        asked = told.get("ReturnValues", "NONE")
        image = {"ALL_NEW": write.new, "ALL_OLD": write.old}.get(asked)
        if asked not in ("NONE", "ALL_NEW", "ALL_OLD"):
            raise Refused("ValidationException", f"nobody asks for {asked}")
        return {"Attributes": image} if image else {}

    # Several

    def _BatchGetItem(self, told: Json) -> Json:
        found: Json = {}
        for name, asked in told["RequestItems"].items():
            table = self.tables[name]
            keys = [table.key_of(key) for key in asked["Keys"]]
            if len(set(keys)) < len(keys) or len(keys) > 100:
                raise Refused("ValidationException", "Provided list of item keys contains duplicates, or too many")
            found[name] = [table.items[key] for key in keys if key in table.items]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _BatchWriteItem(self, told: Json) -> Json:
        for name, asked in told["RequestItems"].items():
            for one in asked:
                ((kind, request),) = one.items()
                given = {"TableName": name, **request}
                self._alone("Put" if kind == "PutRequest" else "Delete", given)
        return {"UnprocessedItems": {}}

    def _TransactWriteItems(self, told: Json) -> Json:
        token = told.get("ClientRequestToken", "")
        if token and token in self._tokens:
            if self._tokens[token] != told:
                raise Refused("IdempotentParameterMismatchException", "The token was used for something else")
            return {}
        asked = [next(iter(one.items())) for one in told["TransactItems"]]
        places = [(one["TableName"], self._table(one).key_of(one.get("Key") or one["Item"])) for _, one in asked]
        if len(set(places)) < len(places):
            message = "Transaction request cannot include multiple operations on one item"
            raise Refused("ValidationException", message)
        if not 0 < len(asked) <= MOST_WRITES:
            raise Refused("ValidationException", f"{len(asked)} writes are not between 1 and {MOST_WRITES}")
        prepared = [self._prepare(kind, one) for kind, one in asked]
        if any(isinstance(one, dict) for one in prepared):
            reasons = [_reason(one) for one in prepared]
            codes = ", ".join(reason["Code"] for reason in reasons)
            message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise Refused("TransactionCanceledException", message, CancellationReasons=reasons)
        if token:
            self._tokens[token] = told
        self._commit([write for write in prepared if isinstance(write, Write)])
        return {}

    def _Query(self, told: Json) -> Json:
        table = self._table(told)
        keys = _names(table.indexes[told["IndexName"]]["KeySchema"]) if "IndexName" in told else table.keys
        wanted = condition(told["KeyConditionExpression"])
        names, values = told.get("ExpressionAttributeNames", {}), told.get("ExpressionAttributeValues", {})
        found = [item for item in table.items.values() if keys[0] in item and wanted(item, names, values)]
        if len(keys) > 1:
            found = [item for item in found if keys[1] in item]
            found.sort(key=lambda item: (_sortable(item[keys[1]]), table.key_of(item)))
        if not told.get("ScanIndexForward", True):
            found.reverse()
        return self._page(table, keys, found, told)

    def _Scan(self, told: Json) -> Json:
        table = self._table(told)
        found = [table.items[key] for key in sorted(table.items)]
        return self._page(table, table.keys, found, told)

    def _page(self, table: Table, keys: list[str], found: list[Item], told: Json) -> Json:
        start = told.get("ExclusiveStartKey")
        if start:
            place = next((n for n, item in enumerate(found) if table.key_of(item) == table.key_of(start)), -1)
            found = found[place + 1 :]
        limit = told.get("Limit", len(found))
        page, more = found[:limit], len(found) > limit
        last = {name: page[-1][name] for name in {*keys, *table.keys}} if more and page else None
        if "FilterExpression" in told:
            wanted = condition(told["FilterExpression"])
            names, values = told.get("ExpressionAttributeNames", {}), told.get("ExpressionAttributeValues", {})
            page = [item for item in page if wanted(item, names, values)]
        answer: Json = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        if told.get("Select") == "COUNT":
            del answer["Items"]
        return answer | ({"LastEvaluatedKey": last} if last else {})

    def _DescribeTable(self, told: Json) -> Json:
        """As far as pynamodb looks."""
        table = self._table(told)
        indexes = [{**one, "IndexStatus": "ACTIVE"} for one in table.indexes.values()]
        shown = {name: table.told[name] for name in ("TableName", "KeySchema", "AttributeDefinitions")}
        return {"Table": {**shown, "TableStatus": "ACTIVE", "GlobalSecondaryIndexes": indexes}}

    # Writing

    def _table(self, told: Json) -> Table:
        try:
            return self.tables[told["TableName"]]
        except KeyError:
            raise Refused("ResourceNotFoundException", "Requested resource not found") from None

    def _prepare(self, kind: str, told: Json) -> Write | Json | None:
        """The write; a dict where its condition failed (with the item, where asked); None for a mere check."""
        table = self._table(told)
        key = table.key_of(told["Item"] if kind == "Put" else told["Key"])
        old = table.items.get(key)
        names, values = told.get("ExpressionAttributeNames", {}), told.get("ExpressionAttributeValues", {})
        if "ConditionExpression" in told and not condition(told["ConditionExpression"])(old or {}, names, values):
            wants = told.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            return {"Item": old} if wants and old else {}
        if kind == "ConditionCheck":
            return None
        if kind == "Put":
            return Write(table.name, key, old, told["Item"])
        if kind == "Delete":
            return Write(table.name, key, old, None)
        new = update(told["UpdateExpression"])(old or dict(told["Key"]), names, values)
        if table.key_of(new) != key:
            raise Refused("ValidationException", "Cannot update attribute. This attribute is part of the key")
        return Write(table.name, key, old, new)

    def _commit(self, writes: list[Write]) -> None:
        for write in writes:
            items = self.tables[write.table].items
            if write.new is None:
                items.pop(write.key, None)
            else:
                items[write.key] = write.new
        self.listen(writes)


def _names(schema: list[Json]) -> list[str]:
    """The hash key, then the range key."""
    return [one["AttributeName"] for one in sorted(schema, key=lambda one: one["KeyType"])]


def _sortable(value: Json) -> Any:
    ((kind, held),) = value.items()
    return float(held) if kind == "N" else held


def _reason(prepared: Any) -> Json:
    if not isinstance(prepared, dict):
        return {"Code": "None"}
    return {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **prepared}
