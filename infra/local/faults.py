"""Failures on order: the next calls that match fail, before or after AWS has done what they asked."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from infra.local.http_front import HttpAnswer
from infra.local.wire_meter import Call

How = Literal["500", "throttled", "conflict", "dropped"]
"""``conflict``: DynamoDB refuses a transaction, or a single write, because another transaction is at the same item."""
When = Literal["before", "after"]


@dataclass
class Fault:
    service: str
    operation: str
    times: int
    how: How
    when: When
    matching: Callable[[bytes], bool] | None = None
    """Asked with the request's body: only calls it agrees to fail."""

    def concerns(self, call: Call, body: bytes) -> bool:
        if self.times <= 0 or (self.service, self.operation) != (call.service, call.operation):
            return False
        return self.matching is None or self.matching(body)


class Faults:
    """Failures waiting for the calls that they are meant for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Fault] = []

    def fail(
        self,
        service: str,
        operation: str,
        *,
        times: int = 1,
        how: How = "500",
        when: When = "before",
        matching: Callable[[bytes], bool] | None = None,
    ) -> Fault:
        """The next ``times`` such calls fail. ``when="after"``: the deed is done, only the answer is lost.

        SDKs retry by themselves, so ``times`` counts attempts on the wire. The fault returned says in ``times`` how
        many are left.
        """
        fault = Fault(service, operation, times, how, when, matching)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, call: Call, body: bytes) -> Fault | None:
        with self._lock:
            fault = next((fault for fault in self._waiting if fault.concerns(call, body)), None)
            if fault:
                fault.times -= 1
            return fault

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


def failing_answer(fault: Fault) -> HttpAnswer | None:
    """What the caller gets: an error in its protocol's form, or nothing at all."""
    if fault.how == "dropped":
        return None
    if fault.how == "conflict":
        return _conflict(fault.operation)
    status, code = (500, "InternalServerError") if fault.how == "500" else _throttling(fault.service)
    if fault.service in ("s3", "sns", "cloudformation"):
        return _xml_error(fault.service, status, code)
    body = json.dumps({"__type": f"com.amazonaws#{code}", "message": "made to fail"}).encode()
    return HttpAnswer(status, [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", code)], body)


def _conflict(operation: str) -> HttpAnswer:
    together = operation.startswith("Transact")
    code = "TransactionCanceledException" if together else "TransactionConflictException"
    reasons = [{"Code": "TransactionConflict", "Message": "made to clash"}]
    said = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "Message": code, "CancellationReasons": reasons}
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", code)]
    return HttpAnswer(400, headers, json.dumps(said).encode())


def _throttling(service: str) -> tuple[int, str]:
    if service == "dynamodb":
        return 400, "ProvisionedThroughputExceededException"
    return (503, "SlowDown") if service == "s3" else (400, "ThrottlingException")


def _xml_error(service: str, status: int, code: str) -> HttpAnswer:
    error = f"<Error><Code>{code}</Code><Message>made to fail</Message></Error>"
    text = error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>"
    return HttpAnswer(status, [("Content-Type", "text/xml")], text.encode())
