"""What was put aside is counted, wherever it lies."""

import io
import json
import logging

import pytest

from chalicelib.core import logs, settings
from chalicelib.outbox import dead_letters
from infra.operation import declared
from tests.world import World


def test_the_sweep_says_how_many_messages_lie_aside_and_where(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    logs.logger()
    for handler in logging.getLogger("lyceum").handlers:
        monkeypatch.setattr(handler, "stream", written)
    sqs = world.platform.client("sqs")
    for queue in ("mail-dlq", "failures-dlq", "failures-dlq"):
        sqs.send_message(QueueUrl=settings.queue_url(queue), MessageBody="{}")
    world.platform.run_schedule("outbox_sweep")
    (line,) = [line for line in map(json.loads, written.getvalue().splitlines()) if "DeadLetters" in line]
    assert (line["DeadLetters"], line["queues"]) == (3, "failures mail")


def test_every_queue_of_dead_letters_is_counted() -> None:
    assert sorted(f"lyceum-${{Stage}}-{queue}-dlq" for queue in dead_letters.QUEUES) == declared.dead_letters()
