"""Cutting a process off between two calls to the world outside, as a crash or a timeout of Lambda does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.client
import stripe

from infra.prove.wire import Cut

__all__ = ["Cut", "cut"]

_api_call = botocore.client.BaseClient._make_api_call
_request = stripe.RequestsClient.request_with_retries


class Wire:
    """Counts this process's calls to AWS and Stripe, and cuts it off at one of them."""

    def __init__(self, at: int | None, done: bool) -> None:
        self.at, self.done, self.calls = at, done, []

    def pass_through(self, name: str, call: Any) -> Any:
        self.calls.append(name)
        if self.at != len(self.calls):
            return call()
        if self.done:
            call()
        raise Cut(name)


@contextmanager
def cut(at: int | None = None, *, done: bool = False) -> Iterator[Wire]:
    """Cut off at the call of that number, from 1; ``done``: after it was carried out, before its answer is read."""
    wire = Wire(at, done)

    def to_aws(client: Any, operation: str, kwargs: Any) -> Any:
        if operation == "GetParameter":  # a warm process has read its secrets
            return _api_call(client, operation, kwargs)
        return wire.pass_through(operation, lambda: _api_call(client, operation, kwargs))

    def to_stripe(client: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return wire.pass_through(f"{method} {url}", lambda: _request(client, method, url, *args, **kwargs))

    botocore.client.BaseClient._make_api_call = to_aws  # type: ignore[method-assign]
    stripe.RequestsClient.request_with_retries = to_stripe  # type: ignore[method-assign]
    try:
        yield wire
    finally:
        botocore.client.BaseClient._make_api_call = _api_call  # type: ignore[method-assign]
        stripe.RequestsClient.request_with_retries = _request  # type: ignore[method-assign]
