"""What must hold once nothing moves any more, against all that Stripe knows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from infra.prove import taxes
from infra.prove.items import CASH, PREFIX, Item, number, periods, request_status, subscription_status
from infra.prove.platform import Platform

RENEWING = ("active", "past_due")
MOVES = ("transfer", "transfer_reversal")


def at_rest(platform: Platform, forgetful: bool = True) -> Iterator[str]:
    """Every difference, once nothing moves any more. ``forgetful``: keys may have been forgotten before they were asked
    for again."""
    from chalicelib.reconciliation import proving

    for one in proving.prove().differences:
        if " in suspense since " not in one.detail:  # a person looks: at what is unknown, or could not go back
            yield f"{one.invariant} {one.subject}: {one.detail}"
    yield from _moves(platform)
    yield from _entered(platform)
    yield from _reserved(platform)
    yield from _bundled(platform)
    yield from _subscribed(platform)
    lost = taxes.lost(platform) if forgetful else set[str]()
    yield from taxes.declared(platform, lost)
    yield from _done(platform, lost)


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
    back = Counter[str]()
    for refund in fake.every("refund").values():
        back[refund["payment_intent"]] += refund["amount"] if refund["status"] == "succeeded" else 0
    for (order_id, row), item in orders.items():
        useless = row.startswith("payment#") and item["kind"]["S"] != "purchase"
        if useless and number(item, "refunded") != number(item, "amount") and not _excused(orders, order_id, row):
            yield f"{order_id}/{row} bought nothing and did not go back"
        went = back[row.removeprefix("payment#")]
        if useless and number(item, "refunded") != went:
            yield f"{order_id}/{row} bought nothing: {went} went back, and {number(item, 'refunded')} is said to have"


def _reserved(platform: Platform) -> Iterator[str]:
    """Of each line that went back of which requests say so; and that is reserved besides which is to go back, or a bank
    may keep. What was lost, and is here again, is nobody's loss."""
    back, due = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    rows = platform.store.tables[f"{PREFIX}orders"].items
    for (order_id, row), item in rows.items():
        status = request_status(item) if row.startswith("request#") else ""
        holds = row.startswith("dispute#") or status in ("review", "approved", "refunded")
        for line, part in item.get("parts", {}).get("M", {}).items() if holds else ():
            due[order_id, line] += int(part["N"])
            back[order_id, line] += int(part["N"]) if status == "refunded" else 0
        is_here = row.startswith("dispute#") and item["status"]["S"] == "won" and not number(item, "out")
        if is_here and number(item, "losses") != number(item, "reprieves"):
            yield f"{order_id}/{row} is won, and its loss is in the book"
    for (order_id, row), item in rows.items():
        held = number(item, "refunded"), number(item, "reserved")
        if row.startswith("line#") and held != (back[order_id, row], due[order_id, row]):
            yield f"{order_id}/{row} has {held} back and reserved, not {back[order_id, row], due[order_id, row]}"


def _bundled(platform: Platform) -> Iterator[str]:
    """Whoever had none of its works yet is to pay a bundle's price for them."""
    from infra.prove import stock

    asked: Counter[tuple[str, str]] = Counter()
    for (order_id, row), item in platform.store.tables[f"{PREFIX}orders"].items.items():
        if row.startswith("line#") and "bundle" in item and not json.loads(item["bundle"]["S"])["left_out"]:
            asked[order_id, item["currency"]["S"]] += number(item, "price") + number(item, "discount")
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
        for held in periods(item).values() for source in held if source.startswith("grace#")
    }  # fmt: skip
    for (_, row), item in platform.store.tables[f"{PREFIX}orders"].items.items():
        name = row.partition("#")[2]
        if row.startswith("subscription#") and name in graces and subscription_status(item) not in RENEWING:
            yield f"{name} is {subscription_status(item)}, and there is a grace of it"


def _excused(orders: dict[Any, Item], order_id: str, row: str) -> bool:
    """Its refund failed, or a bank has taken it: a person looks."""
    others = [item for key, item in orders.items() if key[0] == order_id]
    about = [item for item in others if item.get("payment_id", {}).get("S") == row.removeprefix("payment#")]
    return any("failed_at" in item or item["row"]["S"].startswith("dispute#") for item in about)


def _done(platform: Platform, lost: set[str]) -> Iterator[str]:
    """Nothing waits for ever, but what a person is told of."""
    for key, item in platform.store.tables[f"{PREFIX}orders"].items.items():
        if item.get("unfinished", {}).get("S") == "payment":
            yield f"{key[0]} waits to be paid on a page that is closed"
    for key, item in platform.store.tables[f"{PREFIX}inbox"].items.items():
        if "unfinished" in item:
            yield f"event {key[0]} ({item['type']['S']}) is {item['unfinished']['S']}: {item.get('parked_for')}"
    for key, item in platform.store.tables[f"{PREFIX}outbox"].items.items():
        waits = "unfinished" in item and item["queue"]["S"] != "mail"
        if waits and not taxes.waits_for_a_person(item, lost):
            yield f"task {key[0]} ({item['kind']['S']}) is {item['unfinished']['S']}"
