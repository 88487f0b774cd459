"""Latencies become ratios to what the same calls take without the platform."""

import pytest

from infra.load.figures import bare_seconds, figures


def test_a_requests_bare_calls_are_the_sum_of_the_median_of_each():
    assert bare_seconds([[1, 10], [2, 30], [9, 20]]) == 2 + 20


def test_ratios_are_taken_request_by_request_and_kind_by_kind():
    requests = {"read": [2.0, 4.0, 6.0, 20.0], "write": [30.0]}
    found = figures(requests, {"read": [[2.0], [2.0]], "write": [[4.0, 6.0]]}, errors=1)
    assert (found["requests"], found["errors"]) == (5, 1)
    assert found["kinds"]["read"] == {"requests": 4, "calls": 1, "p50_ratio": 2.0, "p95_ratio": 10.0}
    assert found["kinds"]["write"] == {"requests": 1, "calls": 2, "p50_ratio": 3.0, "p95_ratio": 3.0}
    assert (found["p50_ratio"], found["p95_ratio"]) == (3.0, 10.0)


def test_a_kind_that_was_never_made_without_the_platform_has_no_ratio():
    found = figures({"order": [1.0]}, {"order": []}, errors=0)
    assert found["requests"] == 1
    assert found["kinds"] == {}


@pytest.mark.parametrize(("count", "place"), [(1, 1), (19, 19), (20, 19), (100, 95)])
def test_the_95th_percentile_is_the_nearest_rank(count, place):
    found = figures({"read": [float(each) for each in range(1, count + 1)]}, {"read": [[1.0]]}, errors=0)
    assert found["p95_ratio"] == place
