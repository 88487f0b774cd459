"""The postman."""

from chalice import Blueprint

from chalicelib.core import aws, settings
from chalicelib.mail.letters import LETTERS
from chalicelib.outbox import tasks
from chalicelib.outbox.tasks import Task

jobs = Blueprint(__name__)


@jobs.on_sqs_message(queue=settings.queue("mail"), name="mail_send", batch_size=5)
@tasks.each_task
def send(task: Task) -> None:
    """Hand one letter to SES. A crash between SES and our note of it sends the letter twice, never not at all."""
    letter = LETTERS[task.kind]["zh" if task.data["language"].startswith("zh") else "en"]
    facts = task.data["facts"]
    aws.client("sesv2").send_email(
        FromEmailAddress=settings.value("MAIL_SENDER"),
        Destination={"ToAddresses": [task.data["to"]]},
        Content={
            "Simple": {
                "Subject": {"Data": letter.subject.format(**facts), "Charset": "UTF-8"},
                "Body": {"Text": {"Data": letter.body.format(**facts), "Charset": "UTF-8"}},
            }
        },
    )
