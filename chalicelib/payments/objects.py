"""What we keep of Stripe's objects: small, frozen, and ours."""

from msgspec import Struct

from chalicelib.ledger.postings import Settled

SUCCEEDED, PROCESSING = "succeeded", "processing"
OPEN, COMPLETE, EXPIRED = "open", "complete", "expired"


class Payment(Struct, frozen=True, kw_only=True):
    """A PaymentIntent. ``amount`` is what was received; ``settled`` is None until the balance transaction exists."""

    id: str
    order_id: str
    status: str
    amount: int
    currency: str
    livemode: bool
    charge_id: str | None = None
    method: str | None = None
    settled: Settled | None = None

    @property
    def paid(self) -> bool:
        return self.status == SUCCEEDED


class Session(Struct, frozen=True, kw_only=True):
    """A Checkout Session. ``url`` is where to pay while it is open, ``offered`` are the methods really shown there.

    ``expires_at`` is in seconds since 1970.
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
