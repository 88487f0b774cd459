"""What must hold: at every commit, on the items as they are stored; and at rest, against all that Stripe knows.

Written apart from chalicelib/orders/invariants.py, which runs at rest, too: what one overlooks the other may see.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from infra.prove.platform import Platform
from infra.prove.store import Write

CASH, KEPT = "cash", ("author_held#", "author_available#")
RENEWING = ("active", "past_due")
MOVES = ("transfer", "transfer_reversal")
PREFIX = "lyceum-dev-"
Item = dict[str, Any]


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
                    moved[write.key] -= _number(write.new, "amount") - _number(write.old, "amount")
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
                    used["/".join(write.key)] += _number(write.new, "used") - _number(write.old, "used")
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
            whole = _number(new, "amount" if row == "payment" else "price")
            refunded, reserved = _number(new, "refunded"), _number(new, "reserved")
            if not 0 <= refunded <= reserved <= whole:
                raise Broken(f"I6: {write.key}: refunded {refunded}, reserved {reserved}, of {whole}")

    def _lost(self, write: Write) -> None:
        """What a bank keeps of a sale is taken from those who had it, as far as anybody has any of it."""
        if not write.key[1].startswith("dispute#") or _number(write.new, "losses") == _number(write.old, "losses"):
            return
        order, dispute = self._rows_of(write.key[0]), write.new or {}
        sold = order[f"payment#{dispute['payment_id']['S']}"]["kind"]["S"] == "purchase"
        left = sum(_number(line, "price") - _number(line, "reserved") for line in _lines(order))
        reserved = sum(int(part["N"]) for part in dispute["parts"]["M"].values())
        if sold and left and reserved != _number(dispute, "amount"):
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
                if limit in terms and _number(counted, "used") > _number(terms, limit):
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


def at_rest(platform: Platform) -> Iterator[str]:
    """Every difference, once nothing moves any more."""
    from chalicelib.reconciliation import proving

    for one in proving.prove().differences:
        if " in suspense since " not in one.detail:  # a person looks: at what is unknown, or could not go back
            yield f"{one.invariant} {one.subject}: {one.detail}"
    yield from _moves(platform)
    yield from _entered(platform)
    yield from _reserved(platform)
    yield from _bundled(platform)
    yield from _subscribed(platform)
    yield from _done(platform)


def _moves(platform: Platform) -> Iterator[str]:
    """I3 and I4: each movement of Stripe's balance is one journal's cash, and the other way round."""
    fake, cash = platform.fake, _cash(platform)
    for move in fake.every("balance_transaction").values():
        names = [*_journals_for(fake, move), f"JX#{move['id']}"]
        if f"JXw#{move['id']}" in cash:  # it was unknown for a while
            undone = (cash.pop(f"JX#{move['id']}"), cash.pop(f"JXw#{move['id']}"))
            if sum(undone):
                yield f"I3: {move['id']} was unknown for {undone}"
        amounts = [cash.pop(name) for name in names if name in cash]
        if amounts != [move["net"]]:
            yield f"I3: {move['id']} ({move['type']}) moved {move['net']}, and {names} say {amounts}"
    for name, amount in cash.items():
        if amount:
            yield f"I3: {name} moved {amount}, and Stripe knows nothing of it"


def _journals_for(fake: Any, move: Item) -> Iterator[str]:
    source = move["source"]
    if source is None:
        return
    if charge := fake.every("charge").get(source):
        yield f"J1s#{charge['payment_intent']}"
    elif refund := fake.every("refund").get(source):
        back = refund.get("failure_balance_transaction") == move["id"]
        yield from (f"J{3 if back else 2}{kind}#{source}" for kind in ("", "r"))
    elif fake.every("transfer").get(source):
        yield f"J7#{source}"
    elif fake.every("transfer_reversal").get(source):
        yield f"J8#{source}"
    elif fake.every("payout").get(source):
        yield f"J9{'r' if move['type'] == 'payout_failure' else ''}#{source}"
    elif fake.every("topup").get(source):
        yield f"J10{'r' if move['type'] == 'topup_reversal' else ''}#{source}"
    else:
        yield from (f"J{kind}#{move['id']}" for kind in (4, 5))  # what is 0 here may be either


def _cash(platform: Platform) -> dict[str, int]:
    """What each journal says that the balance moved by."""
    found: dict[str, int] = {}
    for (account, row), item in platform.store.tables[f"{PREFIX}ledger"].items.items():
        if row != "journal":
            continue
        entries = json.loads(item["entries"]["S"])
        found[account.removeprefix("journal#")] = sum(one["amount"] for one in entries if one["account"] == CASH)
    return found


def _entered(platform: Platform) -> Iterator[str]:
    """What was paid and sent back at Stripe is in our rows; nothing was sent back twice for one reason."""
    orders, fake = platform.store.tables[f"{PREFIX}orders"].items, platform.fake
    rows = {key[1] for key in orders}
    for kind, prefix in (("payment_intent", "payment#"), ("refund", "refund#"), ("dispute", "dispute#")):
        for thing in fake.every(kind).values():
            counts = thing["status"] == "succeeded" or kind == "dispute"
            if counts and f"{prefix}{thing['id']}" not in rows:
                yield f"{kind} {thing['id']} is {thing['status']}, and we know nothing of it"
    tasks = Counter(
        refund["metadata"].get("task") for refund in fake.every("refund").values() if refund["status"] != "failed"
    )
    yield from (f"{task} was sent back {times} times" for task, times in tasks.items() if task and times > 1)
    paid = Counter(move["metadata"].get("move") for kind in MOVES for move in fake.every(kind).values())
    yield from (f"{move} was carried out {times} times" for move, times in paid.items() if move and times > 1)
    for (order_id, row), item in orders.items():
        useless = row.startswith("payment#") and item["kind"]["S"] != "purchase"
        if useless and _number(item, "refunded") != _number(item, "amount") and not _excused(orders, order_id, row):
            yield f"{order_id}/{row} bought nothing and did not go back"


def _reserved(platform: Platform) -> Iterator[str]:
    """Of each line that went back of which requests say so; and that is reserved besides which is to go back, or a bank
    may keep. What was lost, and is here again, is nobody's loss."""
    back, due = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    rows = platform.store.tables[f"{PREFIX}orders"].items
    for (order_id, row), item in rows.items():
        status = _request_status(item) if row.startswith("request#") else ""
        holds = row.startswith("dispute#") or status in ("review", "approved", "refunded")
        for line, part in item.get("parts", {}).get("M", {}).items() if holds else ():
            due[order_id, line] += int(part["N"])
            back[order_id, line] += int(part["N"]) if status == "refunded" else 0
        is_here = row.startswith("dispute#") and item["status"]["S"] == "won" and not _number(item, "out")
        if is_here and _number(item, "losses") != _number(item, "reprieves"):
            yield f"{order_id}/{row} is won, and its loss is in the book"
    for (order_id, row), item in rows.items():
        held = _number(item, "refunded"), _number(item, "reserved")
        if row.startswith("line#") and held != (back[order_id, row], due[order_id, row]):
            yield f"{order_id}/{row} has {held} back and reserved, not {back[order_id, row], due[order_id, row]}"


def _bundled(platform: Platform) -> Iterator[str]:
    """Whoever had none of its works yet is to pay a bundle's price for them."""
    from infra.prove import stock

    asked: Counter[tuple[str, str]] = Counter()
    for (order_id, row), item in platform.store.tables[f"{PREFIX}orders"].items.items():
        if row.startswith("line#") and "bundle" in item and not json.loads(item["bundle"]["S"])["left_out"]:
            asked[order_id, item["currency"]["S"]] += _number(item, "price") + _number(item, "discount")
    for (order_id, currency), price in asked.items():
        if price != stock.BUNDLE_PRICES[currency]:
            yield f"{order_id} asks {price} for a bundle of {stock.BUNDLE_PRICES[currency]} {currency}"


def _subscribed(platform: Platform) -> Iterator[str]:
    """Each is charged by one of Stripe's at most; and nobody has a grace of what is not charged again."""
    charged = Counter(one["metadata"]["subscription_id"] for one in platform.fake.every("subscription").values()
                      if one["status"] in RENEWING)  # fmt: skip
    yield from (f"{name} is charged {times} times" for name, times in charged.items() if times > 1)
    graces = {
        source.partition("#")[2]
        for (_, row), item in platform.store.tables[f"{PREFIX}library"].items.items() if row == "passes"
        for periods in _periods(item).values() for source in periods if source.startswith("grace#")
    }  # fmt: skip
    for (_, row), item in platform.store.tables[f"{PREFIX}orders"].items.items():
        name = row.partition("#")[2]
        if row.startswith("subscription#") and name in graces and _subscription_status(item) not in RENEWING:
            yield f"{name} is {_subscription_status(item)}, and there is a grace of it"


def _excused(orders: dict[Any, Item], order_id: str, row: str) -> bool:
    """Its refund failed, or a bank has taken it: a person looks."""
    others = [item for key, item in orders.items() if key[0] == order_id]
    about = [item for item in others if item.get("payment_id", {}).get("S") == row.removeprefix("payment#")]
    return any("failed_at" in item or item["row"]["S"].startswith("dispute#") for item in about)


def _done(platform: Platform) -> Iterator[str]:
    """Nothing waits for ever."""
    for key, item in platform.store.tables[f"{PREFIX}orders"].items.items():
        if item.get("unfinished", {}).get("S") == "payment":
            yield f"{key[0]} waits to be paid on a page that is closed"
    for key, item in platform.store.tables[f"{PREFIX}inbox"].items.items():
        if "unfinished" in item:
            yield f"event {key[0]} ({item['type']['S']}) is {item['unfinished']['S']}: {item.get('parked_for')}"
    for key, item in platform.store.tables[f"{PREFIX}outbox"].items.items():
        if "unfinished" in item and item["queue"]["S"] != "mail":
            yield f"task {key[0]} ({item['kind']['S']}) is {item['unfinished']['S']}"


def _order_status(item: Item) -> str:
    from chalicelib.orders import status

    return status.of(_facts(item))


def _request_status(item: Item) -> str:
    from chalicelib.orders import status

    return status.of_request(_facts(item))


def _subscription_status(item: Item) -> str:
    from chalicelib.orders import subscriptions

    return subscriptions.status(_facts(item))


def _dispute_status(item: Item) -> str:
    return str(item["status"]["S"])


def _move_status(item: Item) -> str:
    if "done_at" not in item:
        return "declined" if "declined_at" in item else "moving"
    returned = _number(item, "returned")
    return "done" if not returned else "returned" if returned == _number(item, "amount") else "partly returned"


def _placement_status(item: Item) -> str:
    if "decided_at" not in item:
        return "waiting"
    return "approved" if item["approved"]["BOOL"] else "rejected"


STATUSES = {
    "order": _order_status,
    "request": _request_status,
    "subscription": _subscription_status,
    "dispute": _dispute_status,
    "placement": _placement_status,
    "move": _move_status,
}


def _facts(item: Item) -> Any:
    known = {name: int(value["N"]) if "N" in value else value.get("S") for name, value in item.items()}
    return _Facts(**known)


class _Facts(SimpleNamespace):
    def __getattr__(self, name: str) -> None:
        return None


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
    return _number(dispute, "out") > 0 or _number(dispute, "losses") > _number(dispute, "reprieves")


def _is_returned(line: Item) -> bool:
    return 0 < _number(line, "price") == _number(line, "refunded")


def _number(item: Item | None, name: str) -> int:
    return int((item or {}).get(name, {}).get("N", 0))


def _sources(item: Item | None) -> set[str]:
    return set((item or {}).get("sources", {}).get("SS", ()))


def _periods(item: Item | None) -> dict[str, dict[str, Any]]:
    """Author → source → period, of a row of passes."""
    return json.loads(item["periods"]["S"]) if item and "periods" in item else {}


def _all_sources(item: Item | None) -> set[str]:
    return _sources(item).union(*_periods(item).values())


def _has(held: dict[Any, Item], buyer_id: str, line: Item, source: str) -> bool:
    """Whether the library gives what the line sold: a work, or days of a pass."""
    if "author_id" in line:
        return source in _periods(held.get((buyer_id, "passes"))).get(line["author_id"]["S"], {})
    return source in _sources(held.get((buyer_id, line["work_id"]["S"])))
