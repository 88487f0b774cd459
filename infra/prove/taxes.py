"""What must hold of taxes once nothing moves any more: the book says of an order what Stripe's records come to.

But for orders of which something is there under an id that nobody knows: its answer was lost for longer than Stripe
knows the key. Of those a person is told (docs/decisions/0030).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from infra.prove.items import PREFIX, Item
from infra.prove.platform import Platform

UNDONE = "-undone"


def declared(platform: Platform, lost: set[str]) -> Iterator[str]:
    """Every difference, by order."""
    told, booked = _told(platform), _booked(platform)
    for order_id in (told.keys() | booked.keys()) - lost:
        if told[order_id] != booked[order_id]:
            yield f"tax of {order_id} is {booked[order_id]} in the book, and {told[order_id]} at Stripe"


def lost(platform: Platform) -> set[str]:
    """The orders of which that is so, as what is known of them says, or what waits and is there already."""
    there = {transaction["reference"] for transaction in platform.fake.every("tax.transaction").values()}
    waits = {_reference(task): _order_of(task) for task in _tasks(platform) if "unfinished" in task}
    known = {order_id for order_id, references in _known(platform).items()
             if any(one["id"] is None for one in references.values())}  # fmt: skip
    return known | {order_id for reference, order_id in waits.items() if reference in there}


def waits_for_a_person(task: Item, lost: set[str]) -> bool:
    """A task of such an order."""
    return _is_of_tax(task) and _order_of(task) in lost


def _told(platform: Platform) -> Counter[str]:
    """What Stripe's records of each order come to."""
    of = {reference: order_id for order_id, references in _known(platform).items() for reference in references}
    of |= {_reference(task): _order_of(task) for task in _tasks(platform)}
    found = Counter[str]()
    for transaction in platform.fake.every("tax.transaction").values():
        lines = platform.fake.state.lines[transaction["id"]]
        found[of.get(transaction["reference"], "nobody")] += sum(line["amount_tax"] for line in lines)
    return found


def _booked(platform: Platform) -> Counter[str]:
    """Of each order for which a calculation was asked."""
    asked, found = _known(platform), Counter[str]()
    for (_, row), item in platform.store.tables[f"{PREFIX}ledger"].items.items():
        if row == "journal" and (order_id := item["order_id"]["S"]) in asked:
            entries = json.loads(item["entries"]["S"])
            found[order_id] -= sum(one["amount"] for one in entries if one["account"] == "tax")
    return found


def _known(platform: Platform) -> dict[str, dict[str, Item]]:
    """What is known of Stripe's records, by order and reference, of orders whose tax was asked for."""
    return {
        order_id: json.loads(item["tax_declared"]["S"]) if "tax_declared" in item else {}
        for (order_id, row), item in platform.store.tables[f"{PREFIX}orders"].items.items()
        if row == "order" and "tax_calculation" in item
    }


def _tasks(platform: Platform) -> list[Item]:
    return [item for item in platform.store.tables[f"{PREFIX}outbox"].items.values() if _is_of_tax(item)]


def _is_of_tax(task: Item) -> bool:
    return str(task["kind"]["S"]).startswith("declare_tax")


def _order_of(task: Item) -> str:
    return str(json.loads(task["data"]["S"])["order_id"])


def _reference(task: Item) -> str:
    about = str(json.loads(task["data"]["S"])["about"])
    return about + UNDONE if task["kind"]["S"] == "declare_tax_undone" else about
