"""CloudFront in front of the API, and how the API knows that a request came through it.

Behind CloudFront, API Gateway and function URLs see CloudFront's address, and anybody can write X-Forwarded-For. So
our distribution writes two headers over whatever a caller sent: a word that only it and we know, and the address that
it saw. The second is believed with the first alone. See docs/edge.md.
"""

import hmac
import socket
from collections.abc import Mapping

from chalicelib.core import settings
from chalicelib.core.errors import Forbidden
from chalicelib.core.secrets import secret

PROOF = "x-edge-proof"
VIEWER = "x-viewer-address"


class WrongDoor(Forbidden):
    """The request did not come through the edge, where alone this stage takes requests."""

    en = "Call this API at its public address."
    zh = "请通过公开地址访问此 API。"


def must_have_let_in(headers: Mapping[str, str]) -> None:
    """Raises WrongDoor. The headers' names are in small letters."""
    if settings.value("EDGE") == "closed" and not _is_proven(headers):
        raise WrongDoor


def caller(headers: Mapping[str, str], connected: str) -> str:
    """Who calls, by address: what the edge saw, or else who ``connected``. Of IPv6 the first half, which is one
    subscriber's; all of the rest is theirs to choose from."""
    address = headers.get(VIEWER, connected) if settings.value("EDGE") and _is_proven(headers) else connected
    return _subscriber(address) if ":" in address else address


def _is_proven(headers: Mapping[str, str]) -> bool:
    """While the word changes, the old one counts too."""
    shown = headers.get(PROOF, "").encode()
    return bool(shown) and any(hmac.compare_digest(shown, word.encode()) for word in secret("edge-proof").split())


def _subscriber(address: str) -> str:
    try:
        half = socket.inet_pton(socket.AF_INET6, address)[:8] + bytes(8)
    except OSError:
        return address
    return f"{socket.inet_ntop(socket.AF_INET6, half)}/64"
