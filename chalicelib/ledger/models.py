from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import settings
from chalicelib.core.attributes import Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row


class StoredJournal(Row):
    """A journal with its entries. Only ever inserted: no function has the right to change or delete one."""

    class Meta(Place):
        table_name = settings.table("ledger")

    account = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True, default="journal")
    kind = UnicodeAttribute()
    order_id = UnicodeAttribute()
    entries = Json()
    period = UnicodeAttribute()
    posted_at = Moment()


class StoredBalance(Row):
    """What an account's entries sum to in one currency; only ever added to. In a table of its own, so that the rights
    to it are none to the journals."""

    class Meta(Place):
        table_name = settings.table("balances")

    account = UnicodeAttribute(hash_key=True)
    currency = UnicodeAttribute(range_key=True)
    amount = MinorUnits()


def journal_key(journal_id: str) -> str:
    return f"journal#{journal_id}"
