"""Events as a reader's client makes them."""

from datetime import timedelta
from typing import Any

from chalicelib.core import clock, ids


def claim(kind: str, work_id: str | None = None, *, ago: float = 0, **said: Any) -> dict[str, Any]:
    """An event of that many seconds ago."""
    moment = clock.rfc3339(clock.now() - timedelta(seconds=ago))
    about = {"work_id": work_id} if work_id else {}
    return {"kind": kind, "event_id": ids.new(), "occurred_at": moment, **about, **said}
