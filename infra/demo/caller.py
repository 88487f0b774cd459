"""One person at the platform's API, over HTTP and nothing else."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import requests

from chalicelib.core import ids
from infra.demo.cast import PASSWORD, Part

PATIENCE_SECONDS = 60
T = TypeVar("T")


class Platform(Protocol):
    """Where the people of the story find the platform: its API, the place where mails are read, and its stage."""

    @property
    def api_url(self) -> str: ...

    @property
    def lobby_url(self) -> str: ...

    @property
    def env(self) -> dict[str, str]: ...


class Unexpected(RuntimeError):
    """The platform answered otherwise than the story needs."""


class Caller:
    """Calls the API; signs in again when its token has run out."""

    def __init__(self, platform: Platform, part: Part | None = None) -> None:
        self.platform, self.part = platform, part
        self.account_id = ""
        self._http = requests.Session()
        self.token = ""
        if part:
            self._http.headers["Accept-Language"] = part.language

    @property
    def name(self) -> str:
        return self._part().name

    @property
    def authorization(self) -> str:
        return f"Bearer {self.token}"

    def get(self, path: str, **parameters: Any) -> Any:
        return self.call("GET", path, params=parameters).json()

    def post(self, path: str, body: Any = None, **how: Any) -> Any:
        return _content(self.call("POST", path, json=body, **how))

    def put(self, path: str, body: Any = None) -> Any:
        return _content(self.call("PUT", path, json=body))

    def call(self, method: str, path: str, **how: Any) -> requests.Response:
        """Raises Unexpected for an answer of 400 or more, unless ``expect`` names its status or it is ``refusable``."""
        expect, refusable = how.pop("expect", None), how.pop("refusable", False)
        answer = self._send(method, path, **how)
        if answer.status_code == 401 and self.token and expect != 401:
            self.sign_in()
            answer = self._send(method, path, **how)
        fits = answer.status_code == expect if expect else answer.status_code < (500 if refusable else 400)
        if not fits:
            raise Unexpected(f"{method} {path} answered {answer.status_code}: {answer.text[:400]}")
        return answer

    def spend(self, path: str, body: Any) -> Any:
        """A POST that spends, with a key of its own."""
        return self.post(path, body, headers={"Idempotency-Key": ids.new()})

    def owned(self) -> list[str]:
        """The works in their library."""
        return [work["work_id"] for work in self.get("/v1/me/library")["items"]]

    def join(self) -> "Caller":
        """Register, return the mailed code, and take up the part."""
        part = self._part()
        begun = self.post(
            "/v1/accounts",
            {
                "email": part.email,
                "password": PASSWORD,
                "name": part.name,
                "language": part.language,
                "time_zone": part.time_zone,
                "interests": part.interests,
            },
        )
        code = until(f"the code for {part.email}", lambda: self._mailed_code(part.email))
        proof = {"registration_id": begun["registration_id"], "code": code}
        self._take(self.post("/v1/accounts/verifications", proof))
        if part.role == "author":
            self.put("/v1/me/author")
        return self

    def sign_in(self) -> "Caller":
        part = self._part()
        self._take(self.post("/v1/sessions", {"email": part.email, "password": PASSWORD}))
        return self

    def made_admin(self) -> "Caller":
        """What an operator does with ``make admin``."""
        part = self._part()
        command = [sys.executable, "-m", "infra.admin", "--email", part.email, "--stage", self.platform.env["STAGE"]]
        subprocess.run(command, check=True, capture_output=True)
        return self

    def _send(self, method: str, path: str, **how: Any) -> requests.Response:
        headers = {**how.pop("headers", {})}
        if self.token:
            headers["Authorization"] = self.authorization
        return self._http.request(method, self.platform.api_url + path, headers=headers, timeout=60, **how)

    def _take(self, session: dict[str, Any]) -> None:
        self.token, self.account_id = session["access_token"], session["account_id"]

    def _mailed_code(self, email: str) -> str | None:
        mails = requests.get(f"{self.platform.lobby_url}/mails.json", params={"to": email}, timeout=30).json()
        found = re.search(r"\b\d{6}\b", mails[0]["text"]) if mails else None
        return found.group() if found else None

    def _part(self) -> Part:
        assert self.part, "a stranger has no part"
        return self.part


def _content(answer: requests.Response) -> Any:
    return answer.json() if answer.content else None


def until(what: str, look: Callable[[], T | None]) -> T:
    """What ``look`` finds, as soon as it finds anything. Raises Unexpected when patience ends."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        if found := look():
            return found
        time.sleep(0.1)
    raise Unexpected(f"{what} did not come within {PATIENCE_SECONDS} s")
