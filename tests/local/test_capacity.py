"""The meter charges what AWS says it would. Each case is one that AWS publishes, with its numbers."""

import base64

import pytest

from infra.local.capacity import Index, Reading, item_bytes, read_many, read_one, value_bytes, write_index, write_one

KB = 1024


def an_item(size: float) -> dict:
    """An item of so many bytes, its attribute's name counted."""
    return {"k": {"S": "x" * (int(size) - 1)}}


# CapacityUnitCalculations.html: the size of each type


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "tides"}, 5),
        ({"S": "潮汐"}, 6),
        ({"N": "0"}, 1),
        ({"N": "7"}, 2),
        ({"N": "42"}, 2),
        ({"N": "123"}, 3),
        ({"N": "-1234.5"}, 4),
        ({"N": "1000"}, 2),
        ({"N": "0.0010"}, 2),
        ({"N": "12e20"}, 2),
        ({"N": "9" * 38}, 20),
        ({"B": base64.b64encode(b"12345").decode()}, 5),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["42", "7"]}, 4),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + (1 + 2) + (1 + 2)),
        ({"M": {"usd": {"N": "900"}}}, 3 + 1 + 3 + 2),
    ],
)
def test_a_value_has_the_size_of_its_type(value, size):
    assert value_bytes(value) == size


def test_an_attribute_has_the_size_of_its_name_too_in_utf_8():
    assert item_bytes({"id": {"S": "abc"}, "标题": {"S": "x"}}) == 2 + 3 + 6 + 1
    assert item_bytes(None) == 0


# read-write-operations.html: reads


def test_reading_3500_bytes_costs_as_much_as_reading_4_kb():
    assert read_one(3500, Reading.CONSISTENT) == read_one(4 * KB, Reading.CONSISTENT) == 1


@pytest.mark.parametrize(("reading", "units"), [("CONSISTENT", 2), ("EVENTUAL", 1), ("TRANSACTIONAL", 4)])
def test_8_kb_take_2_units_consistently_1_eventually_4_in_a_transaction(reading, units):
    assert read_one(8 * KB, Reading[reading]) == units


def test_what_does_not_exist_costs_as_much_as_the_smallest_item():
    assert [read_one(0, reading) for reading in Reading] == [0.5, 1, 2]


def test_a_batch_rounds_each_item_1_5_and_6_5_kb_are_12_kb():
    assert sum(read_one(int(size * KB), Reading.CONSISTENT) for size in (1.5, 6.5)) == 12 / 4


def test_a_query_rounds_the_sum_40_8_kb_are_44_kb():
    assert read_many([int(4.08 * KB)] * 10, Reading.CONSISTENT) == 44 / 4


def test_a_query_of_1500_items_of_64_bytes_reads_96_kb():
    assert read_many([64] * 1500, Reading.CONSISTENT) == 96 / 4


# read-write-operations.html: writes


def test_500_bytes_cost_as_much_as_1_kb():
    assert write_one(None, an_item(500)) == write_one(None, an_item(KB)) == 1
    assert write_one(None, an_item(KB + 1)) == 2


def test_a_put_or_an_update_costs_the_larger_of_before_and_after():
    assert write_one(an_item(3.5 * KB), an_item(100)) == 4
    assert write_one(an_item(100), an_item(3.5 * KB)) == 4


def test_a_deletion_costs_the_size_of_what_was_deleted_and_of_nothing_one_unit():
    assert write_one(an_item(2.5 * KB), None) == 3
    assert write_one(None, None) == 1


def test_a_batch_write_rounds_each_item_500_bytes_and_3_5_kb_are_5_kb():
    assert write_one(None, an_item(500)) + write_one(None, an_item(3.5 * KB)) == 5


# GSI.html#GSI.ThroughputConsiderations.Writes


BY_SHELF = Index(("shelf",), ("id",), None)
KEYS_ONLY = Index(("shelf",), ("id",), frozenset())


def on(shelf: str | None, **more: str) -> dict:
    return {"id": {"S": "1"}, **({"shelf": {"S": shelf}} if shelf else {}), **{k: {"S": v} for k, v in more.items()}}


@pytest.mark.parametrize(
    ("before", "after", "writes"),
    [
        (None, on("law"), 1),  # a new item with the indexed attribute, or one that now has it: one write
        (on(None), on("law"), 1),
        (on("law"), on("art"), 2),  # the key changes: one to delete, one to put
        (on("law"), on(None), 1),  # deleted from the index: one write
        (on("law"), None, 1),
        (on(None), on(None, title="x"), 0),  # not there before or after: none
        (on("law", title="a"), on("law", title="b"), 1),  # only projected attributes change: one write
    ],
)
def test_an_index_is_written_as_often_as_the_item_enters_leaves_or_changes_in_it(before, after, writes):
    assert write_index(BY_SHELF, before, after) == writes


def test_an_index_that_does_not_project_what_changed_is_not_written():
    assert write_index(KEYS_ONLY, on("law", title="a"), on("law", title="b")) == 0


def test_an_index_entry_counts_as_large_as_it_is_projected():
    before, after = on("law"), on("art", text="x" * 3 * KB)
    assert write_index(BY_SHELF, before, after) == 1 + 4
    assert write_index(KEYS_ONLY, before, after) == 1 + 1
