"""Lets the supervisor ask the jobs' process to run its schedules now (``POST /schedules``), and to call a function that
no event source invokes (``POST /functions/<name>``)."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.event_sources import EventSources
from infra.local.functions import describe
from infra.local.http_front import HttpAnswer, HttpRequest

logger = logging.getLogger("lyceum.local")


class JobsDesk:
    def __init__(self, sources: EventSources, functions: Mapping[str, Callable[[dict[str, Any]], Any]]) -> None:
        self._sources, self._functions = sources, functions

    def answer(self, request: HttpRequest) -> HttpAnswer:
        name = request.target.removeprefix("/functions/")
        if request.method == "POST" and name in self._functions:
            return _as_json(self._functions[name](json.loads(request.body)))
        match request.method, request.target:
            case "GET", "/functions":
                return _as_json(sorted(self._functions))
            case "POST", "/schedules":
                return _as_json({name: self._run(name) for name in self._sources.schedules})
        return HttpAnswer(404)

    def _run(self, name: str) -> str:
        try:
            self._sources.run_schedule(name)
        except Exception as error:
            logger.exception("the schedule %s failed", name)
            return f"failed: {describe(error)}"
        return "done"


def _as_json(said: Any) -> HttpAnswer:
    return HttpAnswer(200, [("Content-Type", "application/json")], json.dumps(said).encode())
