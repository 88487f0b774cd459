"""The versions that a rehearsal deploys: the project as it is, then two whose data changes: expand and contract.

The next version shows an account's initial. It reads the new attribute where it is, and falls back where it is not; it
writes it with every change of the name. The backfill fills in the rest. The version after that reads nothing else.
"""

from typing import Any

from infra.rehearsal.project import Edit

_ACCOUNTS = "chalicelib/accounts"
_EITHER = "account.initial or account.name[:1]"

EXPAND = (
    Edit(
        f"{_ACCOUNTS}/models.py",
        "    session_epoch = Count(default=0)\n",
        "    session_epoch = Count(default=0)\n    initial = UnicodeAttribute(null=True)\n",
    ),
    Edit(
        f"{_ACCOUNTS}/shapes.py",
        '"""An account, to its owner and to admins."""\n\n',
        '"""An account, to its owner and to admins."""\n\n    initial: str\n',
    ),
    Edit(
        f"{_ACCOUNTS}/profiles.py",
        "        account_id=account.account_id,\n",
        f"        account_id=account.account_id,\n        initial={_EITHER},\n",
    ),
    Edit(
        f"{_ACCOUNTS}/profiles.py",
        "    if named:\n        actions",
        '    if "name" in named:\n        named["initial"] = named["name"][:1]\n    if named:\n        actions',
    ),
)
CONTRACT = (Edit(f"{_ACCOUNTS}/profiles.py", f"initial={_EITHER},", 'initial=account.initial or "?",'),)


def backfill(dynamodb: Any, stage: str) -> int:
    """Fill in what no version has written; how many. Running it again fills in nothing."""
    table, filled = f"lyceum-{stage}-accounts", 0
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            if item["row"]["S"] == "account" and "initial" not in item:
                _fill(dynamodb, table, item)
                filled += 1
    return filled


def _fill(dynamodb: Any, table: str, item: dict[str, Any]) -> None:
    dynamodb.update_item(
        TableName=table,
        Key={"account_id": item["account_id"], "row": item["row"]},
        UpdateExpression="SET initial = if_not_exists(initial, :initial)",
        ExpressionAttributeValues={":initial": {"S": item["name"]["S"][:1]}},
    )
