"""When EventBridge's ``rate(…)`` and ``cron(…)`` expressions come due.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if number}
WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
HORIZON = timedelta(days=5 * 366)


class Schedule(Protocol):
    def next_after(self, moment: datetime) -> datetime | None:
        """The first time due strictly after a moment, in UTC; None where there is none within five years."""


def parse(expression: str) -> Schedule:
    """Raises ValueError for what EventBridge would refuse, and for ``W`` and ``#``, which nothing here uses."""
    rate = re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)(s?)\)", expression)
    if rate and (rate[1] == "1") != (rate[3] == "s"):
        return Rate(timedelta(**{f"{rate[2]}s": int(rate[1])}))
    cron = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)", expression)
    if not cron or (cron[3] == "?") == (cron[5] == "?"):
        raise ValueError(f"{expression!r} is no schedule")
    return Cron(*cron.groups())


@dataclass(frozen=True)
class Rate:
    every: timedelta

    def next_after(self, moment: datetime) -> datetime | None:
        return moment + self.every


class Cron:
    """Minutes, hours, day of month, month, day of week (1 is Sunday), year; one of the two days is ``?``."""

    def __init__(self, minutes: str, hours: str, day: str, month: str, weekday: str, year: str) -> None:
        self._minutes = sorted(_numbers(minutes, 0, 59))
        self._hours = sorted(_numbers(hours, 0, 23))
        self._last_day = day == "L"
        self._days = set() if day in ("?", "L") else _numbers(day, 1, 31)
        self._months = _numbers(month, 1, 12, MONTHS)
        self._weekdays = set() if weekday == "?" else _numbers(weekday, 1, 7, WEEKDAYS)
        self._years = _numbers(year, 1970, 2199)

    def next_after(self, moment: datetime) -> datetime | None:
        day = moment.date()
        while day <= (moment + HORIZON).date():
            if self._falls_on(day):
                for hour in self._hours:
                    for minute in self._minutes:
                        due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=moment.tzinfo)
                        if due > moment:
                            return due
            day += timedelta(days=1)
        return None

    def _falls_on(self, day: date) -> bool:
        if day.year not in self._years or day.month not in self._months:
            return False
        if self._last_day:
            return day.day == calendar.monthrange(day.year, day.month)[1]
        return day.day in self._days or day.isoweekday() % 7 + 1 in self._weekdays


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    chosen: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        start, _, end = span.partition("-")
        first = low if start == "*" else _number(start, names)
        last = high if start == "*" or (step and not end) else _number(end or start, names)
        if not low <= first <= last <= high or step == "0":
            raise ValueError(f"{part!r} is not within {low} to {high}")
        chosen.update(range(first, last + 1, int(step or 1)))
    return chosen


def _number(text: str, names: dict[str, int] | None) -> int:
    return (names or {}).get(text.upper()) or int(text)
