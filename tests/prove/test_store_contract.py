"""The store in memory answers as the emulator does: the same calls on both, one after the other."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import provisioning
from infra.prove.store import Refused, Store

ORDERS, INBOX = "lyceum-dev-orders", "lyceum-dev-inbox"


def key(order: str, row: str = "order") -> dict[str, Any]:
    return {"order_id": {"S": order}, "row": {"S": row}}


def n(number: int) -> dict[str, str]:
    return {"N": str(number)}


def put(order: str, row: str = "order", **more: Any) -> tuple[str, dict[str, Any]]:
    return "PutItem", {"TableName": ORDERS, "Item": key(order, row) | more}


def update(expression: str, order: str = "o", row: str = "order", **more: Any) -> tuple[str, dict[str, Any]]:
    told = {"TableName": ORDERS, "Key": key(order, row), "UpdateExpression": expression, "ReturnValues": "ALL_NEW"}
    return "UpdateItem", told | more


def transact(*items: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "TransactWriteItems", {"TransactItems": list(items)}


def query(**more: Any) -> tuple[str, dict[str, Any]]:
    told = {"KeyConditionExpression": "#0 = :0", "ExpressionAttributeNames": {"#0": "order_id"}}
    return "Query", {"TableName": ORDERS, **told, "ExpressionAttributeValues": {":0": {"S": "o"}}, **more}


STANDS = [put("o", total=n(900), tags={"SS": ["a", "b"]}), put("o", "line#001", price=n(5)), put("o", "line#002")]
GUARDED = {"ConditionExpression": "attribute_not_exists (#0)", "ExpressionAttributeNames": {"#0": "order_id"}}
IS_900 = {
    "ConditionExpression": "#0 = :0 AND (attribute_exists (#0) OR NOT begins_with (#0, :0))",
    "ExpressionAttributeNames": {"#0": "total"},
    "ExpressionAttributeValues": {":0": n(900)},
}
UNFINISHED = {
    "IndexName": "unfinished",
    "ExpressionAttributeNames": {"#0": "unfinished", "#1": "due_at"},
    "KeyConditionExpression": "(#0 = :0 AND #1 < :1)",
}
WAITS = [put(f"o{number}", unfinished={"S": "payment"}, due_at={"S": f"2026-01-0{number}"}) for number in (3, 1, 2)]
CASES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "get": [
        *STANDS,
        ("GetItem", {"TableName": ORDERS, "Key": key("o")}),
        ("GetItem", {"TableName": ORDERS, "Key": key("x")}),
    ],
    "put what is there": [*STANDS, ("PutItem", {"TableName": ORDERS, "Item": key("o"), **GUARDED})],
    "put what is new": [("PutItem", {"TableName": ORDERS, "Item": key("o"), **GUARDED}), *STANDS],
    "set and remove": [
        *STANDS,
        update(
            "SET #0 = :0, #1 = if_not_exists(#1, :1) REMOVE #2",
            ExpressionAttributeNames={"#0": "total", "#1": "seen", "#2": "tags"},
            ExpressionAttributeValues={":0": n(1), ":1": n(7)},
        ),
        update("SET #0 = #0 + :0", ExpressionAttributeNames={"#0": "total"}, ExpressionAttributeValues={":0": n(41)}),
    ],
    "add and delete": [
        *STANDS,
        update(
            "ADD #0 :0, #1 :1",
            ExpressionAttributeNames={"#0": "total", "#1": "tags"},
            ExpressionAttributeValues={":0": n(-1), ":1": {"SS": ["c"]}},
        ),
        update(
            "DELETE #0 :0",
            ExpressionAttributeNames={"#0": "tags"},
            ExpressionAttributeValues={":0": {"SS": ["a", "c"]}},
        ),
        update(
            "DELETE #0 :0", ExpressionAttributeNames={"#0": "tags"}, ExpressionAttributeValues={":0": {"SS": ["b"]}}
        ),
    ],
    "update what is not there": [
        update("ADD #0 :0", "new", ExpressionAttributeNames={"#0": "total"}, ExpressionAttributeValues={":0": n(3)})
    ],
    "update with a condition": [
        *STANDS,
        update(
            "SET #1 = :1",
            **{
                **IS_900,
                "ExpressionAttributeNames": {"#0": "total", "#1": "seen"},
                "ExpressionAttributeValues": {":0": n(900), ":1": n(1)},
            },
        ),
        update(
            "SET #1 = :1",
            **{
                **IS_900,
                "ExpressionAttributeNames": {"#0": "total", "#1": "seen"},
                "ExpressionAttributeValues": {":0": n(901), ":1": n(2)},
            },
        ),
    ],
    "all": [
        *STANDS,
        transact(
            {"Put": {"TableName": ORDERS, "Item": key("p")}},
            {"Delete": {"TableName": ORDERS, "Key": key("o", "line#001")}},
            {"ConditionCheck": {"TableName": ORDERS, "Key": key("o"), **IS_900}},
        ),
    ],
    "or nothing": [
        *STANDS,
        transact(
            {"Put": {"TableName": ORDERS, "Item": key("p")}},
            {"Put": {"TableName": ORDERS, "Item": key("o"), **GUARDED}},
        ),
        ("GetItem", {"TableName": ORDERS, "Key": key("p")}),
    ],
    "one item twice": [
        transact({"Put": {"TableName": ORDERS, "Item": key("p")}}, {"Delete": {"TableName": ORDERS, "Key": key("p")}}),
        ("GetItem", {"TableName": ORDERS, "Key": key("p")}),
    ],
    "several": [
        *STANDS,
        (
            "BatchGetItem",
            {"RequestItems": {ORDERS: {"Keys": [key("o"), key("x")]}, INBOX: {"Keys": [{"event_id": {"S": "e"}}]}}},
        ),
    ],
    "a collection": [
        *STANDS,
        query(),
        query(ScanIndexForward=False),
        query(Limit=2),
        query(Limit=2, ExclusiveStartKey=key("o", "line#001")),
    ],
    "an index": [
        *STANDS,
        *WAITS,
        (
            "Query",
            {
                "TableName": ORDERS,
                **UNFINISHED,
                "ExpressionAttributeValues": {":0": {"S": "payment"}, ":1": {"S": "2026-01-03"}},
            },
        ),
        (
            "Query",
            {
                "TableName": ORDERS,
                **UNFINISHED,
                "Limit": 1,
                "ExpressionAttributeValues": {":0": {"S": "payment"}, ":1": {"S": "9"}},
            },
        ),
    ],
    "no table": [("GetItem", {"TableName": "lyceum-dev-nothing", "Key": key("o")})],
}


@pytest.mark.parametrize("case", CASES)
def test_store_and_emulator_agree(platform, case):
    store = Store("dev", provisioning.ACCOUNT, provisioning.REGION)
    dynamodb = platform.client("dynamodb")
    for operation, told in CASES[case]:
        assert in_memory(store, operation, told) == over_http(dynamodb, operation, told), (operation, told)


def in_memory(store: Store, operation: str, told: dict[str, Any]) -> Any:
    try:
        return plain(store.answer(operation, told))
    except Refused as refused:
        return refused.kind, codes(refused.more)


def over_http(dynamodb: Any, operation: str, told: dict[str, Any]) -> Any:
    try:
        return plain(dynamodb._make_api_call(operation, told))
    except ClientError as error:
        return error.response["Error"]["Code"], codes(error.response)


def codes(told: dict[str, Any]) -> list[str]:
    return [reason["Code"] for reason in told.get("CancellationReasons", [])]


def plain(answer: dict[str, Any]) -> Any:
    """What our code reads of an answer; sets and batches have no order."""
    read = {name: answer[name] for name in ("Item", "Items", "Attributes", "LastEvaluatedKey") if name in answer}
    batches = {name: sorted(map(str, items)) for name, items in answer.get("Responses", {}).items() if items}
    return sets(read), batches


def sets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: sorted(part) if name in ("SS", "NS") else sets(part) for name, part in value.items()}
    return [sets(part) for part in value] if isinstance(value, list) else value
