"""A cancelled transaction and the streams of the tables that it touched."""

import pytest


def test_a_reader_of_a_stream_never_sees_what_was_cancelled_and_goes_on_after_it(platform):
    dynamodb, streams = platform.client("dynamodb"), platform.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="lyceum-dev-outbox")["Table"]["LatestStreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    reader = streams.get_shard_iterator(**place)["ShardIterator"]

    def put(name, **condition):
        return {"Put": {"TableName": "lyceum-dev-outbox", "Item": {"outbox_id": {"S": name}}, **condition}}

    missing = {"ConditionExpression": "attribute_exists(outbox_id)"}
    dynamodb.transact_write_items(TransactItems=[put("kept")])
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[put("cancelled"), put("refused", **missing)])
    dynamodb.transact_write_items(TransactItems=[put("kept too")])

    seen = [
        record["dynamodb"]["Keys"]["outbox_id"]["S"] for record in streams.get_records(ShardIterator=reader)["Records"]
    ]
    assert seen == ["kept", "kept too"]


def test_a_cancelled_transaction_leaves_every_item_as_it_was(platform):
    dynamodb, table = platform.client("dynamodb"), "lyceum-dev-works"

    def row(work_id, **more):
        return {"work_id": {"S": work_id}, "row": {"S": "work"}, **{name: {"S": text} for name, text in more.items()}}

    for work_id in ("updated", "replaced", "deleted"):
        dynamodb.put_item(TableName=table, Item=row(work_id, title="before"))
    before = dynamodb.scan(TableName=table)["Items"]
    update = {"UpdateExpression": "SET title = :t", "ExpressionAttributeValues": {":t": {"S": "after"}}}
    items = [
        {"Update": {"TableName": table, "Key": row("updated"), **update}},
        {"Update": {"TableName": table, "Key": row("made"), **update}},
        {"Put": {"TableName": table, "Item": row("replaced", title="after")}},
        {"Put": {"TableName": table, "Item": row("new")}},
        {"Delete": {"TableName": table, "Key": row("deleted")}},
        {"ConditionCheck": {"TableName": table, "Key": row("none"), "ConditionExpression": "attribute_exists(title)"}},
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=items)
    after = dynamodb.scan(TableName=table)["Items"]
    assert sorted(after, key=str) == sorted(before, key=str)
    dynamodb.transact_write_items(TransactItems=items[:-1])
    titles = {item["work_id"]["S"]: item.get("title", {}).get("S") for item in dynamodb.scan(TableName=table)["Items"]}
    assert titles == {"updated": "after", "made": "after", "replaced": "after", "new": None}


def test_what_is_refused_because_it_names_an_item_twice_changes_nothing(platform):
    dynamodb, table = platform.client("dynamodb"), "lyceum-dev-outbox"
    put = {"Put": {"TableName": table, "Item": {"outbox_id": {"S": "twice"}}}}
    with pytest.raises(dynamodb.exceptions.ClientError):
        dynamodb.transact_write_items(TransactItems=[put, put])
    assert dynamodb.scan(TableName=table)["Items"] == []
