"""The calls that a request makes, recorded at the wire and made again without the platform.

Reads are made of the very tables. Writes would spoil the books, so they go to tables of the same make under another
name, and before each the items that they touch are put back as they were when the request was recorded: the same
conditions hold, and the same work is done, every time.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.config import Config

from infra.local import emulated_state, template
from infra.local.emulator import Emulator
from infra.local.provisioning import ACCOUNT, REGION
from infra.local.weighing import plain
from infra.local.wire_meter import Exchange

STAGE, BARE_STAGE = "dev", "bare"
READS = {"GetItem", "BatchGetItem", "Query"}

Place = tuple[str, dict[str, Any], dict[str, Any] | None]
"""A table, a key in it, and the item that stood there before, or None."""


@dataclass(frozen=True)
class BareCalls:
    """What one request asks of DynamoDB, in order, and what must stand where before it may be asked again."""

    calls: list[tuple[str, dict[str, Any]]]
    before: list[Place]

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def record(emulator: Emulator, request: Callable[[], Any]) -> BareCalls:
    """Let the request be made and keep the calls that the API makes for it; those of jobs are not its own."""
    with emulator.lock:
        held = {
            (table.name, _text(_key(table, item))): item for table in emulated_state.tables() for item in _items(table)
        }
    with emulator.meter.recording() as exchanges:
        request()
    own = [each for each in exchanges if each.caller == "api" and each.call.service == "dynamodb"]
    only_reads = all(each.call.operation in READS for each in own)
    touched = [] if only_reads else [place for each in own for place in _places(each)]
    before: list[Place] = [(_bare(name), key, held.get((name, _text(key)))) for name, key in touched]
    calls = [(each.call.operation, _wanted(each, shadowed=not only_reads)) for each in own]
    return BareCalls(calls, before)


def make_tables(emulator: Emulator) -> None:
    """The tables that bare writes go to."""
    dynamodb = make_client(emulator.url, 1)
    resolved = template.Resolved(stage=BARE_STAGE, account=ACCOUNT, region=REGION)
    names = ("TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    for table in resolved.properties_of("AWS::DynamoDB::Table"):
        streamed = {"StreamEnabled": True, **table["StreamSpecification"]} if "StreamSpecification" in table else None
        wanted = {name: table[name] for name in names if name in table}
        dynamodb.create_table(**wanted, **({"StreamSpecification": streamed} if streamed else {}))


def make_client(url: str, connections: int) -> Any:
    """Raw botocore, as the platform's own client is made, without retries."""
    session = botocore.session.Session()
    session.set_credentials("emulated", "emulated")
    config = Config(max_pool_connections=connections, retries={"total_max_attempts": 1}, user_agent_appid="bare")
    return session.create_client("dynamodb", region_name=REGION, endpoint_url=url, config=config)


def replay(dynamodb: Any, bare: dict[str, Any]) -> list[float]:
    """Seconds of each call. Putting back what was before is not timed. Raises what botocore raises."""
    for table, key, item in bare["before"]:
        if item is None:
            dynamodb.delete_item(TableName=table, Key=key)
        else:
            dynamodb.put_item(TableName=table, Item=item)
    return [_timed(dynamodb, operation, wanted) for operation, wanted in bare["calls"]]


def _timed(dynamodb: Any, operation: str, wanted: dict[str, Any]) -> float:
    call = getattr(dynamodb, xform_name(operation))
    begun = time.monotonic()
    call(**wanted)
    return time.monotonic() - begun


def _wanted(exchange: Exchange, *, shadowed: bool) -> dict[str, Any]:
    """The parameters, without the token of a transaction: botocore gives each a new one."""
    text = exchange.request.decode()
    wanted: dict[str, Any] = json.loads(_bare(text) if shadowed else text)
    wanted.pop("ClientRequestToken", None)
    return wanted


def _bare(text: str) -> str:
    return text.replace(f"lyceum-{STAGE}-", f"lyceum-{BARE_STAGE}-")


def _places(exchange: Exchange) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables and keys that a call touches."""
    wanted, tables = json.loads(exchange.request), {table.name: table for table in emulated_state.tables()}
    for name, source in _sources(exchange.call.operation, wanted):
        table = tables[name]
        yield name, {part: source[part] for part in (table.hash_key_attr, table.range_key_attr) if part}


def _sources(operation: str, wanted: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table with what holds a key in it."""
    match operation:
        case "BatchGetItem":
            yield from ((name, key) for name, part in wanted["RequestItems"].items() for key in part["Keys"])
        case "BatchWriteItem":
            puts = [(name, each) for name, part in wanted["RequestItems"].items() for each in part]
            yield from ((name, part.get("Item") or part["Key"]) for name, each in puts for part in each.values())
        case "TransactWriteItems":
            parts = [part for item in wanted["TransactItems"] for part in item.values()]
            yield from ((part["TableName"], part.get("Item") or part["Key"]) for part in parts)
        case "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem":
            yield wanted["TableName"], wanted.get("Item") or wanted["Key"]
        case _:
            raise ValueError(f"a request that writes and makes a {operation} cannot be made again")


def _items(table: Any) -> list[dict[str, Any]]:
    return [plain(item) for item in table.all_items()]


def _key(table: Any, item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in (table.hash_key_attr, table.range_key_attr) if name}


def _text(key: dict[str, Any]) -> str:
    return json.dumps(key, sort_keys=True)
