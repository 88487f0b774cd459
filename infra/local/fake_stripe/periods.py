"""From when until when a subscription is billed: whole intervals from its anchor, in UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

INTERVALS = ("day", "week", "month", "year")
LONGEST = {"day": 1_095, "week": 156, "month": 36, "year": 3}
"""Three years, in each interval."""


def end(anchor: int, interval: str, count: int, number: int) -> int:
    """When the period of this number ends, from 1. A month that lacks the anchor's day ends on its last."""
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in ("day", "week"):
        return int((start + number * count * timedelta(days=7 if interval == "week" else 1)).timestamp())
    months = start.month - 1 + number * count * (12 if interval == "year" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())
