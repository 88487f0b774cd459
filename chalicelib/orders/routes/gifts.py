"""Gifts over HTTP: for who gives them, and who gets them."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
from chalicelib.core.limits import Limit
from chalicelib.core.web import Answer, created, no_content, ok, route
from chalicelib.orders import (
    checkout,
    gifting,
)
from chalicelib.orders.gifting import GiftClaimed, GiftClosed, NoGift
from chalicelib.orders.passing import OwnPass
from chalicelib.orders.shapes import (
    GiftClaim,
    GiftLink,
    GiftMessage,
    GiftOffer,
    GiftView,
)
from chalicelib.orders.terms import (
    AlreadyOwned,
    OwnWork,
)

routes = Blueprint(__name__)


@route(
    routes,
    "POST",
    "/v1/orders/{order_id}/gift-links",
    who=Who.READER,
    answers={201: GiftLink},
    refuses=(NotFound, NoGift, GiftClaimed),
    limit=Limit(60, 900),
)
def offer_gift(actor: Actor, order_id: str) -> Answer:
    """The link by which one person can claim a gift that I paid. A new one voids the one before."""
    return created(gifting.issue(actor, order_id), checkout.location(order_id))


@route(
    routes,
    "PUT",
    "/v1/orders/{order_id}/gift-message",
    who=Who.READER,
    body=GiftMessage,
    answers={204: None},
    refuses=(NotFound, NoGift, GiftClaimed),
    limit=Limit(60, 900),
)
def say_with_gift(actor: Actor, order_id: str, body: GiftMessage) -> Answer:
    """What whoever has the link reads with the gift that I paid. It can be changed until they claim it."""
    gifting.say(actor, order_id, body)
    return no_content()


@route(
    routes,
    "GET",
    "/v1/gifts/{token}",
    who=Who.ANYONE,
    answers={200: GiftOffer},
    refuses=(NotFound, GiftClaimed, GiftClosed),
    limit=Limit(300, 900),
)
def look_at_gift(token: str) -> Answer:
    """What is given by this link, and what its giver says, before it is claimed."""
    return ok(gifting.look(token))


@route(
    routes,
    "POST",
    "/v1/gift-claims",
    who=Who.READER,
    body=GiftClaim,
    answers={201: GiftView},
    refuses=(NotFound, GiftClaimed, GiftClosed, AlreadyOwned, OwnWork, OwnPass),
    limit=Limit(60, 900),
)
def claim_gift(actor: Actor, body: GiftClaim) -> Answer:
    """Claim a gift by its link: what is in it is mine from then on. Claiming it again changes nothing."""
    return created(gifting.claim(actor, body), "/v1/me/library")
