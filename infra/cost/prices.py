"""The committed price list, in exact decimals."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

READ_ON = "2026-11-25"
REGION = "us-east-1"


@dataclass(frozen=True)
class Price:
    """US dollars for one ``per``; the first ``free`` of a month cost nothing."""

    usd: Decimal
    per: str
    page: str
    source: str
    free: Decimal = Decimal(0)

    def of(self, number: Decimal, *, free: bool = True) -> Decimal:
        """What so many cost in a month."""
        return max(Decimal(0), number - (self.free if free else 0)) * self.usd


@cache
def prices() -> dict[str, Price]:
    listed = tomllib.loads(Path(__file__).with_name("prices.toml").read_text(encoding="utf-8"))
    return {name: _price(**entry) for name, entry in listed.items()}


def _price(usd: str, per: str, page: str, source: str, free: str = "0") -> Price:
    return Price(Decimal(usd), per, page, source, Decimal(free))
