"""Calls to the emulator are weighed by what it holds: what was before, what a filter left out, what came twice."""

import pytest
from botocore.exceptions import ClientError

WORKS = "lyceum-dev-works"


@pytest.fixture
def dynamodb(platform):
    return platform.client("dynamodb")


@pytest.fixture
def units_of(platform):
    """The reads and writes that a deed costs; what AWS refuses may be refused."""

    def weigh(deed):
        with platform.emulator.meter.counting() as calls:
            try:
                deed()
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400, error
        return calls.units.reads, calls.units.writes

    return weigh


def a_row(work: str, row: str = "work", size: int = 100, **more: str) -> dict:
    return {name: {"S": text} for name, text in {"work_id": work, "row": row, "text": "x" * size, **more}.items()}


def key(work: str, row: str = "work") -> dict:
    return {"work_id": {"S": work}, "row": {"S": row}}


def put(dynamodb, *items: dict) -> None:
    for item in items:
        dynamodb.put_item(TableName=WORKS, Item=item)


def test_a_read_counts_the_whole_item_whatever_is_asked_of_it(dynamodb, units_of):
    put(dynamodb, a_row("w", size=5000))
    get = {"TableName": WORKS, "Key": key("w")}
    assert units_of(lambda: dynamodb.get_item(**get)) == (1, 0)
    assert units_of(lambda: dynamodb.get_item(**get, ConsistentRead=True)) == (2, 0)
    assert units_of(lambda: dynamodb.get_item(**get, ProjectionExpression="work_id")) == (1, 0)
    assert units_of(lambda: dynamodb.get_item(TableName=WORKS, Key=key("none"))) == (0.5, 0)


def test_a_batch_rounds_each_and_counts_what_is_not_there(dynamodb, units_of):
    put(dynamodb, a_row("a", size=1500), a_row("b", size=6600))
    asked = {WORKS: {"Keys": [key("a"), key("b"), key("none")], "ConsistentRead": True}}
    assert units_of(lambda: dynamodb.batch_get_item(RequestItems=asked)) == (1 + 2 + 1, 0)


def test_a_query_counts_what_its_filter_left_out_and_what_it_only_counted(dynamodb, units_of):
    put(dynamodb, *(a_row("w", f"file#{number}", 3000) for number in range(8)))
    query = {
        "TableName": WORKS,
        "KeyConditionExpression": "work_id = :w and begins_with(#row, :f)",
        "ExpressionAttributeNames": {"#row": "row"},
        "ExpressionAttributeValues": {":w": {"S": "w"}, ":f": {"S": "file#"}},
    }
    assert units_of(lambda: dynamodb.query(**query)) == (3, 0)
    assert units_of(lambda: dynamodb.query(**query, ConsistentRead=True)) == (6, 0)
    assert units_of(lambda: dynamodb.query(**query, Select="COUNT")) == (3, 0)
    assert units_of(lambda: dynamodb.query(**query, Limit=1)) == (0.5, 0)
    filtered = query | {"FilterExpression": "#row = :x and attribute_not_exists(#t)"}
    filtered["ExpressionAttributeNames"] = {"#row": "row", "#t": "text"}
    filtered["ExpressionAttributeValues"] = query["ExpressionAttributeValues"] | {":x": {"S": "file#1"}}
    assert units_of(lambda: dynamodb.query(**filtered)) == (3, 0)


def test_an_index_is_read_by_what_it_projects(dynamodb, units_of):
    put(dynamodb, *(a_row(f"w{n}", "member#m", 3000, member_id="m", joined_at=str(n)) for n in range(9)))
    query = {
        "TableName": WORKS,
        "IndexName": "by_member",
        "KeyConditionExpression": "member_id = :m",
        "ExpressionAttributeValues": {":m": {"S": "m"}},
    }
    assert units_of(lambda: dynamodb.query(**query)) == (0.5, 0)


def test_a_write_counts_the_larger_of_before_and_after_and_each_index_that_holds_it(dynamodb, units_of):
    large = a_row("w", "shelf#law", 2500, shelf="law", published_at="2026")
    assert units_of(lambda: put(dynamodb, large)) == (0, 3 + 3)
    small = a_row("w", "shelf#law", 10, shelf="art", published_at="2026")
    assert units_of(lambda: put(dynamodb, small)) == (0, 3 + 3 + 1)
    grow = {
        "TableName": WORKS,
        "Key": key("w", "shelf#law"),
        "UpdateExpression": "SET more = :m",
        "ExpressionAttributeValues": {":m": {"S": "x" * 1500}},
    }
    assert units_of(lambda: dynamodb.update_item(**grow)) == (0, 2 + 2)
    assert units_of(lambda: dynamodb.delete_item(TableName=WORKS, Key=key("w", "shelf#law"))) == (0, 2 + 2)


def test_a_write_that_its_condition_refused_costs_as_much_and_touches_no_index(dynamodb, units_of):
    put(dynamodb, a_row("w", size=2500, shelf="law", published_at="2026"))
    wanted = {"TableName": WORKS, "Item": a_row("w", size=10), "ConditionExpression": "attribute_not_exists(work_id)"}
    assert units_of(lambda: dynamodb.put_item(**wanted)) == (0, 3)


def test_a_refused_310_kb_in_the_place_of_300_kb_cost_310_kb(dynamodb, units_of):
    """read-write-operations.html#write-operation-consumption."""
    put(dynamodb, a_row("w", size=300 * 1024 - 50))
    larger = a_row("w", size=310 * 1024 - 50)
    wanted = {"TableName": WORKS, "Item": larger, "ConditionExpression": "attribute_not_exists(work_id)"}
    assert units_of(lambda: dynamodb.put_item(**wanted)) == (0, 310)


def test_what_dynamodb_does_not_understand_costs_nothing(dynamodb, units_of):
    assert units_of(lambda: dynamodb.put_item(TableName="none", Item=a_row("w"))) == (0, 0)
    assert units_of(lambda: dynamodb.put_item(TableName=WORKS, Item={"work_id": {"S": "w"}})) == (0, 0)


def test_a_transaction_counts_twice_and_asked_again_is_only_read(dynamodb, units_of):
    put(dynamodb, a_row("checked", size=1500))
    check = {"TableName": WORKS, "Key": key("checked"), "ConditionExpression": "attribute_exists(work_id)"}
    items = [{"Put": {"TableName": WORKS, "Item": a_row("w", size=2500)}}, {"ConditionCheck": check}]
    again = {"TransactItems": items, "ClientRequestToken": "once"}
    assert units_of(lambda: dynamodb.transact_write_items(**again)) == (0, 2 * (3 + 2))
    assert units_of(lambda: dynamodb.transact_write_items(**again)) == (2 * (1 + 1), 0)
    other = {"TransactItems": items[:1], "ClientRequestToken": "once"}
    assert units_of(lambda: dynamodb.transact_write_items(**other)) == (0, 0)


def test_a_transaction_that_was_cancelled_costs_as_much_and_touches_no_index(dynamodb, units_of):
    wanted = a_row("w", size=10, shelf="law", published_at="2026")
    check = {"TableName": WORKS, "Key": key("none"), "ConditionExpression": "attribute_exists(work_id)"}
    items = [{"Put": {"TableName": WORKS, "Item": wanted}}, {"ConditionCheck": check}]
    assert units_of(lambda: dynamodb.transact_write_items(TransactItems=items)) == (0, 2 * (1 + 1))


def test_a_recorded_exchange_says_what_it_cost(platform, dynamodb):
    with platform.emulator.meter.recording() as exchanges:
        put(dynamodb, a_row("w"))
    assert [exchange.units.writes for exchange in exchanges] == [1]
