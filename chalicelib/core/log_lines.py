"""How a line of the log is written: one JSON object. Loaded with the first line."""

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from aws_lambda_powertools.logging.formatter import BasePowertoolsFormatter

from chalicelib.core import clock

_NOT_OURS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_encode = msgspec.json.Encoder(enc_hook=str).encode


class LogLine(BasePowertoolsFormatter):
    """``about`` says what is known of the moment. Costs a third of powertools' own formatter (decision 0019)."""

    def __init__(self, about: Callable[[], Mapping[str, str]], **standing: str) -> None:
        super().__init__()
        self._about, self._standing = about, dict[str, Any](standing)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "level": "METRIC" if record.levelno > logging.CRITICAL else record.levelname,
            "message": record.getMessage(),
            "timestamp": clock.rfc3339(datetime.fromtimestamp(record.created, UTC)),
            "location": f"{record.module}:{record.lineno}",
            **self._standing,
            **self._about(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _NOT_OURS}
        if record.exc_info and record.exc_info[1]:
            line |= told(record.exc_info[1])
        return _encode(line).decode()

    def append_keys(self, **additional_keys: Any) -> None:
        self._standing |= {name: value for name, value in additional_keys.items() if value is not None}

    def remove_keys(self, keys: Any) -> None:
        for name in keys:
            self._standing.pop(name, None)

    def clear_state(self) -> None:
        self._standing.clear()


def told(error: BaseException) -> dict[str, Any]:
    """What may be told of an exception: its kinds down to the cause, where each was raised, and safe words.

    The words of others' exceptions quote what they stumbled over: an address, a text, a secret. They stay out.
    """
    return {
        "exception_name": type(error).__name__,
        "exception": " ← ".join(_words(each) for each in _causes(error)),
        "stack": [frame for each in _causes(error) for frame in _frames(each)],
    }


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _words(error: BaseException) -> str:
    """Our own words; the code that AWS answered with; of anything else the kind alone."""
    kind = type(error)
    if kind.__module__.startswith("chalicelib."):
        said = str(error)
    elif isinstance(answer := getattr(error, "response", None), dict):
        said = f"{getattr(error, 'operation_name', '')} {answer.get('Error', {}).get('Code', '')}".strip()
    else:
        said = str(getattr(error, "cause_response_code", None) or "")
    return f"{kind.__name__}: {said}" if said else kind.__name__


def _frames(error: BaseException) -> Iterator[str]:
    """``orders/hearing.py:33 hear``, the innermost last."""
    for frame in traceback.extract_tb(error.__traceback__, limit=-12):
        yield f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"
