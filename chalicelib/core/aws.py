"""Clients of AWS, one of each a process, with short timeouts: the gateway gives up after 29 s."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from chalicelib.core import settings

CONNECT_SECONDS = 1
READ_SECONDS = 3
_PASSING = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionCanceledException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
SLOW_SECONDS = 20
"""For S3, which copies a large object and joins its parts before it answers."""

OPTIONAL = frozenset({"lambda", "personalize-runtime"})
"""Asked once: a page that can do without the answer waits for it."""


@cache
def session() -> Session:
    """The one session: what all clients share."""
    return Session()


@cache
def client(service: str) -> Any:
    """The botocore client of a service. AWS_ENDPOINT_URL, where set, says where it talks to."""
    patience = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=_read_seconds(service),
        retries={"mode": "standard", "total_max_attempts": 1 if service in OPTIONAL else 3},
        s3={"addressing_style": "path"} if settings.value("AWS_ENDPOINT_URL") else None,
        signature_version="s3v4" if service == "s3" else None,
    )
    return session().create_client(service, region_name=settings.region(), config=patience)


def _read_seconds(service: str) -> int:
    if service == "personalize-runtime":
        return 1
    return SLOW_SECONDS if service == "s3" else READ_SECONDS


def error_code(error: ClientError) -> str:
    """What the service calls it, such as ``NoSuchKey``."""
    return str(error.response.get("Error", {}).get("Code"))


def is_passing(error: BaseException | None) -> bool:
    """Whether the error, or what caused it, is a service that does not answer now: asking again may help."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error.response.get("Error", {}).get("Code") in _PASSING
    if isinstance(error, BotoCoreError):
        return True
    return error is not None and is_passing(getattr(error, "cause", None) or error.__cause__)
