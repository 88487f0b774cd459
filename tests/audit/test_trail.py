"""The trail only grows."""

import json

import pytest
from botocore.exceptions import ClientError

from chalicelib.audit import trail
from chalicelib.core import actors
from chalicelib.core.transactions import all_or_nothing


def test_an_entry_takes_no_other_entrys_place(platform):
    actor = actors.system("test")
    with platform.emulator.meter.recording() as exchanges, all_or_nothing() as tx:
        trail.write(tx, actor, "tried", "s1")
    sent = json.loads(exchanges[-1].request)
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        platform.client("dynamodb").transact_write_items(TransactItems=sent["TransactItems"])
    assert [entry.deed for entry in trail.by(actor.account_id)] == ["tried"]
