"""Stripe's errors: ``{"error": {type, code, message, param, …}}`` and their HTTP statuses."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """A refusal. ``saved`` says whether an Idempotency-Key keeps it: Stripe keeps what happened once the endpoint
    began to run, and forgets requests refused before that (bad parameters, rate limits, conflicts)."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.code, self.param = status, message, kind, code, param
        self.saved = saved

    def document(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def bad_parameter(param: str, message: str, code: str | None = None) -> Problem:
    return Problem(400, message, code=code, param=param, saved=False)


def unknown_parameter(param: str) -> Problem:
    return bad_parameter(param, f"Received unknown parameter: {param}", "parameter_unknown")


def missing_parameter(param: str) -> Problem:
    return bad_parameter(param, f"Missing required param: {param}.", "parameter_missing")


def refused(message: str, *, param: str | None = None, code: str | None = None) -> Problem:
    return Problem(400, message, code=code, param=param)


def no_such(kind: str, wanted: str, param: str | None = None) -> Problem:
    """404 where the path names the missing object, 400 where a parameter does."""
    status = 400 if param else 404
    return Problem(status, f"No such {kind}: '{wanted}'", code="resource_missing", param=param or "id")


def no_such_route(method: str, path: str) -> Problem:
    return Problem(404, f"Unrecognized request URL ({method}: {path}).", saved=False)


def unauthorized(message: str) -> Problem:
    return Problem(401, message, saved=False)
