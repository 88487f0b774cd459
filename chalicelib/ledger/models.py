from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.core import settings
from chalicelib.core.attributes import Amounts, Count, Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row
from chalicelib.core.versions import Item


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


class StoredEntries(Row):
    """A journal's entries on one author's accounts, beside it: what a statement is made of. ``entry`` is the moment and
    the journal, so that text order is time order."""

    class Meta(Place):
        table_name = settings.table("ledger")

    account = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    order_id = UnicodeAttribute()
    entries = Json()

    @classmethod
    def owns(cls, item: Item) -> bool:
        return bool(item["account"]["S"].startswith("author#"))


class Unsettled(GlobalSecondaryIndex["StoredBalance"]):
    """Sparse: holds the balances that moved since somebody asked what is to be paid of them."""

    class Meta:
        index_name = "unsettled"
        projection = AllProjection()

    unsettled = UnicodeAttribute(hash_key=True)
    due_at = Moment(range_key=True)


class StoredBalance(Row):
    """What an account's entries sum to in one currency; only ever added to. In a table of its own, so that the rights
    to it are none to the journals. What an author can be paid is ``unsettled`` since it moved, until it was looked at.
    """

    class Meta(Place):
        table_name = settings.table("balances")

    account = UnicodeAttribute(hash_key=True)
    currency = UnicodeAttribute(range_key=True)
    amount = MinorUnits()
    unsettled = UnicodeAttribute(null=True)
    due_at = Moment(null=True)

    by_unsettled = Unsettled()


class StoredMovement(Row):
    """A movement of the provider's balance, and the journal that it is in: put in with it, once. ``entry`` is when it
    moved and which it is. Nothing but its explanation replaces one that was unknown, until people ``placed`` it."""

    class Meta(Place):
        table_name = settings.table("movements")

    account = UnicodeAttribute(hash_key=True, default="movements")
    entry = UnicodeAttribute(range_key=True)
    transaction = UnicodeAttribute()
    type = UnicodeAttribute()
    amount = MinorUnits()
    fee = MinorUnits()
    currency = UnicodeAttribute()
    created = Count()
    journal_id = UnicodeAttribute()
    order_id = UnicodeAttribute()
    author_id = UnicodeAttribute(null=True)
    placed = BooleanAttribute(null=True)

    @classmethod
    def owns(cls, item: Item) -> bool:
        return item["account"] == {"S": "movements"}


class StoredCash(Row):
    """What the movements until the end of a day, ``entry``, come to: kept so that nobody adds up all that ever was."""

    class Meta(Place):
        table_name = settings.table("movements")

    account = UnicodeAttribute(hash_key=True, default="cash")
    entry = UnicodeAttribute(range_key=True)
    amounts = Amounts()

    @classmethod
    def owns(cls, item: Item) -> bool:
        return item["account"] == {"S": "cash"}


def journal_key(journal_id: str) -> str:
    return f"journal#{journal_id}"


def author_key(author_id: str) -> str:
    return f"author#{author_id}"
