"""Functions act in their own names on this machine too, though they share a process.

At AWS each Lambda signs with the keys of its own role, and keeps what it has read in its own memory. Here the access
key's id is the Lambda's name while a function runs, in every request that it signs and every address that it presigns,
and each has its own memory of secrets. Whoever acts as nobody signs with the environment's key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from botocore.credentials import Credentials, ReadOnlyCredentials

from chalicelib.core import secrets, settings
from infra.policies.resources import lambda_name

_acting: ContextVar[str | None] = ContextVar("acting_function", default=None)
_frozen = Credentials.get_frozen_credentials


@contextmanager
def acting_as(function: str | None) -> Iterator[None]:
    """What this thread asks of AWS within, this function asks; or nobody, who may do everything."""
    token = _acting.set(function)
    try:
        yield
    finally:
        _acting.reset(token)


def _sign_as_function(credentials: Credentials) -> ReadOnlyCredentials:
    known = _frozen(credentials)
    function = _acting.get()
    return known if function is None else known._replace(access_key=lambda_name(function, settings.stage()))


class _Memories(dict[str, Any]):
    """Looks like the memory of one container, and is that of whichever function acts."""

    def __init__(self) -> None:
        super().__init__()
        self._of: dict[str | None, dict[str, Any]] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._mine()

    def __getitem__(self, name: str) -> Any:
        return self._mine()[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._mine()[name] = value

    def clear(self) -> None:
        """Every function's."""
        self._of.clear()

    def _mine(self) -> dict[str, Any]:
        return self._of.setdefault(_acting.get(), {})


def _begin() -> None:
    install: Any = Credentials
    install.get_frozen_credentials = _sign_as_function
    secrets.kept = _Memories()


_begin()
