"""Months and days by their names, in UTC, and tables that spreadsheets open."""

import pytest

from chalicelib.core import exports
from chalicelib.core.errors import NotFound


@pytest.mark.parametrize(
    ("name", "first", "following"),
    [
        ("2024-02", "2024-02-01", "2024-03-01"),
        ("2024-12", "2024-12-01", "2025-01-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2024-12-31", "2024-12-31", "2025-01-01"),
    ],
)
def test_a_period_ends_where_the_next_begins(platform, name, first, following):
    bounds = exports.period(name)
    assert [f"{moment:%Y-%m-%d %H%M%z}" for moment in bounds] == [f"{first} 0000+0000", f"{following} 0000+0000"]


@pytest.mark.parametrize(
    "name", ["2023-02-29", "2024-04-31", "2024-13", "2024-00", "2024-1", "2024-01-", "2099-01", "x"]
)
def test_what_is_none_or_has_not_begun_is_not_found(platform, name):
    for read in (exports.period, exports.month):
        with pytest.raises(NotFound):
            read(name)


def test_a_day_is_no_month(platform):
    with pytest.raises(NotFound):
        exports.month("2024-02-29")


def test_a_table_has_the_mark_and_quotes_what_it_must(platform):
    assert exports.as_csv([("at", "what"), ("1", 'a,"b"')]) == '\ufeffat,what\r\n1,"a,""b"""\r\n'
