"""One CloudFormation stack, changed by change sets: what would change can be shown before anything does."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core import clock
from infra.deploy.account import Account, error_code
from infra.deploy.artefacts import Artefacts
from infra.deploy.errors import Stopped
from infra.deploy.progress import Progress

POLL_SECONDS = 3
EMPTY = ("didn't contain changes", "No updates are to be performed")
STUCK = {
    "ROLLBACK_COMPLETE": "its creation failed. Look at its events, delete it and, by hand, the tables and buckets "
    "that this first try made (they are retained), then run this again",
    "ROLLBACK_FAILED": "its creation failed, and so did undoing it. Look at its events and delete it",
    "CREATE_FAILED": "its creation failed. Look at its events and delete it",
    "UPDATE_ROLLBACK_FAILED": "an update could not be undone. Look at its events, then: "
    "aws cloudformation continue-update-rollback --stack-name {name}",
    "DELETE_FAILED": "it could not be deleted. Look at its events and delete it",
}


@dataclass(frozen=True)
class Stack:
    """What a stack is to be. Parameters that its template does not know are refused by CloudFormation."""

    name: str
    template: str
    parameters: dict[str, str] = field(default_factory=dict)
    keeps_data: bool = False
    """It holds what a failed creation may leave behind, so that a person must look before it is tried again."""


class Stacks:
    def __init__(self, account: Account, artefacts: Artefacts) -> None:
        self._cloud, self._account, self._artefacts = account.client("cloudformation"), account, artefacts

    def apply(self, stack: Stack, progress: Progress) -> None:
        """Create or update it, and wait. Raises Stopped with what to do."""
        status = self._settled(stack.name, progress)
        change_set = self._propose(stack, status)
        if change_set is None:
            progress.say(f"{stack.name}: as declared")
            return
        progress.say(f"{stack.name}: {len(change_set['Changes'])} changes")
        self._cloud.execute_change_set(StackName=stack.name, ChangeSetName=change_set["ChangeSetId"])
        ended = self._settled(stack.name, progress)
        if ended not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise Stopped(f"The stack {stack.name} ended as {ended}:\n" + "\n".join(self._failures(stack.name)))
        progress.say(f"{stack.name}: {ended}")

    def changes(self, stack: Stack) -> list[str]:
        """What applying it would do. Nothing stays but an object in the artefact bucket."""
        status = self.status(stack.name)
        change_set = self._propose(stack, status)
        if change_set is None:
            return []
        self._cloud.delete_change_set(StackName=stack.name, ChangeSetName=change_set["ChangeSetId"])
        if status is None:
            self._cloud.delete_stack(StackName=stack.name)
        return [_line(stack.name, change["ResourceChange"]) for change in change_set["Changes"]]

    def delete(self, name: str, progress: Progress) -> None:
        if self.status(name) is not None:
            self._cloud.delete_stack(StackName=name)
            if self._settled(name, progress) not in (None, "DELETE_COMPLETE"):
                raise Stopped(f"The stack {name} could not be deleted:\n" + "\n".join(self._failures(name)))

    def status(self, name: str) -> str | None:
        """None where there is none."""
        try:
            return str(self._cloud.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        except ClientError as error:
            if error_code(error) == "ValidationError" and "does not exist" in str(error):
                return None
            raise

    def _propose(self, stack: Stack, status: str | None) -> Any:
        """A change set with its changes; None where nothing changes. Raises Stopped where the stack is stuck."""
        if status == "ROLLBACK_COMPLETE" and not stack.keeps_data:
            self._cloud.delete_stack(StackName=stack.name)
            self._await_gone(stack.name)
            status = None
        if status in STUCK:
            raise Stopped(f"The stack {stack.name} is {status}: {STUCK[status].format(name=stack.name)}.")
        if status == "REVIEW_IN_PROGRESS":  # a deployer was killed between proposing and executing
            self._cloud.delete_stack(StackName=stack.name)
            self._await_gone(stack.name)
            status = None
        made = self._cloud.create_change_set(
            StackName=stack.name,
            ChangeSetName=f"lyceum-{int(clock.timestamp() * 1000)}",
            ChangeSetType="UPDATE" if status else "CREATE",
            TemplateURL=self._upload(stack.template),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in stack.parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        return self._proposed(stack.name, made["Id"])

    def _proposed(self, name: str, change_set: str) -> Any:
        while True:
            described = self._cloud.describe_change_set(StackName=name, ChangeSetName=change_set)
            if described["Status"] == "CREATE_COMPLETE":
                return described | {"Changes": self._all_changes(name, change_set)}
            if described["Status"] == "FAILED":
                reason = described.get("StatusReason", "")
                self._cloud.delete_change_set(StackName=name, ChangeSetName=change_set)
                if any(text in reason for text in EMPTY):
                    return None
                raise Stopped(f"CloudFormation refuses the change of {name}: {reason}")
            time.sleep(POLL_SECONDS)

    def _all_changes(self, name: str, change_set: str) -> list[Any]:
        pages = self._account.pages("cloudformation", "describe_change_set", StackName=name, ChangeSetName=change_set)
        return [change for page in pages for change in page.get("Changes", [])]

    def _settled(self, name: str, progress: Progress) -> str | None:
        """The status that it comes to rest in."""
        while True:
            status = self.status(name)
            if status is None or status == "REVIEW_IN_PROGRESS" or not status.endswith("_IN_PROGRESS"):
                return status
            progress.say(f"{name}: {status}")
            time.sleep(POLL_SECONDS)

    def _await_gone(self, name: str) -> None:
        while self.status(name) not in (None, "DELETE_COMPLETE"):
            time.sleep(POLL_SECONDS)

    def _failures(self, name: str) -> list[str]:
        events = self._cloud.describe_stack_events(StackName=name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
        return [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed[:10]]

    def _upload(self, template: str) -> str:
        key = f"templates/{hashlib.sha256(template.encode()).hexdigest()[:32]}"
        self._artefacts.keep(key, template.encode())
        return f"https://{self._artefacts.bucket}.s3.{self._account.region}.amazonaws.com/{key}"


def _line(stack: str, change: Any) -> str:
    replaced = " (replaced)" if change.get("Replacement") == "True" else ""
    return f"{stack}: {change['Action'].lower()} {change['LogicalResourceId']} ({change['ResourceType']}){replaced}"
