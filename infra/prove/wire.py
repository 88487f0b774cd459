"""Where calls to the world outside leave our code: botocore's one method behind all operations, and the HTTP client of
Stripe's SDK. There the world in memory answers, and there things go wrong.

Each call is a boundary. ``Wire.meet`` is asked what happens at it; what it names is done to this very call, and to the
client's own retries of it. Botocore's serializing, signing and sending are left out, and Stripe's objects where
nobody looks at one: they cost more than all of our code does, and the contract suites hold both worlds to the servers
that are reached through them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

import botocore.client
from botocore.exceptions import ClientError

from infra.local.fake_stripe.answers import Dropped
from infra.local.fake_stripe.fake import FakeStripe
from infra.prove import quick
from infra.prove.store import Refused, Store

Fault = Literal["", "error_before", "error_after", "lost", "crash_before", "crash_after"]
FAULTS: tuple[Fault, ...] = ("error_before", "error_after", "lost", "crash_before", "crash_after")
"""error: for good, with the client's retries; lost: the first answer alone; crash: the process ends. Before or after
the call was carried out; what is lost was."""


_ID = re.compile(r"[a-z]+_(\w*_)?\w{14,}")


class Cut(BaseException):
    """The process is gone. No code of ours catches this."""


class Wire:
    """``meet(boundary)`` says what goes wrong; while it is None, nothing does. ``calls`` counts boundaries passed."""

    def __init__(self, store: Store, secrets: dict[str, str]) -> None:
        self.store, self.secrets = store, secrets
        self.stripe: FakeStripe | None = None
        self.function = ""
        """Who is at work."""
        self.meet: Callable[[str], Fault] | None = None
        self.sent: list[tuple[str, str]] = []
        """Messages on their way: queue and body."""
        self.calls = 0
        self._last: tuple[Any, Fault] | None = None
        """The headers of the SDK's last call, and what went wrong with it."""

    def install(self) -> None:
        """For the rest of this process. Nobody waits any more: pauses before retries take no time."""
        import stripe
        from stripe import _api_requestor, _util

        botocore.client.BaseClient._make_api_call = lambda *call: self._to_aws(*call)
        stripe.RequestsClient.request = self._to_stripe  # type: ignore[method-assign, assignment]
        _api_requestor._convert_to_stripe_object = Answered  # type: ignore[attr-defined, assignment]
        _util.logfmt = lambda told: ""
        stripe.enable_telemetry = False
        time.sleep = lambda seconds: None
        quick.install()

    # AWS

    def _to_aws(self, client: Any, operation: str, told: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        if operation == "GetParameter":  # a warm process has read its secrets
            return self._aws(service, operation, told)
        name = f"{operation} {_about(told)}" if service == "dynamodb" else operation
        fault = self._meet(name)
        if fault == "error_before":
            raise _broken(operation)
        try:
            answer = self._aws(service, operation, told)
            if fault == "lost":
                answer = self._aws(service, operation, told)
        except Refused as refused:
            error = {"Code": refused.kind, "Message": str(refused)}
            raise ClientError({"Error": error, "ResponseMetadata": _status(400), **refused.more}, operation) from None
        if fault == "crash_after":
            raise Cut(name)
        if fault == "error_after":
            raise _broken(operation)
        return answer | {"ResponseMetadata": _status(200)}

    def _aws(self, service: str, operation: str, told: dict[str, Any]) -> Any:
        if service == "dynamodb":
            return self.store.answer(operation, told)
        if operation == "SendMessage":
            queue = told["QueueUrl"].rpartition("/")[2].removeprefix("lyceum-dev-")
            self.sent.append((queue, told["MessageBody"]))
            return {"MessageId": "m"}
        if operation == "GetQueueAttributes":
            return {"Attributes": {"ApproximateNumberOfMessages": "0"}}
        if operation == "GetParameter":
            name = told["Name"].rpartition("/")[2]
            return {"Parameter": {"Name": told["Name"], "Value": self.secrets[name], "Type": "SecureString"}}
        if operation == "PublishBatch":
            return {"Successful": [], "Failed": []}
        raise LookupError(f"nobody answers {service} {operation}")

    # Stripe

    def _to_stripe(self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any) -> Any:
        assert self.stripe is not None
        parts = urlsplit(url)
        asked = f"{parts.path}?{parts.query}" if parts.query else parts.path
        fault = self._met_again(headers) or self._meet(f"{method.upper()} {_shape(parts.path)}", headers)
        if fault == "error_before":
            raise _unanswered("nobody answers")
        try:
            answer = self.stripe.handle(method.upper(), asked, dict(headers), _bytes(post_data))
        except Dropped:
            raise _unanswered("the connection broke") from None
        if fault == "crash_after":
            raise Cut(asked)
        if fault in ("error_after", "lost"):
            raise _unanswered("the answer was lost")
        return answer.body.decode(), answer.status, answer.headers

    def _met_again(self, headers: Any) -> Fault:
        """The SDK tries a call again: what is lost is lost once, an error lasts."""
        if not self._last or self._last[0] is not headers:
            return ""
        return "" if self._last[1] == "lost" else "error_before"

    def _meet(self, name: str, headers: Any = None) -> Fault:
        self.calls += 1
        self._last = None
        fault = self.meet(f"{self.function}: {name}") if self.meet else ""
        if fault == "crash_before":
            raise Cut(name)
        if headers is not None and fault in ("error_before", "error_after", "lost"):
            self._last = headers, fault
        return fault

    def forget(self) -> None:
        self._last = None
        self.sent.clear()


class Answered:
    """What Stripe's SDK makes of an answer, made when it is looked at as more than plain data."""

    def __init__(self, **told: Any) -> None:
        self._told, self._object = told, None
        self._data = getattr(told["resp"], "data", told["resp"])

    def to_dict(self) -> Any:
        return self._data

    def auto_paging_iter(self) -> Iterator[Any]:
        if self._data["has_more"]:
            return iter(self._made().auto_paging_iter())
        return (Answered(**self._told | {"resp": one}) for one in self._data["data"])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made(), name)

    def _made(self) -> Any:
        from stripe._util import _convert_to_stripe_object

        if self._object is None:
            self._object = _convert_to_stripe_object(**self._told)
        return self._object


def _unanswered(what: str) -> Exception:
    import stripe

    error: Exception = stripe.APIConnectionError(what, should_retry=True)  # type: ignore[no-untyped-call]
    return error


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""


def _about(told: dict[str, Any]) -> str:
    """What a transaction does, by the audit; else the tables."""
    if "TransactItems" in told:
        asked = [next(iter(one.values())) for one in told["TransactItems"]]
        if deeds := {one["Item"]["deed"]["S"] for one in asked if "deed" in one.get("Item", ())}:
            return "+".join(sorted(deeds))
        named = {one["TableName"] for one in asked}
    else:
        named = set(told.get("RequestItems", {})) or {told.get("TableName", "")}
    index = f"/{told['IndexName']}" if "IndexName" in told else ""
    return "+".join(sorted(name.rpartition("-")[2] for name in named)) + index


def _shape(path: str) -> str:
    """The path without ids."""
    return "/".join("{id}" if _ID.fullmatch(part) else part for part in path.split("/"))


def _status(number: int) -> dict[str, Any]:
    return {"HTTPStatusCode": number, "RequestId": "history"}


def _broken(operation: str) -> ClientError:
    error = {"Code": "InternalServerError", "Message": "made to fail"}
    return ClientError({"Error": error, "ResponseMetadata": _status(500)}, operation)
