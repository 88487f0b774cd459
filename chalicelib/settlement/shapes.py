"""What authors send and see of how they are paid."""

from typing import Annotated

from msgspec import Meta, Struct


class NewPayee(Struct, forbid_unknown_fields=True):
    """``country`` is ISO 3166-1 alpha-2: where the author lives, or their business is. It cannot be changed later."""

    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}(?![\s\S])")]


class PayeePage(Struct):
    """Where to go on: a page of the payment service, for one visit, within minutes."""

    url: str


class PayeeView(Struct):
    """``status``: none, incomplete (the payment service ``needs`` to know more), payable, disabled or suspended (as the
    account is, which is not paid until it stands again). ``withheld_since``: a payout waited for that, and none was
    begun since. ``held`` and ``available`` are whole minor units by currency; below nothing, later sales make it good
    first."""

    status: str
    needs: list[str]
    disabled_because: str | None
    withheld_since: str | None
    held: dict[str, int]
    available: dict[str, int]


class PayoutsQuery(Struct, forbid_unknown_fields=True):
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class PayoutView(Struct):
    """A transfer to the author, or a reversal of one (``kind``). ``status``: moving, done or declined; ``returned`` is
    how much of a transfer came back."""

    payout_id: str
    kind: str
    status: str
    amount: int
    currency: str
    written_amount: str
    returned: int
    begun_at: str
    done_at: str | None
    declined_because: str | None


class StatementSums(Struct):
    """A month in one currency, in whole minor units, each signed as it moved what the author has: ``opening`` and all
    that follows come to ``closing``, of which ``held`` may not be paid yet. ``exchanged`` is what left one currency for
    another when a sale in it was released; ``corrections`` are movements at the payment service, or what was left of
    an order, that people found to be the author's."""

    currency: str
    opening: int
    sales: int
    refunds: int
    disputes: int
    exchanged: int
    paid: int
    paid_back: int
    corrections: int
    closing: int
    held: int
    available: int


class StatementView(Struct):
    """``closed``: nothing of the month can change any more. ``withheld_since``: payouts wait since then, as the account
    was suspended; the next one begins within a day of its standing again."""

    month: str
    closed: bool
    withheld_since: str | None
    currencies: list[StatementSums]


class StatementLine(Struct):
    """One movement: of a sale, ``order_id`` names it. ``held`` and ``available`` are what it moved there."""

    at: str
    what: str
    order_id: str | None
    about: str
    currency: str
    held: int
    available: int
