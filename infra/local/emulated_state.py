"""What the emulator holds, reached directly: emptied between tests, swept of what has expired."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import moto.backends as moto_backends
import moto.core.responses as moto_responses
import moto.dynamodb.models.table as moto_tables
import moto.sqs.models as moto_queues
from moto.apigateway.models import apigateway_backends
from moto.awslambda_simple.models import lambda_simple_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import iam_backends
from moto.s3.exceptions import NoSuchUpload
from moto.s3.models import MultipartDict, _VersionedKeyStore, s3_backends
from moto.ses.models import ses_backends

from chalicelib.core import clock
from infra.local.provisioning import STREAM_LABEL

TTL_USER = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def follow_the_clock() -> None:
    """Let delays, visibility and stream times follow the movable clock, as everything else does."""
    moto_queues.unix_time = lambda *_: clock.timestamp()
    moto_queues.unix_time_millis = lambda *_: clock.timestamp() * 1000
    moto_tables.utcnow = lambda: clock.now().replace(tzinfo=None)


def know_services() -> None:
    """moto looks through its folders for the name of the service at every request: look once."""
    known = tuple(moto_backends.list_of_moto_modules())
    moto_backends.list_of_moto_modules = lambda: known


def know_methods() -> None:
    """moto looks through a class for its methods at every request: look once."""
    moto_responses.method_names_from_class = cache(moto_responses.method_names_from_class)


def tell_attributes_quickly() -> None:
    """Of every attribute moto looks for each of ten types under three names, which is a third of what a test takes. A
    plain one is told as it is."""
    if getattr(BaseJSONSerializer._serialize_type_structure, "tells_quickly", False):
        return
    original = BaseJSONSerializer._serialize_type_structure

    def _serialize_type_structure(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue" and _is_plain(value):
            serialized[serializer.get_serialized_name(shape, key)] = value
        else:
            original(serializer, serialized, value, shape, key)

    _serialize_type_structure.tells_quickly = True  # type: ignore[attr-defined]
    BaseJSONSerializer._serialize_type_structure = _serialize_type_structure  # type: ignore[method-assign, assignment]


def _is_plain(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(kind, told)] = value.items()
    return type(told) is (str if kind in ("S", "N") else bool if kind in ("BOOL", "NULL") else None)


def fix_stream_labels() -> None:
    """Let every stream's ARN be known beforehand: AWS puts the moment of creation into it, this emulator a constant."""
    if getattr(moto_tables.Table.set_stream_specification, "labels_fixed", False):
        return
    original = moto_tables.Table.set_stream_specification

    def set_stream_specification(table: Any, streams: Any) -> None:
        original(table, streams)
        if table.latest_stream_label:
            table.latest_stream_label = STREAM_LABEL

    set_stream_specification.labels_fixed = True  # type: ignore[attr-defined]
    moto_tables.Table.set_stream_specification = set_stream_specification  # type: ignore[method-assign, assignment]


def know_lapsed_uploads() -> None:
    """Let a multipart upload that is not there be missed in S3's words: the emulator breaks over it."""

    def missing(_: Any, upload_id: str) -> None:
        raise NoSuchUpload(upload_id=upload_id)

    MultipartDict.__missing__ = missing  # type: ignore[attr-defined]


def tell_upserts_once() -> None:
    """Let an UpdateItem that makes an item be one record of the stream: the emulator puts the bare key first."""
    if getattr(moto_tables.StreamShard.add, "tells_once", False):
        return
    original = moto_tables.StreamShard.add

    def add(shard: Any, old: Any, new: Any) -> None:
        before = len(shard.items)
        original(shard, old, new)
        if before and old is None and _is_bare_key(shard.items[before - 1].record, shard.items[before].record):
            told = shard.items.pop(before)
            told.record["dynamodb"]["SequenceNumber"] = shard.items[before - 1].record["dynamodb"]["SequenceNumber"]
            shard.items[before - 1] = told

    add.tells_once = True  # type: ignore[attr-defined]
    moto_tables.StreamShard.add = add  # type: ignore[method-assign, assignment]


def _is_bare_key(earlier: dict[str, Any], later: dict[str, Any]) -> bool:
    first, second = earlier["dynamodb"], later["dynamodb"]
    both_new = earlier["eventName"] == later["eventName"] == "INSERT"
    return both_new and bool(first["Keys"] == second["Keys"] == first.get("NewImage"))


def empty() -> None:
    """Forget all items, records, messages, objects and mails; keep tables, queues, buckets and parameters."""
    for table in tables():
        table.items.clear()
        forget_records(table)
    for queue in queues():
        queue._messages, queue._pending_messages = [], set()
        queue.deleted_messages.clear()
    for bucket in buckets():
        bucket.keys, bucket.multiparts = _VersionedKeyStore(), MultipartDict()
    for _, backend in _regions(ses_backends):
        backend.sent_messages.clear()


def forget_records(table: Any) -> None:
    """Trim a stream. Sequence numbers go on rising, so that a reader's place stays true."""
    if table.stream_shard:
        table.stream_shard.starting_sequence_number += len(table.stream_shard.items)
        table.stream_shard.items.clear()


def sweep_expired(now: datetime | None = None) -> int:
    """Delete what DynamoDB's TTL would have deleted by now, marked in the streams as AWS marks it. How many."""
    moment = (now or clock.now()).astimezone(UTC).timestamp()
    swept = 0
    for table in tables():
        if table.ttl.get("TimeToLiveStatus") == "ENABLED":
            for item in [item for item in table.all_items() if _expired(item, table.ttl["AttributeName"], moment)]:
                _delete_expired(table, item)
                swept += 1
    return swept


def _expired(item: Any, attribute: str, moment: float) -> bool:
    """TTL looks at numbers only, and leaves alone what lies more than five years back."""
    value = item.attrs.get(attribute)
    return value is not None and value.type == "N" and moment - 5 * 365 * 86400 < float(value.value) < moment


def _delete_expired(table: Any, item: Any) -> None:
    table.delete_item(item.hash_key, item.range_key)
    if table.stream_shard:
        table.stream_shard.items[-1].record["userIdentity"] = TTL_USER


def tables() -> list[Any]:
    return [table for _, backend in _regions(dynamodb_backends) for table in backend.tables.values()]


def queues() -> list[Any]:
    return [queue for _, backend in _regions(moto_queues.sqs_backends) for queue in backend.queues.values()]


def buckets() -> list[Any]:
    return [bucket for _, backend in _regions(s3_backends) for bucket in backend.buckets.values()]


def forget_gateway_responses(api_id: str) -> None:
    for _, backend in _regions(apigateway_backends):
        if api_id in backend.apis:
            backend.apis[api_id].gateway_responses.clear()


def code_of(name: str) -> bytes | None:
    """The zip of a function by its name, or of a layer's version by its ARN."""
    for _, backend in _regions(lambda_simple_backends):
        layer = backend.layers_versions_by_arn(name) if name.startswith("arn:") else None
        if holder := layer or backend._lambdas._functions.get(name, {}).get("latest"):
            return bytes(holder.code_bytes)
    return None


def queue_named(name: str) -> Any | None:
    return next((queue for queue in queues() if queue.name == name), None)


def has_messages(queue: str) -> bool:
    """Whether a queue would give anything to who receives from it now."""
    found = queue_named(queue)
    return found is not None and bool(found.messages)


def has_changes(stream_arn: str, after: int | None) -> bool:
    """Whether a stream holds anything behind this sequence number; None: anything at all."""
    name = stream_arn.split("/")[1]
    shard = next((table.stream_shard for table in tables() if table.name == name), None)
    if shard is None or not shard.items:
        return False
    return after is None or shard.starting_sequence_number + len(shard.items) - 1 > after


def role_policy(name: str) -> str | None:
    """The policy document of a role, as it was put; None where there is no such role, or it has none."""
    roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values()
    return next((text for role in roles if role.name == name for text in role.policies.values()), None)


def _regions(backends: Any) -> Iterator[tuple[str, Any]]:
    yield from list(backends[DEFAULT_ACCOUNT_ID].items())
