"""The door: a call by its operation's name, answered as AWS's JSON protocols do."""

import json
from collections.abc import Callable
from threading import RLock
from typing import Any

from infra.local.fake_personalize import constraints, making, ranking, streaming
from infra.local.fake_personalize.refusals import Refused, invalid
from infra.local.fake_personalize.state import State
from infra.local.fake_personalize.things import KINDS, PLURALS
from infra.local.http_front import HttpAnswer

_NAMED: dict[str, Callable[[State, dict[str, Any]], dict[str, Any]]] = {
    "GetPersonalizedRanking": ranking.rerank,
    "GetRecommendations": ranking.recommend,
    "PutEvents": streaming.put_events,
    "PutItems": streaming.put_items,
}
_VERBS = {"Create": making.make, "Describe": making.tell, "Delete": making.delete}


class FakePersonalize:
    """``lines`` reads what was left for it in S3."""

    def __init__(self, lines: Callable[[str], list[str]]) -> None:
        self._lines, self._lock = lines, RLock()
        self.state = State(lines)

    def clear(self) -> None:
        with self._lock:
            self.state = State(self._lines)

    def answer(self, operation: str, body: bytes) -> HttpAnswer:
        with self._lock:
            try:
                said = self._do(operation, json.loads(body or b"{}"))
                return _json(200, json.dumps(said).encode())
            except Refused as refused:
                text = json.dumps({"__type": refused.code, "message": refused.text}).encode()
                return _json(404 if refused.code == "ResourceNotFoundException" else 400, text, refused.code)

    def _do(self, operation: str, said: dict[str, Any]) -> dict[str, Any]:
        constraints.check(operation, said)
        if operation in _NAMED:
            return _NAMED[operation](self.state, said)
        if operation.startswith("List") and operation.removeprefix("List") in PLURALS:
            kind = PLURALS[operation.removeprefix("List")]
            return {f"{KINDS[kind].key}s": making.listed(self.state, kind, said)}
        for verb, deed in _VERBS.items():
            if operation.removeprefix(verb) in KINDS:
                return deed(self.state, operation.removeprefix(verb), said)
        raise invalid(f"{operation} is not known here.")


def _json(status: int, body: bytes, code: str = "") -> HttpAnswer:
    headers = [("Content-Type", "application/x-amz-json-1.1")]
    return HttpAnswer(status, headers + ([("x-amzn-ErrorType", code)] if code else []), body)
