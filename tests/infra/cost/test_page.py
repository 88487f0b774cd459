"""docs/cost.md is what the code, the prices and the templates say now."""

import json
from pathlib import Path

import pytest

from infra.cost import idle, measuring
from infra.cost.__main__ import MEASURED, PAGE
from infra.cost.page import Costs, render
from infra.cost.prices import prices


@pytest.fixture
def measured():
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def test_the_page_is_what_was_measured_times_the_prices(platform, measured):
    assert PAGE.read_text(encoding="utf-8") == render(measured, platform.app), "run `make cost`"


def test_calls_bytes_and_capacity_are_still_as_they_were_measured(platform, measured):
    """Times are not compared: they are one machine's, with their date."""
    now = measuring.measure(platform.app, platform.emulator)
    assert {"uses": measured["uses"], "schedules": measured["schedules"]} == now, "run `make cost`"


def test_every_request_has_its_line_in_the_log_and_its_bytes_in_the_bill(measured):
    assert all(each["log_bytes"] > 300 for each in measured["timed"]["requests"].values())


def test_the_default_stage_idles_at_a_dollar_a_month_at_most(platform, measured):
    assert idle.total(Costs(measured, platform.app).idle) <= 1


def test_the_front_of_the_page_answers_in_three_lines():
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# What will it cost?"
    assert [line[:3] for line in lines[1:6]] == ["", "- *", "- *", "- *", ""]


def test_every_price_is_an_exact_decimal_with_a_page_of_awss_and_how_it_was_read():
    assert all(price.usd > 0 for price in prices().values())
    assert {price.source for price in prices().values()} == {"aws", "quoted"}
    assert all(".aws.amazon.com/" in price.page.replace("//aws.", "//x.aws.") for price in prices().values())
    assert "read on 2026-11-25" in Path("infra/cost/prices.toml").read_text(encoding="utf-8")
