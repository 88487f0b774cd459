"""What we keep of Stripe's objects: small, frozen, and ours."""

from msgspec import Struct

from chalicelib.ledger.entries import Settled

SUCCEEDED, PROCESSING = "succeeded", "processing"
OPEN, COMPLETE, EXPIRED = "open", "complete", "expired"


class Payment(Struct, frozen=True, kw_only=True):
    """A PaymentIntent. ``amount`` is what was received; ``settled`` is None until the balance transaction exists.

    Of one that no order of ours asked for, an invoice may have: it is ``invoiced``, and its order has an id by it.
    """

    id: str
    order_id: str
    status: str
    amount: int
    currency: str
    livemode: bool
    charge_id: str | None = None
    method: str | None = None
    settled: Settled | None = None
    invoiced: bool = False

    @property
    def paid(self) -> bool:
        return self.status == SUCCEEDED


class Session(Struct, frozen=True, kw_only=True):
    """A Checkout Session. ``url`` is where to pay while it is open, ``offered`` are the methods really shown there.

    ``expires_at`` is in seconds since 1970. One that ``subscribes`` is no order's: ``order_id`` is the subscription's,
    of that account, and ``begun`` is the provider's once it was paid.
    """

    id: str
    order_id: str
    status: str
    amount: int
    currency: str
    expires_at: int
    url: str | None = None
    offered: tuple[str, ...] = ()
    payment: Payment | None = None
    subscribes: bool = False
    account_id: str = ""
    begun: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    """``status`` is pending, requires_action, succeeded, failed or canceled. ``task`` names our task that asked for it,
    and is empty where somebody else did."""

    id: str
    task: str
    order_id: str
    payment_id: str
    amount: int
    currency: str
    status: str
    settled: Settled | None = None
    returned: Settled | None = None


class Dispute(Struct, frozen=True, kw_only=True):
    """A buyer's bank wants the money back. ``moves`` are the movements of our balance for it, oldest first: taken is
    negative, given back positive. ``due_by`` is when evidence must be there, in seconds since 1970."""

    id: str
    payment_id: str
    amount: int
    currency: str
    status: str
    reason: str
    due_by: int | None = None
    moves: tuple[Settled, ...] = ()


class Invoice(Struct, frozen=True, kw_only=True):
    """What a subscription is billed for one period of so many ``days``; ``url`` is where a person can pay it.

    ``payments`` are the PaymentIntents that paid it, or are to. ``billed_by`` is the provider's id of the subscription.
    ``taxes`` are in what it comes to: each an amount, and the provider's id of its rate.
    """

    id: str
    account_id: str
    subscription_id: str
    billed_by: str
    status: str
    days: int
    tried: int = 0
    url: str | None = None
    payments: tuple[str, ...] = ()
    taxes: tuple[tuple[int, str], ...] = ()


class Subscription(Struct, frozen=True, kw_only=True):
    """A Subscription as it is now. ``stops``: at the end of its period, ``period_ends`` in seconds since 1970.
    ``latest`` is its last invoice."""

    id: str
    account_id: str
    subscription_id: str
    status: str
    stops: bool
    period_ends: int
    latest: Invoice | None = None

    @property
    def over(self) -> bool:
        return self.status in ("canceled", "incomplete_expired")

    @property
    def late(self) -> bool:
        return self.status in ("past_due", "unpaid")


class Recurring(Struct, frozen=True, kw_only=True):
    """What a subscriber is asked to pay, again and again. The same ``attempt`` asks for the same page."""

    subscription_id: str
    account_id: str
    attempt: int
    currency: str
    item: "Item"
    days: int
    expires_at: int
    return_url: str
    note: str = ""
    tax_code: str | None = None
    """What it is to Stripe Tax, where that is to say what of the amount is tax."""


class Item(Struct, frozen=True):
    """A line of the checkout page."""

    name: str
    amount: int


class Checkout(Struct, frozen=True, kw_only=True):
    """What a buyer is asked to pay. The same ``attempt`` asks for the same session."""

    order_id: str
    attempt: int
    currency: str
    items: tuple[Item, ...]
    methods: tuple[str, ...]
    expires_at: int
    return_url: str
    note: str = ""
    """What the buyer must have read before paying."""


class Place(Struct, frozen=True):
    """Where a buyer lives, as precisely as is told: an ISO 3166-1 country, and a state of it by ISO 3166-2."""

    country: str
    postal_code: str | None = None
    state: str | None = None


class Taxable(Struct, frozen=True):
    """A line to be taxed: an ``amount`` that the tax is in, and the ``code`` of what is sold."""

    reference: str
    amount: int
    code: str


class Tax(Struct, frozen=True):
    """How much of an amount is tax. ``rate`` is percent as a decimal text; ``jurisdiction`` DE, or US-CA."""

    amount: int
    rate: str
    jurisdiction: str | None


class Taxes(Struct, frozen=True):
    """A tax calculation: each line's tax, by its reference."""

    id: str
    of: dict[str, Tax]


class Declared(Struct, frozen=True):
    """A tax transaction, and its lines' ids by their references. Without an ``id`` it is there, and nobody knows it any
    more."""

    id: str | None
    lines: dict[str, str] = {}


class Account(Struct, frozen=True, kw_only=True):
    """A connected account. ``payable``: transfers reach it; ``needs`` names what Stripe wants to be told first."""

    id: str
    author_id: str
    country: str
    payable: bool
    needs: tuple[str, ...] = ()
    disabled_because: str | None = None


class Back(Struct, frozen=True):
    """A transfer's reversal, of part or all of it. ``move_id`` is empty where it was made at Stripe itself."""

    id: str
    move_id: str
    amount: int
    settled: Settled | None = None


class Transfer(Struct, frozen=True, kw_only=True):
    """Money sent to a connected account, and what came ``backs`` of it, the newest first. ``move_id`` is empty where it
    was made at Stripe itself."""

    id: str
    move_id: str
    destination: str
    amount: int
    currency: str
    settled: Settled | None = None
    backs: tuple[Back, ...] = ()


class TopUp(Struct, frozen=True, kw_only=True):
    """Our bank's money, added to our balance; ``returned`` where the bank took it back."""

    id: str
    amount: int
    currency: str
    settled: Settled | None = None
    returned: Settled | None = None


class Payout(Struct, frozen=True, kw_only=True):
    """Our balance, paid out to our bank; ``returned`` where the bank did not take it, even after it was paid."""

    id: str
    amount: int
    currency: str
    status: str
    settled: Settled | None = None
    returned: Settled | None = None
