"""Events of the provider that never reached us: it keeps them, and says which it could not deliver."""

from datetime import timedelta
from itertools import islice

from chalicelib.core import clock
from chalicelib.payments import inbox
from chalicelib.payments.wire import client, listed

REACHES_BACK = timedelta(days=29)
"""A day less than the provider keeps them."""

AT_ONCE = 100


def replay() -> int:
    """Take what was not delivered into the inbox, as if it had been; how many were new there. Those that were delivered
    late, or wait to be, are known there or come twice, which is nothing new. Raises ProviderUnavailable."""
    since = int((clock.now() - REACHES_BACK).timestamp())
    params = {"delivery_success": False, "created": {"gte": since}, "limit": AT_ONCE}
    told, taken = listed(lambda: client().events.list(params)), 0
    while some := list(islice(told, AT_ONCE)):
        taken += inbox.take_missed(some)
    return taken
