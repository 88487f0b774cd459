"""Lambda functions as the local platform runs them: found by handler string, called with JSON and a context."""

import importlib
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import get_ident
from typing import Any

from chalicelib.core import ids, settings
from infra.local.acting import acting_as

TIMEOUT_SECONDS = 60
PLATFORM_LOGGER = "lyceum"
"""Where functions log what they caught. Powertools may have cut it from the root logger."""


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str
    timeout_seconds: float = TIMEOUT_SECONDS
    memory_limit_in_mb: str = "512"
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=ids.new)
    _began: float = field(default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:local:123456789012:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        return f"/aws/lambda/{self.function_name}"

    log_stream_name = "local"

    def get_remaining_time_in_millis(self) -> int:
        spent = time.monotonic() - self._began
        return max(0, int((self.timeout_seconds - spent) * 1000))


@dataclass(frozen=True)
class Function:
    """A function by its name and handler string, such as ``mail_send`` and ``chalicelib.mail.jobs.send``."""

    name: str
    handler: str

    def invoke(self, event: dict[str, Any]) -> Any:
        """Call the handler in the function's name, with the event as JSON would carry it. Raises what it raises."""
        with acting_as(self.name):
            answer = self._load()(json.loads(json.dumps(event)), Context(settings.function(self.name)))
        return json.loads(json.dumps(answer))

    def _load(self) -> Callable[[Any, Any], Any]:
        module, _, attribute = self.handler.rpartition(".")
        handler: Callable[[Any, Any], Any] = getattr(importlib.import_module(module), attribute)
        return handler


def called(app: Any) -> dict[str, Callable[[dict[str, Any]], Any]]:
    """The app's functions that no event source invokes, by what Lambda calls them: others of ours do."""
    functions = (Function(each.name, each.handler_string) for each in app.pure_lambda_functions)
    return {settings.function(each.name): each.invoke for each in functions}


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._thread = get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread and record.exc_info and record.exc_info[1]:
            self.heard.append(describe(record.exc_info[1]))


@contextmanager
def listening() -> Iterator[list[str]]:
    """The errors that functions of this thread catch and log within: a partial failure says which, never why."""
    listener = _Listener()
    platform = logging.getLogger(PLATFORM_LOGGER)
    loggers = [logging.getLogger()] if platform.propagate else [logging.getLogger(), platform]
    for logger in loggers:
        logger.addHandler(listener)
    try:
        yield listener.heard
    finally:
        for logger in loggers:
            logger.removeHandler(listener)


def describe(error: BaseException) -> str:
    """``KeyError: 'x' (jobs.py:41)``: the error, and the line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
