"""Each use case makes exactly the calls to DynamoDB that it promises, however large the catalogue is."""

import pytest

from infra.bench.stage import Stage
from infra.bench.use_cases import USE_CASES
from infra.local import emulated_state
from infra.local.weighing import plain

LISTED = ("catalogue_page", "work_page", "home_feed")


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_makes_the_calls_it_promises(platform, name):
    case, stage = USE_CASES[name], Stage(platform.app, platform.emulator)
    assert stage.count(case.prepare(stage)) == case.calls


def test_a_larger_catalogue_costs_its_readers_no_more_calls(platform):
    stage = Stage(platform.app, platform.emulator, works=9)
    for case in (USE_CASES[name] for name in LISTED):
        assert stage.count(case.prepare(stage)) == case.calls
    assert len(stage.anonymous().get("/v1/works")["items"]) == 9


def units(platform, crowd):
    """What each use case costs, by name, in read and in write request units; its calls are as promised."""
    platform.reset()
    stage = Stage(platform.app, platform.emulator, crowd=crowd)
    found = {}
    with stage.trading():
        for case in USE_CASES.values():
            calls = stage.measure(case.prepare(stage))
            assert calls.of("dynamodb") == case.calls, case.name
            found[case.name] = calls.units
    return found


def test_a_hundred_times_the_works_and_people_cost_the_same_calls_and_capacity(platform):
    few, many = units(platform, 100), units(platform, 10_000)
    assert few == many
    assert all(not few[case.name].writes for case in USE_CASES.values() if case.only_reads)
    assert all(few[case.name].reads for case in USE_CASES.values() if case.only_reads and case.calls)


def test_the_crowds_works_and_people_are_stored_as_published_ones_are(platform):
    """Item by item, attribute by attribute, type by type; and the platform serves them."""
    stage = Stage(platform.app, platform.emulator, works=1, crowd=1)
    stage.published_works()
    visitor = stage.anonymous()
    _, first, second = visitor.get("/v1/works")["items"]
    original = first["work_id"]
    assert _shapes(original) == _shapes(second["work_id"])
    assert {"lyceum-dev-works", "lyceum-dev-library", "lyceum-dev-reviews"} <= set(_shapes(original))
    pages = [visitor.get(f"/v1/works/{work_id}") for work_id in (original, second["work_id"])]
    assert pages[0]["rating"] == pages[1]["rating"] == {"count": 1, "sum": 5, "average": 5.0}
    (author,) = second["authors"]
    assert author["author_id"] != first["authors"][0]["author_id"]
    assert visitor.get(f"/v1/works?author={author['author_id']}")["items"] == [second]


def _shapes(work_id):
    """By table: how the rows of a work are made, in order."""
    shapes = {}
    for table in emulated_state.tables():
        items = [plain(item) for item in table.all_items() if work_id in f"{item.hash_key.value} {item.range_key}"]
        if items:
            shapes[table.name] = sorted(str({name: list(value) for name, value in item.items()}) for item in items)
    return shapes
