"""The levers of the local platform, ``/levers/…`` in its lobby: its clock and its sweepers. No stage in AWS has any."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from chalicelib.core import clock, ids, problems, settings, validation
from chalicelib.core.errors import MethodNotAllowed, NotFound, Refusal, Unprocessable, UnsupportedMediaType
from chalicelib.core.request import Request
from infra.local.clockwork import MovableClock
from infra.local.http_front import HttpAnswer, HttpRequest

FURTHEST = 10 * 366 * 86_400
JSON = "application/json"

Sweep = Callable[[], dict[str, str]]
"""Runs every schedule now; what became of each."""


class OneMoveOnly(Unprocessable):
    """The clock is told nothing, or several things at once."""

    en = "Send exactly one of advance_seconds, set_to and reset."
    zh = "请只提供 advance_seconds、set_to、reset 中的一项。"


class TooFar(Unprocessable):
    """The clock would be further from real time than certificates, signatures and people's plans reach."""

    en = "The clock can be ten years from real time at most."
    zh = "时钟与真实时间最多相差十年。"


class ClockMove(Struct, forbid_unknown_fields=True):
    """One of: so many seconds ahead (or back), to that moment, or back to real time."""

    advance_seconds: Annotated[int, Meta(ge=-FURTHEST, le=FURTHEST)] | None = None
    set_to: Annotated[datetime, Meta(tz=True)] | None = None
    reset: bool = False


class Clock(Struct):
    """``file`` holds ``offset_seconds`` as a little-endian float64: programs of this machine may read it, too."""

    now: str
    offset_seconds: float
    file: str


class SweepRun(Struct):
    """``state``: running, done or failed. ``schedules``: what became of each."""

    run_id: str
    state: str
    asked_at: str
    ended_at: str | None = None
    schedules: dict[str, str] = {}


class Levers:
    """One sweep runs at a time; what is asked meanwhile comes after it."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep, self._clock = sweep, MovableClock()
        self._runs: dict[str, SweepRun] = {}
        self._worker = ThreadPoolExecutor(1)

    def answer(self, request: HttpRequest, path: list[str]) -> HttpAnswer:
        try:
            return self._answer(request, path)
        except Refusal as refusal:
            return _problem(refusal, request)

    def _answer(self, request: HttpRequest, path: list[str]) -> HttpAnswer:
        match request.method, path:
            case "GET", ["clock"]:
                return _json(self._time())
            case "POST", ["clock"]:
                self._move(validation.from_json(_body(request), ClockMove))
                return _json(self._time())
            case "POST", ["sweeps"]:
                run = self._begin()
                return _json(run, 202, Location=f"/levers/sweeps/{run.run_id}")
            case "GET", ["sweeps", run_id] if run_id in self._runs:
                return _json(self._runs[run_id])
            case _, ["clock"] | ["sweeps"]:
                raise MethodNotAllowed
        raise NotFound

    def _time(self) -> Clock:
        return Clock(clock.rfc3339(clock.now()), self._clock.offset, settings.value("LYCEUM_CLOCK_FILE"))

    def _move(self, wanted: ClockMove) -> None:
        if [wanted.advance_seconds is not None, wanted.set_to is not None, wanted.reset].count(True) != 1:
            raise OneMoveOnly
        ahead: float = wanted.advance_seconds or 0
        if wanted.set_to:
            ahead = (wanted.set_to - clock.now()).total_seconds()
        offset = 0.0 if wanted.reset else self._clock.offset + ahead
        if abs(offset) > FURTHEST:
            raise TooFar
        self._clock.offset = offset

    def _begin(self) -> SweepRun:
        run = SweepRun(ids.new(), "running", clock.rfc3339(clock.now()))
        self._runs[run.run_id] = run
        self._worker.submit(self._run, run)
        return run

    def _run(self, begun: SweepRun) -> None:
        try:
            became = self._sweep()
        except Exception as error:  # whatever stopped it, who asked is told
            became = {"all": f"failed: {error}"}
        state = "done" if set(became.values()) == {"done"} else "failed"
        self._runs[begun.run_id] = SweepRun(begun.run_id, state, begun.asked_at, clock.rfc3339(clock.now()), became)


def _body(request: HttpRequest) -> bytes:
    """Only JSON: a page in a browser cannot send it from elsewhere unasked."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON:
        raise UnsupportedMediaType(expected=JSON)
    return request.body


def _json(value: Any, status: int = 200, **headers: str) -> HttpAnswer:
    named = [("Content-Type", JSON), ("Cache-Control", "no-store"), *headers.items()]
    return HttpAnswer(status, named, msgspec.json.encode(value))


def _problem(refusal: Refusal, request: HttpRequest) -> HttpAnswer:
    said = Request({"headers": {"accept-language": request.headers.get("Accept-Language", "")}})
    answer = problems.answer(refusal, said.language)
    return HttpAnswer(answer["statusCode"], list(answer["headers"].items()), answer["body"].encode())
