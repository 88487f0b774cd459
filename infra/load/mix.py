"""What readers do, and how often: mostly reading, sometimes telling, reviewing and buying."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple

from chalicelib.core import clock, ids
from infra.local.queue_source import shuffled

SHARES = {
    "catalogue": 22,
    "work": 21,
    "popular": 8,
    "reviews": 6,
    "personal": 10,
    "home": 8,
    "library": 7,
    "read": 6,
    "orders": 3,
    "tell": 4,
    "review": 3,
    "order": 2,
}
"""In hundred requests."""


class Ask(NamedTuple):
    """One request. ``status`` is what its answer must have."""

    kind: str
    method: str
    path: str
    body: Any = None
    status: int = 200

    @property
    def headers(self) -> dict[str, str]:
        """Every POST may carry a key of its own; those that spend must."""
        return {"Idempotency-Key": ids.new()} if self.method == "POST" else {}


class Reader:
    """Somebody at the platform: what they own and may still buy decides what they ask for.

    ``told`` holds their token, the works of the catalogue, those that they own (each with a file of it) and the ids
    of those that they can buy. What is random is random by ``seed``.
    """

    def __init__(self, told: dict[str, Any], seed: int = 0) -> None:
        self.token: str = told["token"]
        self._works = cycle(shuffled(told["works"], seed))
        self._owned = cycle(shuffled(told["owned"], seed))
        self._to_buy: list[str] = shuffled(told["to_buy"], seed)
        self._seed = seed

    def asks(self) -> Iterator[Ask]:
        """Without end, each hundred in shares as above and in another order."""
        deck = [kind for kind, share in SHARES.items() for _ in range(share)]
        hundred = 0
        while True:
            for kind in shuffled(deck, self._seed * 1000 + hundred):
                yield self.ask(kind)
            hundred += 1

    def ask(self, kind: str) -> Ask:
        """The next request of a kind. Who has bought everything looks at their orders instead of ordering."""
        match kind:
            case "catalogue":
                return Ask(kind, "GET", "/v1/works?limit=20")
            case "work":
                return Ask(kind, "GET", f"/v1/works/{next(self._works)}")
            case "popular":
                return Ask(kind, "GET", "/v1/recommendations?limit=20")
            case "reviews":
                return Ask(kind, "GET", f"/v1/works/{next(self._works)}/reviews")
            case "personal":
                return Ask(kind, "GET", f"/v1/me/works/{next(self._works)}")
            case "home":
                return Ask(kind, "GET", "/v1/me/home")
            case "library":
                return Ask(kind, "GET", "/v1/me/library")
            case "read":
                work_id, file_id = next(self._owned)
                return Ask(kind, "GET", f"/v1/me/works/{work_id}/files/{file_id}")
            case "tell":
                return Ask(kind, "POST", "/v1/interactions", {"events": [_event(next(self._works))]}, 202)
            case "review":
                return Ask(
                    kind, "PUT", f"/v1/works/{next(self._owned)[0]}/reviews/mine", {"rating": 5, "text": "Clear."}
                )
            case "order" if self._to_buy:
                wanted = {"work_ids": [self._to_buy.pop()], "currency": "usd", "method": "card"}
                return Ask(kind, "POST", "/v1/orders", wanted, 201)
        return Ask("orders", "GET", "/v1/me/orders")


def _event(work_id: str) -> dict[str, Any]:
    return {"kind": "view", "event_id": ids.new(), "occurred_at": clock.rfc3339(clock.now()), "work_id": work_id}
