"""A small app with one job of each kind, for the event sources to run. Its handlers note what reached them."""

import logging

from chalice import Blueprint, Chalice, Rate

from chalicelib.core import aws, settings
from infra.local.acting import acting_as

jobs = Blueprint(__name__)
seen: list[dict] = []
poison: dict[str, int] = {}
"""How many more times a body, or a work's id, fails. A negative number fails for ever."""


@jobs.on_sqs_message(queue=settings.queue("mail"), name="sample_mail", batch_size=3)
def read_mail(event):
    """Fails by saying which messages failed."""
    failed = []
    for record in event.to_dict()["Records"]:
        seen.append({"by": "mail", "batch": len(event.to_dict()["Records"]), **record})
        if trouble(record["body"]):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def trouble(key):
    left = poison.get(key, 0)
    if left == 0:
        return False
    poison[key] = left - 1
    try:
        raise ValueError(f"{key} is poison")
    except ValueError:
        logging.getLogger("lyceum").exception("a record failed")
    return True


@jobs.on_sqs_message(queue=settings.queue("order-effects"), name="sample_effects", batch_size=10)
def crash(event):
    """Fails by raising."""
    for record in event.to_dict()["Records"]:
        seen.append({"by": "effects", **record})
        if record["body"] == "crash":
            raise RuntimeError("the effect crashed")


@jobs.on_sqs_message(queue=settings.queue("library-facts"), name="sample_facts", batch_size=10)
def hear(event):
    seen.extend({"by": "facts", **record} for record in event.to_dict()["Records"])


@jobs.on_dynamodb_record(stream_arn=settings.stream("works"), name="sample_works", batch_size=4)
def relay(event):
    """Names the first change that fails, and sends the others on."""
    for record in event.to_dict()["Records"]:
        work = record["dynamodb"]["Keys"]["work_id"]["S"]
        seen.append({"by": "works", "work": work, **record})
        if trouble(work):
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
        with acting_as(None):  # a sample has no rights of its own
            aws.client("sqs").send_message(QueueUrl=settings.queue_url("mail"), MessageBody=work)
    return {"batchItemFailures": []}


@jobs.on_dynamodb_record(stream_arn=settings.stream("reviews"), name="sample_reviews", batch_size=4)
def refuse(event):
    """Fails by raising, whatever else the batch holds."""
    for record in event.to_dict()["Records"]:
        review = record["dynamodb"]["Keys"]["review_id"]["S"]
        seen.append({"by": "reviews", "review": review})
        if review == "crash":
            raise RuntimeError("the review crashed")


@jobs.schedule(Rate(5, unit=Rate.MINUTES), name="sample_sweep")
def sweep(event):
    seen.append({"by": "sweep", **event.to_dict()})


app = Chalice(app_name="sample", configure_logs=False)
app.register_blueprint(jobs)
