"""All or nothing, and a refusal that says which condition stopped it."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib.core import tables, transactions
from chalicelib.core.errors import Conflict, NotFound, TooMany, Unavailable
from chalicelib.core.limits import Counter, Limit, spend
from chalicelib.core.transactions import all_or_nothing
from tests.platform_fixture import Platform


def counter(key: str) -> Counter:
    return Counter(key, used=1, expires_at=1)


def test_nothing_is_written_when_one_condition_fails(platform: Platform) -> None:
    counter("taken").save()
    with pytest.raises(NotFound), all_or_nothing() as tx:
        tx.insert(counter("new"))
        tx.insert(counter("taken"), NotFound())
    assert tables.batch_get([(Counter, "new")]) == [None]


def test_each_failed_condition_speaks_its_own_refusal(platform: Platform) -> None:
    counter("a").save()
    for refusal in (NotFound(), TooMany(1)):
        with pytest.raises(type(refusal)), all_or_nothing() as tx:
            tx.put(counter("other"))
            tx.update(counter("b"), [Counter.used.add(1)], Counter.used.exists(), refusal)
    with pytest.raises(Conflict), all_or_nothing() as tx:
        tx.require(Counter, "a", None, Counter.used == 7)
        tx.put(counter("other"))


def test_an_exception_inside_leaves_nothing_behind(platform: Platform) -> None:
    with pytest.raises(ZeroDivisionError), all_or_nothing() as tx:
        tx.insert(counter("new"))
        raise ZeroDivisionError
    assert tables.batch_get([(Counter, "new")]) == [None]


def test_a_clash_with_another_transaction_is_tried_again(platform: Platform) -> None:
    platform.emulator.faults.fail("dynamodb", "TransactWriteItems", times=2, how="conflict")
    with all_or_nothing() as tx:
        tx.insert(counter("new"))
    assert tables.batch_get([(Counter, "new")])[0] is not None


def test_who_clashes_without_end_is_told_to_come_again_and_nothing_is_written(platform: Platform) -> None:
    platform.emulator.faults.fail("dynamodb", "TransactWriteItems", times=transactions.ATTEMPTS, how="conflict")
    with pytest.raises(Unavailable), all_or_nothing() as tx:
        tx.insert(counter("new"))
    assert tables.batch_get([(Counter, "new")]) == [None]


def test_fifty_that_clash_at_one_row_all_come_through_or_are_told(platform: Platform) -> None:
    """Half of all tries clash, as at a row that all of them want."""
    counter("wanted").save()
    chance = random.Random(50)
    send = TransactWrite._commit

    def clash(self: TransactWrite) -> None:
        if chance.random() < 0.5:
            platform.emulator.faults.fail("dynamodb", "TransactWriteItems", times=1, how="conflict")
        send(self)

    def one(number: int) -> bool:
        try:
            with all_or_nothing() as tx:
                tx.update(Counter("wanted"), [Counter.used.add(1)])
                tx.insert(counter(f"of {number}"))
        except Unavailable:
            return False
        return True

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(8) as pool:
        patch.setattr(TransactWrite, "_commit", clash)
        came = list(pool.map(one, range(50)))
    there = [row is not None for row in tables.batch_get([(Counter, f"of {number}") for number in range(50)])]
    assert (there, tables.batch_get([(Counter, "wanted")])[0].used) == (came, 1 + sum(came))
    assert sum(came) > 40


def test_rows_of_many_keys_come_in_one_call_and_in_order(platform: Platform) -> None:
    for key in "abc":
        counter(key).save()
    with platform.emulator.meter.counting() as calls:
        rows = tables.batch_get([(Counter, "c"), (Counter, "missing"), (Counter, "a"), (Counter, "c")])
    assert [row and row.key for row in rows] == ["c", None, "a", "c"]
    assert calls.of("dynamodb") == {"BatchGetItem": 1}


def test_a_limit_costs_one_call(platform: Platform) -> None:
    with platform.emulator.meter.counting() as calls:
        spend("deed", "subject", Limit(2, 60))
    assert calls.of("dynamodb") == {"UpdateItem": 1}


def test_nothing_to_write_asks_nobody(platform: Platform) -> None:
    """DynamoDB refuses an empty transaction; the emulator would not."""
    with platform.emulator.meter.counting() as calls, all_or_nothing():
        pass
    assert calls.of("dynamodb") == {}
