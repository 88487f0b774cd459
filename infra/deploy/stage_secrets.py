"""A stage's secrets: SSM SecureStrings below /lyceum/<stage>/. What can be made is made; the rest is asked for."""

import json

from botocore.exceptions import ClientError

from chalicelib.core import ids, settings
from infra.deploy.account import Account, error_code
from infra.deploy.errors import Stopped

ASKED_FOR = ("stripe-key", "stripe-webhook-secret")


def _token_keys() -> str:
    return json.dumps({"current": "k1", "keys": {"k1": ids.secret()}})


MADE = {"token-keys": _token_keys, "cursor-key": ids.secret, "pseudonym-key": ids.secret}


LASTING = "pseudonym-key"
"""Part of rows' keys: made once, when a stage is new, and never again."""


def stand(account: Account, *, is_new: bool) -> list[str]:
    """Make what is missing and can be made; never touch what is there. A line for each that was made or is missing.

    Raises Stopped where a stage that was deployed before has lost what its rows are keyed by.
    """
    there = present(account)
    if LASTING not in there and not is_new:
        raise Stopped(
            f"{address(account, LASTING)} is gone, and rows are keyed by it: a new one would part them from their "
            "people. Put the sealed copy back (docs/runbooks/restore.md), then run this again."
        )
    lines = []
    for name in sorted(set(MADE) - there):
        _keep(account, name, MADE[name]())
        lines.append(f"made {address(account, name)}")
    return lines + [how_to_set(account, name) for name in missing(account)]


def missing(account: Account) -> list[str]:
    """The names of those that every stage needs and that are not there."""
    return sorted({*MADE, *ASKED_FOR} - present(account))


def present(account: Account) -> set[str]:
    """Names only: no value is read."""
    where = {"Key": "Path", "Option": "OneLevel", "Values": [f"/lyceum/{account.stage}"]}
    pages = account.pages("ssm", "describe_parameters", ParameterFilters=[where])
    found = [parameter for page in pages for parameter in page["Parameters"]]
    return {each["Name"].rpartition("/")[2] for each in found if each["Type"] == "SecureString"}


def address(account: Account, name: str) -> str:
    return f"/lyceum/{account.stage}/{name}"


def how_to_set(account: Account, name: str) -> str:
    return (
        f"missing {address(account, name)} ({settings.SECRETS[name]}) Set it, without a trace in your shell's history: "
        f"read -rs S; aws ssm put-parameter --type SecureString --region {account.region} "
        f'--name {address(account, name)} --value "$S"'
    )


def _keep(account: Account, name: str, value: str) -> None:
    """Another deployer may have been first: then its value stays."""
    try:
        account.client("ssm").put_parameter(Name=address(account, name), Value=value, Type="SecureString")
    except ClientError as error:
        if error_code(error) != "ParameterAlreadyExists":
            raise
