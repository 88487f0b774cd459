"""Partial refunds in random parts, of lines with several authors and tax, some failing late: nothing is left over."""

from __future__ import annotations

import random

from chalicelib.ledger import returns
from chalicelib.ledger.returns import Taken, Terms


def residues(seeds: range) -> int:
    """How many of these sequences do not come to the whole, for everyone, to the unit."""
    return sum(not _comes_to_the_whole(random.Random(seed)) for seed in seeds)


def some_terms(chance: random.Random) -> Terms:
    price = chance.choice([chance.randint(1, 50), chance.randint(1, 100_000)])
    authors = chance.randint(1, 6)
    cuts = sorted(chance.sample(range(1, 10_000), authors - 1))
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    tax = chance.randint(0, price // 4)
    return Terms(price, tax, chance.randint(0, 10_000), {f"a{n}": share for n, share in enumerate(shares)})


def _comes_to_the_whole(chance: random.Random) -> bool:
    terms, booked, taken = some_terms(chance), 0, Taken()
    done: list[tuple[int, Taken]] = []
    while booked < terms.price:
        if done and chance.random() < 0.2:
            amount, part = done.pop(chance.randrange(len(done)))
            booked, taken = booked - amount, taken.less(part)
        else:
            amount = chance.randint(1, terms.price - booked)
            part = returns.next_part(terms, booked, taken, amount)
            if part.total != amount:
                return False
            booked, taken = booked + amount, taken.plus(part)
            done.append((amount, part))
        if taken.total != booked:
            return False
    return taken == returns.whole(terms, terms.price)
