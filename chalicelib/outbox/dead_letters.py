"""Messages that failed until they were put aside. Nobody reads their queues, so the sweep says how many."""

from chalicelib.core import aws, logs, settings

QUEUES = (
    "failures", "ingestion", "interactions-facts", "lake-facts", "library-facts",
    "mail", "order-effects", "personalize-facts", "recommend-facts", "reviews-facts",
)  # fmt: skip


def count() -> int:
    """How many lie there, told as one metric: an alarm on each queue's own would cost by the queue."""
    lying = {queue: _in(f"{queue}-dlq") for queue in QUEUES}
    logs.measure(
        "DeadLetters", sum(lying.values()), queues=" ".join(queue for queue, number in lying.items() if number)
    )
    return sum(lying.values())


def _in(queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    asked = aws.client("sqs").get_queue_attributes(QueueUrl=settings.queue_url(queue), AttributeNames=[name])
    return int(asked["Attributes"][name])
