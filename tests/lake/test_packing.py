"""A day is plain gzip for everyone, and tells from its first bytes who may be in it."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import ids
from chalicelib.lake import packing

NAMES = st.lists(st.text(alphabet="ABCDEFGH0123", min_size=1, max_size=26), max_size=50)


def a_day(*readers: str) -> bytes:
    day = packing.Day()
    for reader in readers:
        day.add(reader, f'{{"reader":"{reader}"}}'.encode())
    return day.packed()


@given(NAMES)
def test_whoever_reads_gzip_reads_a_day(readers: list[str]) -> None:
    text = "".join(f'{{"reader":"{reader}"}}\n' for reader in readers).encode()
    assert gzip.decompress(a_day(*readers)) == text
    assert list(packing.unpack(a_day(*readers))) == text.splitlines()


@given(NAMES)
def test_nobody_who_is_in_a_day_is_overlooked(readers: list[str]) -> None:
    begins = a_day(*readers)[: packing.HEADER_BYTES]
    assert all(packing.may_hold(begins, [reader]) for reader in readers)
    assert not packing.may_hold(begins, [])


def test_few_days_are_opened_in_vain() -> None:
    begins = a_day(*(ids.derived("in", str(number)) for number in range(5_000)))[: packing.HEADER_BYTES]
    strangers = [ids.derived("out", str(number)) for number in range(1_000)]
    assert sum(packing.may_hold(begins, [stranger]) for stranger in strangers) < 40


def test_the_fullest_map_fits_into_the_first_bytes() -> None:
    begins = a_day(*(ids.derived(str(number)) for number in range(150_000)))[: packing.HEADER_BYTES]
    assert packing.may_hold(begins, [ids.derived("7")])


def test_of_a_file_that_others_made_anybody_may_be_in_it() -> None:
    assert packing.may_hold(gzip.compress(b"{}"), ["R"])
    assert packing.may_hold(b"", ["R"])


def test_the_same_lines_are_the_same_bytes() -> None:
    assert a_day("A", "B") == a_day("A", "B")
    assert packing.pack([b"a"]) == packing.pack([b"a"])


@pytest.mark.parametrize("end", [1, 20, -1])
def test_half_a_file_is_no_file(end: int) -> None:
    with pytest.raises((EOFError, gzip.BadGzipFile)):
        list(packing.unpack(a_day("A", "B")[:end]))
