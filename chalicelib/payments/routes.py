"""Where the payment provider calls us."""

from chalice import Blueprint
from msgspec import Struct

from chalicelib.core.actors import Who
from chalicelib.core.request import Request
from chalicelib.core.validation import BodyMalformed
from chalicelib.core.web import Answer, ok, route
from chalicelib.payments import inbox
from chalicelib.payments.signatures import SignatureInvalid

routes = Blueprint(__name__)


class Received(Struct):
    received: bool = True


@route(
    routes,
    "POST",
    "/v1/webhooks/stripe",
    who=Who.PROVIDER,
    answers={200: Received},
    refuses=(SignatureInvalid, BodyMalformed),
)
def receive_event(request: Request) -> Answer:
    """Tell of an event: for the payment provider alone, proved by its signature over the raw body."""
    inbox.receive(request.body, request.headers.get("stripe-signature", ""))
    return ok(Received())
