"""A query that looks only at its partition answers as one that looks at everything."""

import pytest

WORKS = "lyceum-dev-works"


@pytest.fixture
def dynamodb(platform):
    client = platform.client("dynamodb")
    for shelf, number in ((shelf, number) for shelf in ("law", "art") for number in range(7)):
        client.put_item(TableName=WORKS, Item=_row(f"{shelf}-{number}", shelf, number // 2))
    client.put_item(TableName=WORKS, Item={"work_id": {"S": "no moment"}, "row": {"S": "x"}, "shelf": {"S": "law"}})
    return client


def _row(work_id, shelf, moment):
    named = {"work_id": work_id, "row": f"shelf#{shelf}", "shelf": shelf, "published_at": f"2026-0{moment + 1}"}
    return {name: {"S": text} for name, text in named.items()}


def _every_page(dynamodb, **query):
    found, last = [], None
    while True:
        answer = dynamodb.query(TableName=WORKS, **query, **({"ExclusiveStartKey": last} if last else {}))
        found += [item["work_id"]["S"] for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        if not last:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("forward", [True, False])
def test_pages_of_an_index_hold_each_of_its_items_once_and_in_order(dynamodb, limit, forward):
    query = {
        "IndexName": "by_shelf",
        "KeyConditionExpression": "shelf = :s",
        "ExpressionAttributeValues": {":s": {"S": "law"}},
        "ScanIndexForward": forward,
    }
    wanted = [f"law-{number}" for number in range(7)]
    assert _every_page(dynamodb, Limit=limit, **query) == (wanted if forward else wanted[::-1])


def test_a_range_of_an_index_and_a_partition_of_the_table_are_found(dynamodb):
    values = {":s": {"S": "art"}, ":from": {"S": "2026-03"}}
    later = {"IndexName": "by_shelf", "KeyConditionExpression": "shelf = :s and published_at >= :from"}
    assert _every_page(dynamodb, **later, ExpressionAttributeValues=values, Limit=2) == ["art-4", "art-5", "art-6"]
    one = {"KeyConditionExpression": "work_id = :w", "ExpressionAttributeValues": {":w": {"S": "law-3"}}}
    assert _every_page(dynamodb, **one) == ["law-3"]
    none = {"KeyConditionExpression": "work_id = :w", "ExpressionAttributeValues": {":w": {"S": "nobody"}}}
    assert _every_page(dynamodb, **none) == []


def test_an_index_that_is_not_there_is_refused(dynamodb):
    query = {"KeyConditionExpression": "shelf = :s", "ExpressionAttributeValues": {":s": {"S": "law"}}}
    with pytest.raises(dynamodb.exceptions.ClientError, match="index"):
        dynamodb.query(TableName=WORKS, IndexName="by_nothing", **query)
