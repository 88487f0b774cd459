"""What becomes of a scheduled call that fails: EventBridge calls without waiting, so Lambda itself must try again."""

from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.account import Account, error_code
from infra.deploy.declared import Declared
from infra.deploy.mappings import failures_queue
from infra.deploy.patience import once_the_role_may

RETRIES = 2
EVENT_AGE_SECONDS = 3600


def wanted(account: Account) -> dict[str, Any]:
    return {
        "MaximumRetryAttempts": RETRIES,
        "MaximumEventAgeInSeconds": EVENT_AGE_SECONDS,
        "DestinationConfig": {"OnFailure": {"Destination": failures_queue(account)}},
    }


def scheduled(declared: Declared) -> list[str]:
    """The functions at Lambda that schedules call."""
    return [declared.function_names[rule.function] for rule in declared.rules]


def standing(account: Account, function_name: str) -> dict[str, Any]:
    """Empty where nothing is said."""
    try:
        said = account.client("lambda").get_function_event_invoke_config(FunctionName=function_name)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return {}
        raise
    destination = {"OnFailure": said.get("DestinationConfig", {}).get("OnFailure", {})}
    return {name: said.get(name) for name in wanted(account)} | {"DestinationConfig": destination}


def harden(account: Account, declared: Declared) -> int:
    """How many were changed."""
    client = account.client("lambda")
    late = [name for name in scheduled(declared) if standing(account, name) != wanted(account)]
    for name in late:
        once_the_role_may(client.put_function_event_invoke_config, FunctionName=name, **wanted(account))
    return len(late)
