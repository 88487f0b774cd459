"""Gifts: orders that nobody has until somebody claims them by their link.

The link's secret is made for who asks for it, and only what it hashes to is kept: a new one voids the one before. The
claim changes the order's header under its version, as refunds and disputes do, so of two of them one looks again.
"""

import hashlib
import hmac
import re

from chalicelib.accounts import mailing
from chalicelib.audit import trail
from chalicelib.catalog import cards, works
from chalicelib.catalog.works import Work
from chalicelib.core import clock, ids, settings
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import Transaction, decided
from chalicelib.library import access
from chalicelib.orders import collection, contested, history, passing, refunding, terms
from chalicelib.orders.collection import Moved, Order
from chalicelib.orders.fulfilment import GoodsMoved
from chalicelib.orders.models import LineRow
from chalicelib.orders.passing import OwnPass
from chalicelib.orders.shapes import (
    GIFT_LINK_ENDS,
    GiftClaim,
    GiftedWork,
    GiftLink,
    GiftMessage,
    GiftOffer,
    GiftView,
)
from chalicelib.orders.terms import AlreadyOwned, OwnWork


class NoGift(Conflict):
    """The order is no gift, or is not paid."""

    en = "Only an order that was placed as a gift, and is paid, has a link."
    zh = "只有作为礼物下单且已支付的订单才有领取链接。"


class GiftClaimed(Conflict):
    """Somebody has claimed it."""

    en = "This gift was claimed already."
    zh = "该礼物已被领取。"


class GiftClosed(Conflict):
    """Its money went back or may, a bank asks for it, or a work in it was taken down."""

    en = "This gift cannot be claimed now: ask whoever gave it to you."
    zh = "该礼物目前无法领取：请联系赠送者。"


def issue(buyer: Actor, order_id: str) -> GiftLink:
    """A new link, and the only one that is good. Raises NotFound, NoGift, GiftClaimed."""
    secret = ids.secret()
    _keep(buyer, order_id, "gift.offered", gift_hash=_digest(secret))
    return GiftLink(f"{order_id}.{secret}", f"{settings.value('PUBLIC_URL')}/gifts/{order_id}.{secret}")


def say(buyer: Actor, order_id: str, wanted: GiftMessage) -> None:
    """To whoever will claim it; in the place of what was said before. Raises NotFound, NoGift, GiftClaimed."""
    _keep(buyer, order_id, "gift.message_set", gift_message=wanted.text)


def _keep(buyer: Actor, order_id: str, deed: str, **facts: str) -> None:
    def decide(tx: Transaction) -> None:
        order = history.one_of_mine(buyer, order_id)
        if not order.header.gift or not order.header.paid_at:
            raise NoGift
        if order.header.claimed_by:
            raise GiftClaimed
        collection.change(tx, order.header, **facts)
        trail.write(tx, buyer, deed, order_id)

    decided(decide, Moved)


def look(token: str) -> GiftOffer:
    """What is given, and nothing of who gives it but what they say. Raises NotFound, GiftClaimed, GiftClosed."""
    if not re.match(GIFT_LINK_ENDS, token):
        raise NotFound
    order = _find(*token.split("."))
    _must_be_open(order)
    return GiftOffer(order.header.gift_message, _shown(order))


def claim(reader: Actor, wanted: GiftClaim) -> GiftView:
    """All that is left of the gift is the reader's. Who claims again what is theirs is shown it.

    Raises NotFound, GiftClaimed, GiftClosed, AlreadyOwned, OwnWork, OwnPass.
    """

    def decide(tx: Transaction) -> GiftView:
        order = _find(*wanted.token.split("."))
        if order.header.claimed_by != reader.party_id:
            _must_be_open(order)
            left = _left(order)
            goods = _goods(reader, order, [line for line in left if line in order.works])
            if order.passed and order.passed.author_id == reader.party_id:
                raise OwnPass(field="token")
            _hand_over(tx, reader, order, goods)
        return _view(order)

    return decided(decide, Moved, GoodsMoved)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _find(order_id: str, secret: str) -> Order:
    """Raises NotFound, also where a newer link was made."""
    order = collection.read(order_id)
    if not hmac.compare_digest(order.header.gift_hash or "", _digest(secret)):
        raise NotFound
    return order


def _must_be_open(order: Order) -> None:
    """Nobody has it, something is left of it, nothing of it is asked back, and no bank has it or asks for it."""
    if order.header.claimed_by:
        raise GiftClaimed
    gone = all(refunding.is_returned(line) for line in order.lines)
    if contested.is_asked_back(order) or gone or contested.is_frozen(order) or contested.is_suspended(order):
        raise GiftClosed


def _goods(reader: Actor, order: Order, lines: list[LineRow]) -> list[Work]:
    """The works as they are now. What is off the shelves was paid for, and stays good. Raises Moved, where the reader
    claimed it this moment."""
    found = []
    for line, (work, holding) in zip(
        lines, terms.offers(reader.party_id, [each.work_id for each in lines]), strict=True
    ):
        if work is None or work.taken_down:
            raise GiftClosed
        if reader.party_id in {work.owner_id, *work.shares}:
            raise OwnWork(field="token", work_id=line.work_id)
        if holding and access.order(order.order_id) in holding.sources:
            raise Moved
        if holding and holding.sources:
            raise AlreadyOwned(field="token", work_id=line.work_id)
        found.append(work)
    return found


def _hand_over(tx: Transaction, reader: Actor, order: Order, goods: list[Work]) -> None:
    collection.change(tx, order.header, claimed_by=reader.party_id, claimed_at=clock.now())
    for work in goods:
        works.require_standing(tx, work.work_id, work.version, GoodsMoved())
        source = access.order(order.order_id)
        access.grant(tx, reader.party_id, cards.of(work), work.files, source, GoodsMoved())
    if order.passed and refunding.is_returned(order.passed):
        passing.pass_by(tx, order.passed)
    else:
        passing.begin(tx, order)
    _tell_giver(tx, reader, order)
    trail.write(tx, reader, "gift.claimed", order.order_id)


def _tell_giver(tx: Transaction, reader: Actor, order: Order) -> None:
    """Not by whom; nor one who claims what they gave."""
    if order.header.buyer_id == reader.party_id:
        return
    works = "\n".join(f"- {work.title}" for work in _shown(order))
    mailing.send(tx, "gift_claimed", order.header.buyer_id, order_id=order.order_id, works=works)


def _view(order: Order) -> GiftView:
    return GiftView(clock.rfc3339(order.header.claimed_at), _shown(order))


def _shown(order: Order) -> list[GiftedWork]:
    return [GiftedWork(line.work_id, line.card["title"], line.card["kind"]) for line in _left(order)]


def _left(order: Order) -> list[LineRow]:
    return [line for line in order.lines if not refunding.is_returned(line)]
