"""What must hold at every commit, on the items as they are stored. What must hold at rest stands in ``resting``.

Written apart from chalicelib/orders/invariants.py, which runs at rest, too: what one overlooks the other may see.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from infra.prove.items import PREFIX, STATUSES, Item, number, periods, sources
from infra.prove.platform import Platform
from infra.prove.store import Write

KEPT = ("author_held#", "author_available#")


class Broken(BaseException):
    """Something that must hold does not. No handler takes it for a failure of its own."""


class Watch:
    """Sees every commit. ``journals`` and ``transitions`` count what was seen."""

    def __init__(self, platform: Platform) -> None:
        self._tables = platform.store.tables
        self.journals: Counter[str] = Counter()
        self.transitions: Counter[str] = Counter()

    def __call__(self, writes: list[Write]) -> None:
        touched: set[str] = set()
        moved: dict[tuple[str, str], int] = defaultdict(int)
        used: Counter[str] = Counter()
        for write in writes:
            match write.table.removeprefix(PREFIX):
                case "ledger" if write.key[1] == "journal":
                    self._journal(write, moved)
                case "audit":
                    self._placed(write)
                case "balances":
                    moved[write.key] -= number(write.new, "amount") - number(write.old, "amount")
                case "orders":
                    touched |= set() if write.key[0].startswith(("subscriber#", "buyer#")) else {write.key[0]}
                    self._covered(write)
                    self._lost(write)
                    self._passed(write)
                    _keeps_its_claim(write)
                    _has_its_use(write)
                    used.subtract(_uses_of(write.new))
                    used.update(_uses_of(write.old))
                case "payees":
                    self._passed(write)
                case "coupons":
                    used["/".join(write.key)] += number(write.new, "used") - number(write.old, "used")
                case "library":
                    changed = _all_sources(write.old) ^ _all_sources(write.new)
                    touched |= {source.removeprefix("order#") for source in changed if source.startswith("order#")}
        if wrong := {key: amount for key, amount in moved.items() if amount}:
            raise Broken(f"I2: entries and balances differ by {wrong}")
        if wrong_uses := {name: count for name, count in used.items() if count}:
            raise Broken(f"coupons: counts and orders differ by {wrong_uses}")
        for write in writes:
            self._within_limits(write)
        for order_id in touched:
            self._accessible(order_id)

    def _journal(self, write: Write, moved: dict[tuple[str, str], int]) -> None:
        if write.old is not None or write.new is None:
            raise Broken(f"{write.key[0]} was changed")
        self.journals[write.new["kind"]["S"]] += 1
        sums: dict[str, int] = defaultdict(int)
        for entry in json.loads(write.new["entries"]["S"]):
            sums[entry["currency"]] += entry["amount"]
            if entry["account"].startswith(KEPT):
                moved[entry["account"], entry["currency"]] += entry["amount"]
        if any(sums.values()):
            raise Broken(f"I1: {write.key[0]} sums to {dict(sums)}")

    def _placed(self, write: Write) -> None:
        """Who approves where an unknown movement belongs is not who proposed it."""
        entry = write.new or {}
        placed = entry.get("deed", {}).get("S") == "finding.placed"
        if placed and json.loads(entry["facts"]["S"])["proposed_by"] == entry["actor_id"]["S"]:
            raise Broken(f"{entry['subject']['S']} was placed by who proposed it")

    def _covered(self, write: Write) -> None:
        row, new = write.key[1].partition("#")[0], write.new or {}
        if row in ("payment", "line"):
            whole = number(new, "amount" if row == "payment" else "price")
            refunded, reserved = number(new, "refunded"), number(new, "reserved")
            if not 0 <= refunded <= reserved <= whole:
                raise Broken(f"I6: {write.key}: refunded {refunded}, reserved {reserved}, of {whole}")

    def _lost(self, write: Write) -> None:
        """What a bank keeps of a sale is taken from those who had it, as far as anybody has any of it."""
        if not write.key[1].startswith("dispute#") or number(write.new, "losses") == number(write.old, "losses"):
            return
        order, dispute = self._rows_of(write.key[0]), write.new or {}
        sold = order[f"payment#{dispute['payment_id']['S']}"]["kind"]["S"] == "purchase"
        left = sum(number(line, "price") - number(line, "reserved") for line in _lines(order))
        reserved = sum(int(part["N"]) for part in dispute["parts"]["M"].values())
        if sold and left and reserved != number(dispute, "amount"):
            raise Broken(f"{write.key} takes {reserved} of {dispute['amount']['N']}, and {left} is left")

    def _rows_of(self, order_id: str) -> dict[str, Item]:
        return {key[1]: item for key, item in self._tables[f"{PREFIX}orders"].items.items() if key[0] == order_id}

    def _within_limits(self, write: Write) -> None:
        """A new order takes a use within the coupon's limits; only one that is paid late may go beyond."""
        new = write.new or {}
        if write.old is None and "coupon_held" in new:
            code, items = new["coupon"]["S"], self._tables[f"{PREFIX}coupons"].items
            terms, mine = items[code, "coupon"], items[code, f"buyer#{new['buyer_id']['S']}"]
            for counted, limit in ((terms, "most_uses"), (mine, "most_by_buyer")):
                if limit in terms and number(counted, "used") > number(terms, limit):
                    raise Broken(f"coupons: {code} is used {counted['used']} times, and {limit} is {terms[limit]}")

    def _passed(self, write: Write) -> None:
        row = write.key[1].partition("#")[0]
        if row in STATUSES and write.new:
            before, after = (STATUSES[row](item) if item else "–" for item in (write.old, write.new))
            machine = write.new["kind"]["S"] if row == "move" else row
            if before != after:
                self.transitions[f"{machine}: {before} → {after}"] += 1

    def _accessible(self, order_id: str) -> None:
        rows = self._rows_of(order_id)
        if (header := rows.get("order")) is None:
            raise Broken(f"I5: access by order {order_id}, which there is not")
        held = self._tables[f"{PREFIX}library"].items
        away = any(_is_away(item) for item in self._disputes(rows))
        for line in _lines(rows):
            is_had = "gift" not in header or "claimed_by" in header
            is_due = is_had and "paid_at" in header and not away and not _is_returned(line)
            has = _has(held, (header.get("claimed_by") or header["buyer_id"])["S"], line, f"order#{order_id}")
            if has != is_due:
                raise Broken(f"I5: {order_id}/{line['row']['S']}: access {has}, due {is_due}")

    def _disputes(self, rows: dict[str, Item]) -> Iterator[Item]:
        for row, item in rows.items():
            if row.startswith("dispute#") and rows[f"payment#{item['payment_id']['S']}"]["kind"]["S"] == "purchase":
                yield item


def _keeps_its_claim(write: Write) -> None:
    before, after = ((item or {}).get("claimed_by", {}).get("S") for item in (write.old, write.new))
    if before and before != after:
        raise Broken(f"gifts: {write.key[0]} was claimed by {before}, and then by {after}")


def _has_its_use(write: Write) -> None:
    """An order has a use of its coupon while it is paid, or may be."""
    new = write.new or {}
    over = any(fact in new for fact in ("review_at", "failed_at", "expired_at", "canceled_at"))
    due = "coupon" in new and ("paid_at" in new or not over)
    if due != ("coupon_held" in new):
        raise Broken(f"coupons: {write.key[0]} has a use: {not due}")


def _uses_of(header: Item | None) -> list[str]:
    """The counters that say that this order has a use of its coupon."""
    if not header or "coupon_held" not in header:
        return []
    return [f"{header['coupon']['S']}/{row}" for row in ("coupon", f"buyer#{header['buyer_id']['S']}")]


def _lines(rows: dict[str, Item]) -> list[Item]:
    return [item for row, item in rows.items() if row.startswith("line#")]


def _is_away(dispute: Item) -> bool:
    return number(dispute, "out") > 0 or number(dispute, "losses") > number(dispute, "reprieves")


def _is_returned(line: Item) -> bool:
    return 0 < number(line, "price") == number(line, "refunded")


def _all_sources(item: Item | None) -> set[str]:
    return sources(item).union(*periods(item).values())


def _has(held: dict[Any, Item], buyer_id: str, line: Item, source: str) -> bool:
    """Whether the library gives what the line sold: a work, or days of a pass."""
    if "author_id" in line:
        return source in periods(held.get((buyer_id, "passes"))).get(line["author_id"]["S"], {})
    return source in sources(held.get((buyer_id, line["work_id"]["S"])))
