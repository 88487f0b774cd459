"""What authors have of a sale is exact to the unit, whatever was held, released, taken and given back, in whatever
order."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger import earnings, entries, postings, returns
from chalicelib.ledger.earnings import Earned, Rate
from chalicelib.ledger.entries import Entry, Settled
from chalicelib.ledger.returns import Taken, Terms
from chalicelib.ledger.shares import split


def sums(moved):
    totals = {}
    for entry in moved:
        totals[entry.account, entry.currency] = totals.get((entry.account, entry.currency), 0) + entry.amount
    return {place: total for place, total in totals.items() if total}


def test_a_release_moves_all_that_is_held():
    begun = earnings.begin("usd", {"ada": 810, "bo": 90})
    now, moved = earnings.release(begun, Rate(1_000, 1_000, "usd"))
    assert now.of == {"ada": Earned(0, 810, 810), "bo": Earned(0, 90, 90)}
    assert sums(moved) == {
        ("author_held#ada", "usd"): 810,
        ("author_held#bo", "usd"): 90,
        ("author_available#ada", "usd"): -810,
        ("author_available#bo", "usd"): -90,
    }
    assert earnings.release(now, Rate(1_000, 1_000, "usd")).entries == []


def test_another_currency_is_exchanged_at_the_sales_own_rate_and_back_at_the_same():
    begun = earnings.begin("jpy", {"ada": 810})
    now, moved = earnings.release(begun, Rate(900, 603, "usd"))
    assert now.of["ada"] == Earned(0, 810, 542)
    entries.must_balance(moved)
    after, back = earnings.take(now, {"ada": 270})
    assert after.of["ada"] == Earned(0, 540, 361)
    entries.must_balance([*back, Entry("commission", "jpy", -270)])
    rest, _ = earnings.take(after, {"ada": 540})
    assert rest.of["ada"] == Earned()


def test_what_came_back_to_the_hold_is_taken_from_there_first():
    begun = earnings.begin("usd", {"ada": 100})
    taken, moved = earnings.take(begun, {"ada": 40})
    stored = postings.refund("re", "o", "usd", Taken({"ada": 40}), moved, Settled("t", -40, 0, "usd"))
    released, _ = earnings.release(taken, Rate(100, 100, "usd"))
    again = earnings.give_back(released, {"ada": 40}, stored)
    assert again.of["ada"] == Earned(40, 60, 60)
    last, moved = earnings.take(again, {"ada": 50})
    assert last.of["ada"] == Earned(0, 50, 50)
    assert sums(moved) == {("author_held#ada", "usd"): 40, ("author_available#ada", "usd"): 10}


@given(
    price=st.integers(50, 20_000),
    commission=st.integers(0, 10_000),
    shares=st.sampled_from([{"a": 10_000}, {"a": 6_667, "b": 3_333}, {"a": 3_334, "b": 3_333, "c": 3_333}]),
    settled=st.integers(1, 40_000),
    same=st.booleans(),
    deeds=st.lists(st.tuples(st.sampled_from(["take", "undo", "release"]), st.integers(1, 5_000)), max_size=12),
)
def test_any_sequence_leaves_nothing_when_all_went_back(price, commission, shares, settled, same, deeds):
    terms, rate = Terms(price, 0, commission, shares), Rate(price, price if same else settled, "usd" if same else "eur")
    begun = now = earnings.begin("usd", split(price, commission, shares).authors)
    book, booked, taken, undoable, moved = [], 0, Taken(), [], []
    for deed, amount in [*deeds, ("take", price)]:
        if deed == "release":
            now, moved = earnings.release(now, rate)
        elif deed == "take" and (amount := min(amount, price - booked)):
            part = returns.next_part(terms, booked, taken, amount)
            now, moved = earnings.take(now, part.authors)
            booked, taken = booked + amount, taken.plus(part)
            settled_as = Settled("txn", -amount, 0, "usd")
            undoable.append((amount, part, postings.refund("re", "o", "usd", part, moved, settled_as)))
        elif deed == "undo" and undoable:
            amount, part, stored = undoable.pop(amount % len(undoable))
            now, booked, taken = earnings.give_back(now, part.authors, stored), booked - amount, taken.less(part)
            moved = [Entry(one.account, one.currency, -one.amount) for one in stored.entries]
        else:
            continue
        book += moved
        totals = sums([*book, *(Entry(postings.held(who), "usd", -part.held) for who, part in begun.of.items())])
        for author, earned in now.of.items():
            assert -totals.get((postings.held(author), "usd"), 0) == earned.held
            assert -totals.get((postings.available(author), rate.currency), 0) == earned.available
            if same:
                assert earned.released == earned.available
    assert all((earned.held, earned.released) == (0, 0) for earned in now.of.values())
    if same:
        assert set(now.of.values()) <= {Earned()}
