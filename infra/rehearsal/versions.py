"""The versions that a rehearsal deploys: the project as it is, then two whose data changes: expand and contract.

The next version gives an account an initial. Its model reads rows without one as if they had it, and every change of
the name writes it; a backfill brings the rest (see docs/runbooks/migrating.md). The version after that reads new rows
alone.
"""

from infra.rehearsal.project import Edit

MIGRATION = "accounts.Account.2"
RENAMED = "Old Style"
"""What the reader is called in the end: the version before the expansion named them so, beside the next one."""
_ACCOUNTS = "chalicelib/accounts"
_MODELS = f"{_ACCOUNTS}/models.py"
_DECLARE_UPGRADE = Edit(
    _MODELS,
    "    created_at = Moment()\n\n\nclass EmailGuard",
    """    created_at = Moment()

    @staticmethod
    def upgrade(item: Item) -> None:
        item["initial"] = {"S": item["name"]["S"][:1]}


class EmailGuard""",
)

EXPAND = (
    Edit(
        _MODELS,
        "from chalicelib.core.tables import Place, Row\n",
        "from chalicelib.core.tables import Place, Row\nfrom chalicelib.core.versions import Item\n",
    ),
    Edit(
        _MODELS,
        "    session_epoch = Count(default=0)\n",
        "    session_epoch = Count(default=0)\n    VERSION = 2\n    initial = UnicodeAttribute(null=True)\n",
    ),
    _DECLARE_UPGRADE,
    Edit(
        f"{_ACCOUNTS}/registration.py",
        "        name=claimed.name,\n",
        "        name=claimed.name,\n        initial=claimed.name[:1],\n",
    ),
    Edit(
        f"{_ACCOUNTS}/shapes.py",
        '"""An account, to its owner and to admins."""\n\n',
        '"""An account, to its owner and to admins."""\n\n    initial: str\n',
    ),
    Edit(
        f"{_ACCOUNTS}/profiles.py",
        "        account_id=account.account_id,\n",
        "        account_id=account.account_id,\n        initial=account.initial,\n",
    ),
    Edit(
        f"{_ACCOUNTS}/profiles.py",
        "    if named:\n        actions",
        '    if "name" in named:\n        named["initial"] = named["name"][:1]\n    if named:\n        actions',
    ),
)
CONTRACT = (
    _DECLARE_UPGRADE.undone,
    Edit(_MODELS, "    initial = UnicodeAttribute(null=True)\n", "    initial = UnicodeAttribute()\n"),
)
