"""A payee is an item collection: ``payee``, its ``move#…`` and its ``closing#…``."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, VersionAttribute

from chalicelib.core import settings
from chalicelib.core.attributes import Amounts, Json, MinorUnits, Moment
from chalicelib.core.tables import Place, Row
from chalicelib.core.versions import Item

TABLE = settings.table("payees")

TRANSFER, REVERSAL = "transfer", "reversal"


class PayeeRow(Row):
    """An author's account at the provider, as it was at ``seen_at``. ``moving`` names by currency the movement that is
    under way: there is one at a time, and whoever begins or ends one changes this row, and so its version.
    ``withheld_at`` is when a transfer would have begun, had the author not been suspended, until the next begins."""

    class Meta(Place):
        table_name = TABLE

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="payee")
    provider_id = UnicodeAttribute()
    country = UnicodeAttribute()
    payable = BooleanAttribute(default=False)
    needs = Json(default=list)
    disabled_because = UnicodeAttribute(null=True)
    moving = Json(default=dict)
    withheld_at = Moment(null=True)
    opened_at = Moment()
    seen_at = Moment(null=True)
    version = VersionAttribute()


class NamesakeRow(Row):
    """Whose an account of the provider is: ``account_id`` is its id there."""

    class Meta(Place):
        table_name = TABLE

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="namesake")
    author_id = UnicodeAttribute()


class MoveRow(Row):
    """Money on its way to an author, or back (``kind``). Of a transfer ``returned`` is how much came back, by
    ``reversals`` of these amounts; a reversal names the transfer ``of`` which it takes back."""

    class Meta(Place):
        table_name = TABLE

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    amount = MinorUnits()
    currency = UnicodeAttribute()
    of = UnicodeAttribute(null=True)
    begun_at = Moment()
    provider_id = UnicodeAttribute(null=True)
    done_at = Moment(null=True)
    declined_at = Moment(null=True)
    declined_because = UnicodeAttribute(null=True)
    returned = MinorUnits(default=0)
    reversals = Amounts(null=True)
    version = VersionAttribute()

    @classmethod
    def owns(cls, item: Item) -> bool:
        return bool(item["row"]["S"].startswith("move#"))


class ClosingRow(Row):
    """What an author's accounts came to at the end of a month: kept so that no statement reads all that was before."""

    class Meta(Place):
        table_name = TABLE

    account_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    held = Amounts()
    available = Amounts()

    @classmethod
    def owns(cls, item: Item) -> bool:
        return bool(item["row"]["S"].startswith("closing#"))


def move_row(move_id: str) -> str:
    return f"move#{move_id}"


def closing_row(month: str) -> str:
    return f"closing#{month}"
