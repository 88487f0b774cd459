"""The API function's log group. Chalice keeps one by its own word for that function, which Lambda never writes to."""

from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.account import Account, error_code
from infra.deploy.declared import Declared


def api_group(account: Account) -> str:
    return f"/aws/lambda/{account.prefix}"


def differences(account: Account, declared: Declared, groups: dict[str, Any]) -> list[str]:
    wanted = {group.group_name: group.retention for group in declared.log_groups}
    wanted[api_group(account)] = declared.retention() or 0
    kept = {name: groups.get(name, {}).get("retentionInDays") for name in wanted}
    return [
        f"log group {name}: keeps {kept[name]} days, not {days}" for name, days in wanted.items() if kept[name] != days
    ]


def harden(account: Account, declared: Declared) -> None:
    client, days = account.client("logs"), declared.retention()
    try:
        client.create_log_group(logGroupName=api_group(account))
    except ClientError as error:
        if error_code(error) != "ResourceAlreadyExistsException":
            raise
    if days:
        client.put_retention_policy(logGroupName=api_group(account), retentionInDays=days)
