"""What is exported: a month or a day in UTC by its name, and tables for spreadsheets."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.core import clock
from chalicelib.core.errors import NotFound

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
DAY = re.compile(MONTH.pattern + r"-[0-3][0-9]", re.ASCII)


def month(name: str) -> tuple[datetime, datetime]:
    """Its first moment, and the next one's, of ``2026-11``. Raises NotFound for what is none, or has not begun."""
    if not MONTH.fullmatch(name):
        raise NotFound
    first = _begun(name, "%Y-%m")
    return first, (first + timedelta(days=32)).replace(day=1)


def period(name: str) -> tuple[datetime, datetime]:
    """The same of a month, or of a day: ``2026-11-25``. Raises NotFound."""
    if not DAY.fullmatch(name):
        return month(name)
    first = _begun(name, "%Y-%m-%d")
    return first, first + timedelta(days=1)


def _begun(name: str, form: str) -> datetime:
    try:
        first = datetime.strptime(name, form).replace(tzinfo=UTC)
    except ValueError:  # the 31st of April
        raise NotFound from None
    if first > clock.now():
        raise NotFound
    return first


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """A table that opens in a spreadsheet as it is, whatever its language: UTF-8 with a mark."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return "\ufeff" + out.getvalue()
