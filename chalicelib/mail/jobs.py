"""The postman."""

from botocore.exceptions import ClientError
from chalice import Blueprint

from chalicelib.core import aws, settings
from chalicelib.mail.letters import LETTERS
from chalicelib.outbox import tasks
from chalicelib.outbox.tasks import Task

jobs = Blueprint(__name__)


class MailRefused(Exception):
    """SES did not take a letter. It says why with the address in its words, and those end up in logs: only the code is
    kept."""


@jobs.on_sqs_message(queue=settings.queue("mail"), name="mail_send", batch_size=5)
@tasks.each_task
def send(task: Task) -> None:
    """Hand one letter to SES. A crash between SES and our note of it sends the letter twice, never not at all."""
    letter = LETTERS[task.kind]["zh" if task.data["language"].startswith("zh") else "en"]
    facts = task.data["facts"]
    try:
        _hand_over(task.data["to"], letter.subject.format(**facts), letter.body.format(**facts))
    except ClientError as error:
        raise MailRefused(error.response["Error"]["Code"]) from None


def _hand_over(to: str, subject: str, body: str) -> None:
    aws.client("sesv2").send_email(
        FromEmailAddress=settings.value("MAIL_SENDER"),
        Destination={"ToAddresses": [to]},
        Content={
            "Simple": {
                "Subject": {"Data": subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
            }
        },
    )
