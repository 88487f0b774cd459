"""The emulator's own address space, ``/_emulator/…``, for processes that do not share its memory."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from infra.local import emulated_state
from infra.local.http_front import HttpAnswer, HttpRequest

if TYPE_CHECKING:
    from infra.local.emulator import Emulator


class EmulatorDesk:
    """Answers GET and DELETE ``calls``; GET ``mails`` and ``code/<function or layer>``; POST ``faults``, ``empty``,
    ``sweep``."""

    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator

    def answer(self, request: HttpRequest) -> HttpAnswer:
        try:
            return self._answer(request)
        except (ValueError, TypeError) as error:
            return _json({"refused": str(error)}, 400)

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        match request.method, request.target.removeprefix("/_emulator/"):
            case "GET", "calls":
                return _json(self._emulator.meter.calls)
            case "DELETE", "calls":
                self._emulator.meter.reset()
                return _json(None)
            case "GET", "mails":
                return _json(self._emulator.mails)
            case "GET", target if target.startswith("code/"):
                code = emulated_state.code_of(unquote(target.removeprefix("code/")))
                return _json({"refused": "no such code"}, 404) if code is None else HttpAnswer(200, [], code)
            case "POST", "faults":
                self._emulator.faults.fail(**json.loads(request.body))
                return _json(None)
            case "POST", "empty":
                self._emulator.empty()
                return _json(None)
            case "POST", "sweep":
                return _json({"swept": self._emulator.sweep_expired()})
        return _json({"refused": "no such desk"}, 404)


def _json(value: Any, status: int = 200) -> HttpAnswer:
    return HttpAnswer(status, [("Content-Type", "application/json")], json.dumps(value).encode())
