from datetime import UTC, datetime

import pytest

from infra.local.schedules import parse

FRIDAY = datetime(2026, 1, 30, 10, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("rate(5 minutes)", "2026-01-30T10:12:30"),
        ("rate(1 day)", "2026-01-31T10:07:30"),
        ("cron(0 3 * * ? *)", "2026-01-31T03:00:00"),
        ("cron(*/15 * * * ? *)", "2026-01-30T10:15:00"),
        ("cron(10/20 8-10 ? * MON-FRI *)", "2026-01-30T10:10:00"),
        ("cron(0 9 ? * 2 *)", "2026-02-02T09:00:00"),
        ("cron(0 0 1 * ? *)", "2026-02-01T00:00:00"),
        ("cron(0 12 L FEB ? *)", "2026-02-28T12:00:00"),
        ("cron(0,30 10 * * ? *)", "2026-01-30T10:30:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00:00"),
    ],
)
def test_a_schedule_is_next_due(expression, due):
    assert parse(expression).next_after(FRIDAY).replace(tzinfo=None).isoformat() == due


def test_a_schedule_may_never_come_again():
    assert parse("cron(0 0 1 1 ? 2020)").next_after(FRIDAY) is None


@pytest.mark.parametrize(
    "expression",
    ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "cron(0 3 * * * *)", "cron(61 3 * * ? *)", "daily", ""],
)
def test_what_eventbridge_refuses_is_refused(expression):
    with pytest.raises(ValueError):
        parse(expression)
