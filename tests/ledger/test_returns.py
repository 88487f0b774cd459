"""Parts refunded one by one come to the whole, whoever shares it, and whatever fails in between."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger import returns
from chalicelib.ledger.returns import Taken, Terms
from infra.prove import apportioning

SEQUENCES = 20_000


def test_refunds_in_random_parts_leave_no_residue() -> None:
    """Some fail late: what they took is given back as it was taken, and the money can be refunded again."""
    assert apportioning.residues(range(SEQUENCES)) == 0


@given(st.integers(1, 10**9), st.integers(0, 10_000), st.data())
def test_what_is_taken_back_is_what_was_given(price: int, commission: int, data: st.DataObject) -> None:
    from chalicelib.ledger.shares import split

    tax = data.draw(st.integers(0, price))
    terms = Terms(price, tax, commission, {"a": 7_000, "b": 3_000})
    sold = split(price - tax, commission, {"a": 7_000, "b": 3_000})
    assert returns.whole(terms, price) == Taken(sold.authors, sold.commission, tax)
