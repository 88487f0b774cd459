import json
import stat
import zipfile

import pytest

from chalicelib.core import settings
from infra.local import snapshot
from infra.local.event_sources import EventSources
from tests.local import sample_app
from tests.local.test_emulator import put, records, scan


@pytest.fixture
def kept(platform, tmp_path):
    """A platform with something of everything, its snapshot, and then emptied."""
    more = {"b": {"B": b"\x00\xff"}, "m": {"M": {"s": {"SS": ["x", "y"]}, "n": {"N": "12345678901234567890"}}}}
    put(platform, "w1", **more)
    s3 = platform.client("s3")
    s3.put_object(Bucket=settings.bucket("content"), Key="a/文.md", Body=b"\x00\xff", ContentType="text/markdown")
    s3.put_object(Bucket=settings.bucket("quarantine"), Key="new", Body=b"1")
    s3.put_object(Bucket=settings.bucket("content"), Key="gone", Body=b"1")
    s3.delete_object(Bucket=settings.bucket("content"), Key="gone")
    attributes = {"type": {"DataType": "String", "StringValue": "t"}}
    url = settings.queue_url("mail")
    platform.client("sqs").send_message(QueueUrl=url, MessageBody="waiting", MessageAttributes=attributes)
    platform.clock.advance(days=3)
    platform.emulator.mails.append({"to": "reader"})
    path = tmp_path / "state.zip"
    snapshot.save(platform.emulator, path)
    before = scan(platform)
    platform.reset()
    assert scan(platform) == []
    return path, before


def test_what_was_saved_comes_back(platform, kept):
    path, before = kept
    snapshot.restore(platform.emulator, path)
    assert scan(platform) == before
    assert platform.clock.offset == 3 * 86400
    assert platform.emulator.mails == [{"to": "reader"}]
    s3, bucket = platform.client("s3"), settings.bucket("content")
    got = s3.get_object(Bucket=bucket, Key="a/文.md")
    assert (got["Body"].read(), got["ContentType"]) == (b"\x00\xff", "text/markdown")
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["a/文.md"]
    (message,) = platform.client("sqs").receive_message(
        QueueUrl=settings.queue_url("mail"), WaitTimeSeconds=0, MessageAttributeNames=["All"]
    )["Messages"]
    assert message["Body"] == "waiting"
    assert message["MessageAttributes"]["type"]["StringValue"] == "t"


def test_restoring_tells_no_stream_and_no_queue(platform, kept):
    snapshot.restore(platform.emulator, kept[0])
    assert records(platform) == []
    (upload,) = platform.client("sqs").receive_message(
        QueueUrl=settings.queue_url("ingestion"), MaxNumberOfMessages=10, WaitTimeSeconds=0
    )["Messages"]  # the one that was saved
    assert '"new"' in upload["Body"]
    sample_app.seen.clear()
    EventSources(sample_app.app).pump()
    assert [note["by"] for note in sample_app.seen] == ["mail"]
    put(platform, "w2")
    assert len(records(platform)) == 1


def test_a_snapshot_is_for_its_owner_alone_and_holds_no_secret(platform, kept):
    secret = platform.client("ssm").get_parameter(Name=settings.parameter("cursor-key"), WithDecryption=True)
    archive = zipfile.ZipFile(kept[0])
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert not any(secret["Parameter"]["Value"].encode() in archive.read(name) for name in archive.namelist())


def test_what_is_no_snapshot_is_refused_and_changes_nothing(platform, kept, tmp_path):
    cut, other = tmp_path / "cut.zip", tmp_path / "other.zip"
    cut.write_bytes(kept[0].read_bytes()[:-100])
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": 99}))
    for path in (cut, other):
        with pytest.raises(snapshot.Unreadable):
            snapshot.restore(platform.emulator, path)
    assert scan(platform) == []
