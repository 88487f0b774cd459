"""A connection to the API that is kept, as a browser keeps one."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from infra.load.mix import Ask

SECONDS = 30
"""As long as API Gateway would wait, and a little longer."""


class Failed(Exception):
    """No answer, or another than the one that must come."""


class Connection:
    """One at a time; not for several threads."""

    def __init__(self, url: str, token: str) -> None:
        self._http = HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, ask: Ask) -> Any:
        """The answer's body, decoded. Raises Failed."""
        body = None if ask.body is None else json.dumps(ask.body)
        try:
            self._http.request(ask.method, ask.path, body, self._headers | ask.headers)
            answer = self._http.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            self._http.close()
            raise Failed(f"{ask.method} {ask.path}: {type(error).__name__}: {error}") from error
        if answer.status != ask.status:
            raise Failed(
                f"{ask.method} {ask.path} answered {answer.status}: {content[:300].decode('utf-8', 'replace')}"
            )
        return json.loads(content) if content else None
