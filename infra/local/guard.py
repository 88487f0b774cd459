"""Least privilege on this machine: what a function asks of the emulated AWS must be allowed by its own policy.

Who asks is told by the access key's id (see ``acting``). Others, such as tests and provisioning, may do everything.
"""

import json
import re
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from infra.local import emulated_state
from infra.local.http_front import HttpAnswer, HttpRequest
from infra.local.needed_rights import Right, needed, needed_to_see_nothing
from infra.local.provisioning import ACCOUNT, REGION
from infra.local.wire_meter import Call
from infra.policies import document
from infra.policies.comparison import Use
from infra.policies.declaration import declared
from infra.policies.evaluation import Verdict, judge
from infra.policies.resources import API

_CALLER = re.compile(r"lyceum-([a-z][a-z0-9]{1,15})(?:-(\w+))?")


class Caller(NamedTuple):
    """A function of a stage."""

    stage: str
    function: str


class Guard:
    """Lets in or refuses, and remembers which rights were ``used`` and which were missed."""

    def __init__(self) -> None:
        self.used: set[Use] = set()
        self._refused: set[Use] = set()

    def take_refused(self) -> set[Use]:
        """What was refused since this was last asked."""
        refused, self._refused = self._refused, set()
        return refused

    def refusal(self, call: Call, request: HttpRequest) -> HttpAnswer | None:
        """AWS's answer to a caller without the right; None where nothing is in the way."""
        caller = caller_of(request)
        if caller is None:
            return None
        return self._first_refusal(caller, call, needed(call, request))

    def in_place_of(self, answer: HttpAnswer, call: Call, request: HttpRequest) -> HttpAnswer:
        """What the caller may be told of what was found: that there is nothing is told to few."""
        caller = caller_of(request) if answer.status == 404 else None
        right = needed_to_see_nothing(call, request) if caller else None
        if caller is None or right is None:
            return answer
        return self._first_refusal(caller, call, [right]) or answer

    def _first_refusal(self, caller: Caller, call: Call, rights: list[Right]) -> HttpAnswer | None:
        policy, refusals = _policy(caller), []
        for right in rights:
            verdict = _judged(policy, right)
            if verdict.allowed:
                self.used.add(Use(caller.function, right.action, str(verdict.by)))
            else:
                self._refused.add(Use(caller.function, *right))
                refusals.append(_denied(caller, call, right, verdict))
        return refusals[0] if refusals else None


def caller_of(request: HttpRequest) -> Caller | None:
    """The function that signed the request or, before it was handed on, its address."""
    credential = request.headers.get("Authorization", "").partition("Credential=")[2]
    if not credential and "X-Amz-Credential=" in request.target:
        credential = parse_qs(urlsplit(request.target).query)["X-Amz-Credential"][0]
    found = _CALLER.fullmatch(credential.partition("/")[0])
    return Caller(found[1], found[2] or API) if found else None


@lru_cache(10_000)
def _judged(policy: str, right: Right) -> Verdict:
    return judge(json.loads(policy), *right)


def _policy(caller: Caller) -> str:
    """What its deployed role says; on a platform that nobody deployed to, what would be deployed."""
    return emulated_state.role_policy(f"lyceum-{caller.stage}-{caller.function}") or _declared_policy(caller)


@cache
def _declared_policy(caller: Caller) -> str:
    """A function that is not declared has no rights at all."""
    if caller.function not in declared().functions:
        return '{"Statement": []}'
    return json.dumps(document(caller.function, caller.stage, ACCOUNT, REGION))


def _denied(caller: Caller, call: Call, right: Right, verdict: Verdict) -> HttpAnswer:
    why = (
        "with an explicit deny in an identity-based policy"
        if verdict.by
        else f"because no identity-based policy allows the {right.action} action"
    )
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/lyceum-{caller.stage}-{caller.function}"
    text = f"User: {role} is not authorized to perform: {right.action} on resource: {right.arn} {why}"
    if call.service == "s3":
        return _xml(f"<Error><Code>AccessDenied</Code><Message>{text}</Message></Error>")
    if call.service == "sns":
        error = f"<Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>{text}</Message></Error>"
        return _xml(f"<ErrorResponse>{error}</ErrorResponse>")
    code = "AccessDeniedException"
    body = json.dumps({"__type": f"com.amazon.coral.service#{code}", "message": text, "Message": text})
    return HttpAnswer(400, [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", code)], body.encode())


def _xml(text: str) -> HttpAnswer:
    return HttpAnswer(403, [("Content-Type", "text/xml")], text.encode())
