from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import settings
from chalicelib.core.attributes import Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row


class StoredJournal(Row):
    """A journal with its entries. Only ever inserted."""

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
    """What an account's entries sum to in one currency; only ever added to."""

    class Meta(Place):
        table_name = settings.table("ledger")

    account = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    amount = MinorUnits()


def journal_key(journal_id: str) -> str:
    return f"journal#{journal_id}"


def balance_row(currency: str) -> str:
    return f"balance#{currency}"
