"""``make redrive``: what was put aside comes back, once its cause is mended.

A queue's dead letters go back to the queue. The letters of ``failures`` name places in streams: the changes there are
read again, which works for a day, and handed to their function.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.core import settings
from chalicelib.outbox.dead_letters import QUEUES
from infra import on_stage
from infra.deploy.errors import Stopped
from infra.operation import replay

FAILURES = "failures"
HIDDEN_SECONDS = 120
Letter = dict[str, Any]


def redrive(queue: str, say: Callable[[str], None]) -> int:
    """Every letter that lies there now; how many stay. Raises Stopped where there is no such queue."""
    if queue not in QUEUES:
        raise Stopped(f"No messages of {queue!r} can lie aside. Say QUEUE= and one of: {', '.join(QUEUES)}.")
    sqs, aside = on_stage.client("sqs"), settings.queue_url(f"{queue}-dlq")
    come_back = _from_its_stream if queue == FAILURES else _to(sqs, settings.queue_url(queue))
    moved = stayed = 0
    for letter in _lying(sqs, aside):
        reason = come_back(letter)
        if reason:
            stayed += 1
            say(f"{letter['MessageId']} stays: {reason}")
        else:
            sqs.delete_message(QueueUrl=aside, ReceiptHandle=letter["ReceiptHandle"])
            moved += 1
            say(f"{moved} came back to {queue}")
    say(f"{moved} came back, {stayed} stay in {queue}-dlq.")
    return stayed


def _lying(sqs: Any, aside: str) -> Iterator[Letter]:
    """Each letter once: what is handed out stays hidden for longer than a run of this takes to come to it again."""
    seen: set[str] = set()
    while True:
        asked = {
            "QueueUrl": aside,
            "MaxNumberOfMessages": 10,
            "VisibilityTimeout": HIDDEN_SECONDS,
            "WaitTimeSeconds": 1,
            "MessageAttributeNames": ["All"],
        }
        letters = [each for each in sqs.receive_message(**asked).get("Messages", []) if each["MessageId"] not in seen]
        if not letters:
            return
        seen.update(each["MessageId"] for each in letters)
        yield from letters


def _from_its_stream(letter: Letter) -> str:
    return replay.bring_back(letter["Body"])


def _to(sqs: Any, queue: str) -> Callable[[Letter], str]:
    """Sent before it is deleted: cut off between the two it comes twice, which every job is written for."""

    def come_back(letter: Letter) -> str:
        sqs.send_message(
            QueueUrl=queue, MessageBody=letter["Body"], MessageAttributes=letter.get("MessageAttributes", {})
        )
        return ""

    return come_back


def main() -> int:
    parser = argparse.ArgumentParser(prog="make redrive", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--queue", required=True, help=", ".join(QUEUES))
    wanted = parser.parse_args()

    def deed() -> int:
        on_stage.enter(wanted.stage)
        return 1 if redrive(wanted.queue, lambda line: print(line, flush=True)) else 0

    return on_stage.perform(deed)


if __name__ == "__main__":
    sys.exit(main())
