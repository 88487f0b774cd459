"""Three questions to the live stage: is it well, does it say what it can, does it refuse in the platform's words."""

import json
import time
from email.message import Message
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from chalicelib.core import problems
from infra.deploy.errors import Stopped

PATIENCE_SECONDS = 60
"""A new deployment of an API's stage takes some seconds to reach everywhere."""


def smoke(url: str) -> list[str]:
    """What was seen, a line each. Raises Stopped where the stage does not answer as it should."""
    base = url.rstrip("/")
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return [_health(base), _openapi(base), _problem(base)]
        except (Stopped, URLError, OSError, ValueError) as error:
            if time.monotonic() > until:
                raise Stopped(
                    f"{base} does not answer as it should: {error}. It is deployed: look at its logs, or roll back"
                ) from error
            time.sleep(2)


def _health(base: str) -> str:
    status, _, _ = _get(f"{base}/v1/health")
    return _expect(status == 200, f"GET /v1/health is {status}")


def _openapi(base: str) -> str:
    status, _, body = _get(f"{base}/openapi.json")
    paths = json.loads(body).get("paths", {}) if status == 200 else {}
    return _expect("/v1/works" in paths, f"GET /openapi.json is {status}, with {len(paths)} paths")


def _problem(base: str) -> str:
    status, headers, body = _get(f"{base}/v1/no/such/thing")
    is_problem = status == 404 and headers.get("Content-Type", "").startswith(problems.CONTENT_TYPE)
    _expect(
        is_problem and headers.get("X-Content-Type-Options") == "nosniff", f"an unknown path is {status}: {body[:200]}"
    )
    return _expect("code" in json.loads(body), f"an unknown path is {status}, as a problem")


def _expect(holds: bool, seen: str) -> str:
    if not holds:
        raise Stopped(seen)
    return seen


def _get(url: str) -> tuple[int, Message, Any]:
    try:
        with urlopen(Request(url, headers={"Accept-Language": "en"}), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as refused:
        return refused.code, refused.headers, refused.read()
