"""Each use case makes exactly the calls to DynamoDB that it promises, counted at the wire."""

import pytest

from infra.bench.stage import Stage
from infra.bench.use_cases import USE_CASES


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_makes_the_calls_it_promises(platform, name):
    case, stage = USE_CASES[name], Stage(platform.app, platform.emulator)
    assert stage.count(case.prepare(stage)) == case.calls
