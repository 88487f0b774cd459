"""What only the account knows is asked for once, and only where it must be."""

import os
import subprocess
import sys

import pytest

from chalicelib.core import account, settings


@pytest.fixture(autouse=True)
def _fresh():
    account.id.cache_clear()
    account.stream.cache_clear()


def test_the_account_is_asked_once_where_nothing_says_it(platform, monkeypatch):
    monkeypatch.delenv("AWS_ACCOUNT_ID")
    platform.emulator.meter.reset()
    assert settings.bucket("content") == settings.bucket("content") == "lyceum-dev-123456789012-content"
    assert settings.queue_url("mail").endswith("/123456789012/lyceum-dev-mail")
    assert platform.emulator.meter.calls == {"sts.GetCallerIdentity": 1}


def test_plain_chalice_finds_the_streams_and_anybody_else_asks_nothing(platform, monkeypatch):
    monkeypatch.delenv("STREAM_WORKS")
    platform.emulator.meter.reset()
    assert settings.stream("works").endswith("/stream/unknown")
    assert platform.emulator.meter.calls == {}
    monkeypatch.setenv("AWS_CHALICE_CLI_MODE", "true")
    table = platform.client("dynamodb").describe_table(TableName="lyceum-dev-works")["Table"]
    assert settings.stream("works") == table["LatestStreamArn"]


def test_plain_chalice_says_what_to_do_where_the_stage_does_not_stand(platform, monkeypatch):
    monkeypatch.delenv("STREAM_WORKS")
    monkeypatch.setenv("STAGE", "absent")
    monkeypatch.setenv("AWS_CHALICE_CLI_MODE", "true")
    with pytest.raises(account.NotStanding, match="make deploy STAGE=absent"):
        settings.stream("works")


def test_importing_the_app_reaches_no_network():
    silent = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "STREAM_"))}
    silent["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    subprocess.run([sys.executable, "-c", "import app"], check=True, env=silent)
