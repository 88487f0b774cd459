"""The changes that a letter of Lambda's failure destination tells of, read from their stream and done again.

The letter (docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html) holds no records, only their place.
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from infra import on_stage
from infra.deploy.account import error_code
from infra.stream_changes import Record, as_handed_over

CALLS = 50
"""An empty answer is no end: it can take several to come to the part of a shard that holds changes."""


def bring_back(letter: str) -> str:
    """Why it cannot come back; empty where the function has managed every change."""
    told = json.loads(letter)
    function = told.get("requestContext", {}).get("functionArn", "")
    if "DDBStreamBatchInfo" not in told:
        return "it is of a schedule, which comes again by itself: delete it when its function's log says what failed"
    try:
        records = _records(told["DDBStreamBatchInfo"])
    except ClientError as error:
        if error_code(error) not in ("TrimmedDataAccessException", "ResourceNotFoundException"):
            raise
        return "its changes are older than a day, and their stream has forgotten them"
    if not records:
        return "its stream did not give all of its changes: run this again"
    return _do_again(function, records)


def _records(place: dict[str, Any]) -> list[Record]:
    """All that the letter is about, in order; none where the stream does not give the last of them."""
    streams = on_stage.client("dynamodbstreams")
    shard = {"StreamArn": place["streamArn"], "ShardId": place["shardId"]}
    first = {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": place["startSequenceNumber"]}
    iterator, found = streams.get_shard_iterator(**shard, **first)["ShardIterator"], list[Record]()
    for _ in range(CALLS):
        answer = streams.get_records(ShardIterator=iterator, Limit=place["batchSize"] - len(found))
        found += [as_handed_over(record, place["streamArn"]) for record in answer["Records"]]
        iterator = answer.get("NextShardIterator")
        if found and found[-1]["dynamodb"]["SequenceNumber"] == place["endSequenceNumber"]:
            return found
        if not iterator or len(found) == place["batchSize"]:
            break
    return []


def _do_again(function: str, records: list[Record]) -> str:
    answer = on_stage.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"Records": records}))
    said = json.loads(answer["Payload"].read() or b"{}")
    if answer.get("FunctionError") or said.get("batchItemFailures"):
        return f"{function.rpartition(':')[2]} fails on it still: its log says why"
    return ""
