"""Each use case makes exactly the calls to DynamoDB that it promises, counted at the wire."""

import pytest

from infra.bench.stage import Stage
from infra.bench.use_cases import USE_CASES

READS = ("catalogue_page", "work_page", "home_feed")


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_makes_the_calls_it_promises(platform, name):
    case, stage = USE_CASES[name], Stage(platform.app, platform.emulator)
    assert stage.count(case.prepare(stage)) == case.calls


def test_a_larger_catalogue_costs_its_readers_no_more_calls(platform):
    stage = Stage(platform.app, platform.emulator, works=9)
    for case in (USE_CASES[name] for name in READS):
        assert stage.count(case.prepare(stage)) == case.calls
    assert len(stage.anonymous().get("/v1/works")["items"]) == 9
