"""What Chalice cannot say of an event source mapping: a record that fails is never lost, and never blocks for long.

Without ``ReportBatchItemFailures`` Lambda would read a function's list of failed records as success and delete them.
"""

import time
from typing import Any

from infra.deploy.account import Account
from infra.deploy.declared import Declared, Mapping
from infra.deploy.found import Described, Found, function_of
from infra.deploy.patience import once_the_role_may

RETRIES = 8
RECORD_AGE_SECONDS = 22 * 3600
"""A stream keeps records for a day: what still fails goes to the failures before it would be gone."""

POLL_SECONDS = 2
OFF = ("Disabled", "Disabling")

ONLY_WHERE = {"recommend_forward": ("RECOMMENDER", "personalize")}
"""Functions whose queue is read only where the stage is told so: Lambda asks an idle queue for messages, for money."""


def failures_queue(account: Account) -> str:
    """The ARN of the queue where streams and schedules leave what they could not manage."""
    return f"arn:aws:sqs:{account.region}:{account.id}:{account.prefix}-failures-dlq"


def hardening(account: Account, declared: Mapping) -> dict[str, Any]:
    """What a mapping must have beside what Chalice gave it."""
    wanted: dict[str, Any] = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    if declared.kind == "dynamodb":
        wanted |= {
            "BisectBatchOnFunctionError": True,
            "MaximumRetryAttempts": RETRIES,
            "MaximumRecordAgeInSeconds": RECORD_AGE_SECONDS,
            "DestinationConfig": {"OnFailure": {"Destination": failures_queue(account)}},
        }
    elif declared.concurrency:
        wanted["ScalingConfig"] = {"MaximumConcurrency": declared.concurrency}
    return wanted


def said(mapping: Described, target: dict[str, Any]) -> dict[str, Any]:
    """What a mapping says of these. Of its destinations, Lambda may name an empty one for successes, too."""
    destinations = {"OnFailure": mapping.get("DestinationConfig", {}).get("OnFailure", {})}
    return {name: destinations if name == "DestinationConfig" else mapping.get(name) for name in target}


def declared_of(declared: Declared, found: Found) -> dict[str, Described | None]:
    """Each declared mapping's name to what the account holds of it."""
    names = declared.function_names
    return {
        wanted.name: next(
            (
                each
                for each in found.mappings
                if function_of(each) == names[wanted.function] and wanted.reads(each["EventSourceArn"])
            ),
            None,
        )
        for wanted in declared.mappings
    }


def is_on(declared: Declared, mapping: Mapping) -> bool:
    """Whether this stage needs the source to be read."""
    name, value = ONLY_WHERE.get(mapping.function, ("", ""))
    (function,) = [each for each in declared.functions if each.name == mapping.function]
    return not name or function.environment.get(name) == value


def harden(account: Account, declared: Declared, found: Found) -> int:
    """Change those that are not hardened, or are read and need not be, or the reverse; how many. Waits until each has
    taken the change."""
    standing, client, changed = declared_of(declared, found), account.client("lambda"), 0
    for wanted in declared.mappings:
        mapping, target = standing[wanted.name], hardening(account, wanted)
        needed = is_on(declared, wanted)
        if mapping and (said(mapping, target) != target or (mapping["State"] not in OFF) != needed):
            _settled(account, mapping["UUID"])
            once_the_role_may(client.update_event_source_mapping, UUID=mapping["UUID"], Enabled=needed, **target)
            _settled(account, mapping["UUID"])
            changed += 1
    return changed


def _settled(account: Account, uuid: str) -> None:
    """A mapping that is being made or changed refuses the next change."""
    client = account.client("lambda")
    while client.get_event_source_mapping(UUID=uuid)["State"] in ("Creating", "Enabling", "Disabling", "Updating"):
        time.sleep(POLL_SECONDS)
