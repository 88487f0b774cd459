"""An author's account at the provider: opened once, followed as the provider tells, and what it may move now."""

from typing import Any

from chalicelib.accounts import authors
from chalicelib.audit import trail
from chalicelib.core import actors, clock, settings
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict, NotFound, Unprocessable
from chalicelib.core.tables import keep_facts
from chalicelib.core.transactions import Transaction, all_or_nothing, decided
from chalicelib.ledger import journals
from chalicelib.payments import transfers
from chalicelib.payments.objects import Account
from chalicelib.payments.wire import ProviderDeclined
from chalicelib.settlement.models import MoveRow, NamesakeRow, PayeeRow, move_row
from chalicelib.settlement.shapes import NewPayee, PayeeView

ACTOR = actors.system("settlement")


class PayeeMoved(Conflict):
    """Somebody else decided on what this payee is paid: look again."""


class CountryNotPaid(Unprocessable):
    """The provider pays nobody there."""

    en = "The payment service cannot pay accounts in {country}."
    zh = "支付服务无法向 {country} 的账户付款。"


def find(account_id: str) -> PayeeRow | None:
    """As of this moment."""
    try:
        return PayeeRow.get(account_id, "payee", consistent_read=True)
    except PayeeRow.DoesNotExist:
        return None


def author_of(provider_id: str) -> str | None:
    """Whose account of the provider it is."""
    try:
        return str(NamesakeRow.get(provider_id, "namesake", consistent_read=True).author_id)
    except NamesakeRow.DoesNotExist:
        return None


def open_account(actor: Actor, wanted: NewPayee) -> str:
    """The author's account, opened where there is none and looked at where there is: the page on which the provider
    asks what it must know.

    Raises CountryNotPaid, ProviderUnavailable.
    """
    payee = find(actor.account_id)
    try:
        provider_id = _look(payee).id if payee else _opened(actor, wanted.country)
        return transfers.onboarding_page(provider_id, f"{settings.value('PUBLIC_URL')}/payouts")
    except ProviderDeclined as error:
        raise CountryNotPaid(field="country", country=wanted.country) from error


def look(payee: PayeeRow) -> PayeeRow:
    """As the provider shows it today, for nobody may have told us that it can be paid by now. Raises
    ProviderUnavailable, ProviderDeclined."""
    if payee.seen_at is None or payee.seen_at.date() < clock.now().date():
        _look(payee)
    return find(payee.account_id) or payee


def _look(payee: PayeeRow) -> Account:
    account = transfers.read_account(payee.provider_id)
    follow(account)
    return account


def _opened(actor: Actor, country: str) -> str:
    """Of two that were opened at once, in two countries, the one that is kept."""
    account = transfers.open_account(actor.account_id, country)
    _enter(actor, account)
    kept = find(actor.account_id)
    return str(kept.provider_id) if kept else account.id


def _enter(actor: Actor, account: Account) -> None:
    """Told twice it is one account: both asked the provider with the same key."""
    row = PayeeRow(actor.account_id, provider_id=account.id, country=account.country, opened_at=clock.now())
    for name, value in _facts(account).items():
        setattr(row, name, value)
    try:
        with all_or_nothing() as tx:
            tx.insert(row)
            tx.insert(NamesakeRow(account.id, author_id=actor.account_id))
            trail.write(tx, actor, "payee.opened", actor.account_id, provider=account.id)
    except Conflict:
        pass


def follow(account: Account) -> None:
    """What the provider says now; who becomes payable is looked at for what waited."""

    def decide(tx: Transaction) -> str | None:
        author_id = author_of(account.id)
        payee = find(author_id) if author_id else None
        if payee is None or author_id is None:
            return None
        became = account.payable and not payee.payable
        change(tx, payee, **_facts(account))
        trail.write(tx, ACTOR, "payee.seen", author_id, payable=account.payable)
        return author_id if became else None

    if became := decided(decide, PayeeMoved):
        journals.look_again(became, clock.now())


def _facts(account: Account) -> dict[str, Any]:
    return {
        "payable": account.payable,
        "needs": list(account.needs),
        "disabled_because": account.disabled_because,
        "seen_at": clock.now(),
    }


def change(tx: Transaction, row: PayeeRow | MoveRow, **facts: Any) -> None:
    """Set what is named, None taking it away, where nobody changed the row since it was read. At the commit:
    PayeeMoved."""
    tx.update(row, keep_facts(row, facts), refusal=PayeeMoved())


def move(account_id: str, move_id: str) -> MoveRow | None:
    try:
        return MoveRow.get(account_id, move_row(move_id), consistent_read=True)
    except MoveRow.DoesNotExist:
        return None


def moves_of(account_id: str) -> list[MoveRow]:
    """The newest first, up to a hundred."""
    found = MoveRow.query(
        account_id, MoveRow.row.startswith("move#"), scan_index_forward=False, limit=100, consistent_read=True
    )
    return list(found)


def view(account_id: str) -> PayeeView:
    """How an author is paid, what they have, and since when it waits for their account to stand again."""
    payee, has = find(account_id), journals.balances_of(account_id)
    return PayeeView(
        status="suspended" if authors.is_suspended(account_id) else _status(payee),
        needs=list(payee.needs) if payee else [],
        disabled_because=payee.disabled_because if payee else None,
        withheld_since=withheld_since(payee),
        held=has["held"],
        available=has["available"],
    )


def view_of(account_id: str) -> PayeeView:
    """Of any author. Raises NotFound, where nobody of that id is one."""
    if not authors.names([account_id]):
        raise NotFound
    return view(account_id)


def withheld_since(payee: PayeeRow | None) -> str | None:
    return clock.rfc3339(payee.withheld_at) if payee and payee.withheld_at else None


def _status(payee: PayeeRow | None) -> str:
    if payee is None:
        return "none"
    if payee.payable:
        return "payable"
    return "disabled" if payee.disabled_because and not payee.needs else "incomplete"
