"""The platform's data in one file: what ``make run KEEP=1`` carries over a restart.

A zip archive: ``manifest.json``; ``tables/<name>.jsonl``, an item a line in DynamoDB's JSON; ``queues/<name>.jsonl``, a
message a line; ``mails.jsonl``; ``objects.jsonl``, and each object's bytes under ``objects/<number>``. Secrets are not
in it, they are made anew. Nor are stream records: stop the event sources before saving, for restoring tells no stream.
"""

import base64
import io
import json
import os
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.s3.models import s3_backends
from moto.sqs.models import Message

from chalicelib.core import clock
from infra.local import emulated_state
from infra.local.clockwork import MovableClock
from infra.local.emulator import Emulator
from infra.local.provisioning import ACCOUNT

FORMAT = 1
MESSAGE_FIELDS = (
    "id",
    "body",
    "message_attributes",
    "system_attributes",
    "sent_timestamp",
    "approximate_first_receive_timestamp",
    "approximate_receive_count",
    "delayed_until",
)


class Unreadable(Exception):
    """The file is no snapshot, or one of another format."""


def save(emulator: Emulator, path: Path) -> None:
    """Replace the file by the present state, whole or not at all. The clock's offset goes with it."""
    with emulator.lock:
        state = _pack(emulator)
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(state)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def restore(emulator: Emulator, path: Path) -> None:
    """Put back what was saved, into what is provisioned and empty. Raises Unreadable, then having changed nothing."""
    archive = _opened(path.read_bytes())
    with emulator.lock:
        _unpack(emulator, archive)


def _pack(emulator: Emulator) -> bytes:
    packed = io.BytesIO()
    manifest = {"format": FORMAT, "saved_at": clock.rfc3339(clock.now()), "clock_offset": MovableClock().offset}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("mails.jsonl", _lines(emulator.mails))
        for table in emulated_state.tables():
            items = (item.to_json()["Attributes"] for item in table.all_items())
            archive.writestr(f"tables/{table.name}.jsonl", _lines(items))
        for queue in emulated_state.queues():
            messages = ({name: getattr(message, name) for name in MESSAGE_FIELDS} for message in queue._messages)
            archive.writestr(f"queues/{queue.name}.jsonl", _lines(messages))
        _pack_objects(archive)
    return packed.getvalue()


def _unpack(emulator: Emulator, archive: zipfile.ZipFile) -> None:
    MovableClock().offset = json.loads(archive.read("manifest.json"))["clock_offset"]
    emulator.mails.extend(_read(archive, "mails.jsonl"))
    names = set(archive.namelist())
    for table in emulated_state.tables():
        if f"tables/{table.name}.jsonl" in names:
            _restore_items(table, _read(archive, f"tables/{table.name}.jsonl"))
    for queue in emulated_state.queues():
        if f"queues/{queue.name}.jsonl" in names:
            queue._messages += [_message(fields) for fields in _read(archive, f"queues/{queue.name}.jsonl")]
    for number, entry in enumerate(_read(archive, "objects.jsonl")):
        _restore_object(entry, archive.read(f"objects/{number}"))


def _opened(state: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(state))
        broken = archive.testzip()
        manifest = json.loads(archive.read("manifest.json"))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if broken or manifest.get("format") != FORMAT:
        raise Unreadable(broken or f"its format is {manifest.get('format')}, not {FORMAT}")
    return archive


def _restore_items(table: Any, items: list[dict[str, Any]]) -> None:
    """With the stream put aside, for nothing has changed."""
    shard, table.stream_shard = table.stream_shard, None
    try:
        for item in items:
            table.put_item(item, overwrite=True)
    finally:
        table.stream_shard = shard


def _message(fields: dict[str, Any]) -> Message:
    """Visible again: whoever had received it is gone."""
    message = Message(fields["id"], fields["body"])
    for name in MESSAGE_FIELDS:
        setattr(message, name, fields[name])
    return message


def _pack_objects(archive: zipfile.ZipFile) -> None:
    """The latest version of each object; S3 keeps the older ones only against mistakes."""
    entries: list[dict[str, Any]] = []
    for bucket in emulated_state.buckets():
        for key in bucket.keys.values():
            if not hasattr(key, "value"):
                continue  # a delete marker
            archive.writestr(f"objects/{len(entries)}", key.value)
            entries.append(
                {
                    "bucket": bucket.name,
                    "key": key.name,
                    "etag": key.etag.strip('"'),
                    "metadata": dict(key.metadata),
                    "encryption": key.encryption,
                    "last_modified": key.last_modified.isoformat(),
                }
            )
    archive.writestr("objects.jsonl", _lines(entries))


def _restore_object(entry: dict[str, Any], value: bytes) -> None:
    backend = s3_backends[ACCOUNT]["aws"]
    if entry["bucket"] not in backend.buckets:
        return
    key = backend.put_object(
        entry["bucket"],
        entry["key"],
        value,
        etag=entry["etag"],
        encryption=entry["encryption"],
        disable_notification=True,
    )
    key.set_metadata(entry["metadata"], replace=True)
    key.last_modified = datetime.fromisoformat(entry["last_modified"])


def _lines(entries: Any) -> str:
    return "".join(json.dumps(entry, default=_bytes_as_json) + "\n" for entry in entries)


def _read(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    lines = archive.read(name).decode().splitlines()
    return [json.loads(line, object_hook=_bytes_from_json) for line in lines]


def _bytes_as_json(value: Any) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"{value!r} has no place in a snapshot")
    return {"$bytes": base64.b64encode(value).decode()}


def _bytes_from_json(value: dict[str, Any]) -> Any:
    coded = value.get("$bytes") if len(value) == 1 else None
    return base64.b64decode(coded) if isinstance(coded, str) else value
