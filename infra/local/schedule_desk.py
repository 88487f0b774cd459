"""Lets the supervisor ask the jobs' process to run its schedules now: ``POST /schedules``."""

import json
import logging

from infra.local.event_sources import EventSources
from infra.local.functions import describe
from infra.local.http_front import HttpAnswer, HttpRequest

logger = logging.getLogger("lyceum.local")


class ScheduleDesk:
    def __init__(self, sources: EventSources) -> None:
        self._sources = sources

    def answer(self, request: HttpRequest) -> HttpAnswer:
        if (request.method, request.target) != ("POST", "/schedules"):
            return HttpAnswer(404)
        became = {name: self._run(name) for name in self._sources.schedules}
        return HttpAnswer(200, [("Content-Type", "application/json")], json.dumps(became).encode())

    def _run(self, name: str) -> str:
        try:
            self._sources.run_schedule(name)
        except Exception as error:
            logger.exception("the schedule %s failed", name)
            return f"failed: {describe(error)}"
        return "done"
