"""What every request goes through stays thin."""

import sys
from types import FrameType
from typing import Any

from infra.rehearsal import events
from tests.platform_fixture import Platform

CALLS = 41
"""Of our own functions, for a request whose route does next to nothing, with its line in the log. Each is a tenth of a
microsecond at least, where a bare Chalice route takes seventeen in all (`make bench`: request_ratio)."""


def test_a_request_calls_few_functions_of_ours(platform: Platform) -> None:
    event = events.http(["/v1/health"], "GET", "/v1/health")
    platform.app(event, None)
    called: list[str] = []

    def note(frame: FrameType, happened: str, _: Any) -> None:
        if happened == "call" and "/chalicelib/" in frame.f_code.co_filename:
            called.append(f"{frame.f_code.co_filename.rpartition('/chalicelib/')[2]} {frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        platform.app(event, None)
    finally:
        sys.setprofile(None)
    assert 0 < len(called) <= CALLS, called
