"""Rate limits that hold under parallel calls: a counter a window, raised by one conditional update."""

from typing import NamedTuple

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import clock, settings
from chalicelib.core.attributes import Count
from chalicelib.core.errors import TooMany
from chalicelib.core.tables import Place, Row


class Limit(NamedTuple):
    """At most ``times`` in each window of ``seconds``."""

    times: int
    seconds: int


class Counter(Row):
    """How often a subject did something in one window; gone soon after the window is."""

    class Meta(Place):
        table_name = settings.table("limits")

    key = UnicodeAttribute(hash_key=True)
    used = Count(default=0)
    expires_at = Count()


def spend(deed: str, subject: str, limit: Limit) -> None:
    """Count one more. One call to the store. Raises TooMany, with the seconds until the window ends."""
    now = int(clock.timestamp())
    window = now // limit.seconds
    ends = (window + 1) * limit.seconds
    counter = Counter(f"{deed}#{subject}#{limit.seconds}#{window}")
    few = Counter.used.does_not_exist() | (Counter.used < limit.times)
    if not counter.update_if(few, [Counter.used.add(1), Counter.expires_at.set(ends + 60)]):
        raise TooMany(ends - now)
