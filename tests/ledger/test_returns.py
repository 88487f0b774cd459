"""Parts refunded one by one come to the whole, whoever shares it, and whatever fails in between."""

import random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger import returns
from chalicelib.ledger.returns import Taken, Terms

SEQUENCES = 20_000


def some_terms(chance: random.Random) -> Terms:
    price = chance.choice([chance.randint(1, 50), chance.randint(1, 100_000)])
    authors = chance.randint(1, 6)
    cuts = sorted(chance.sample(range(1, 10_000), authors - 1))
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    tax = chance.randint(0, price // 4)
    return Terms(price, tax, chance.randint(0, 10_000), {f"a{n}": share for n, share in enumerate(shares)})


def test_refunds_in_random_parts_leave_no_residue() -> None:
    """Some fail late: what they took is given back as it was taken, and the money can be refunded again."""
    chance = random.Random(7)
    for _ in range(SEQUENCES):
        terms = some_terms(chance)
        booked, taken, done = 0, Taken(), list[tuple[int, Taken]]()
        while booked < terms.price:
            if done and chance.random() < 0.2:
                amount, part = done.pop(chance.randrange(len(done)))
                booked, taken = booked - amount, taken.less(part)
                assert taken.total == booked
                continue
            amount = chance.randint(1, terms.price - booked)
            part = returns.next_part(terms, booked, taken, amount)
            assert part.total == amount
            booked, taken = booked + amount, taken.plus(part)
            done.append((amount, part))
        assert taken == returns.whole(terms, terms.price)


@given(st.integers(1, 10**9), st.integers(0, 10_000), st.data())
def test_what_is_taken_back_is_what_was_given(price: int, commission: int, data: st.DataObject) -> None:
    from chalicelib.ledger.shares import split

    tax = data.draw(st.integers(0, price))
    terms = Terms(price, tax, commission, {"a": 7_000, "b": 3_000})
    sold = split(price - tax, commission, {"a": 7_000, "b": 3_000})
    assert returns.whole(terms, price) == Taken(sold.authors, sold.commission, tax)
