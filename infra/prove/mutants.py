"""Mutants: the code with one guard taken out each. A proof that does not notice proves nothing.

Each is a copy of the sources with one text replaced, hunted in a process of its own by stories, single faults and
histories, until something does not hold. What survives is not guarded by the proof, or explained here; what is explained
and dies is explained wrongly.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
COPIED = ("app.py", "chalicelib", "infra")
HISTORIES, EXPLAINED = 1_500, 200
"""How many of them hunt a mutant; and one of which is said that nobody can notice."""
FOUND = 10
"""How a hunt ends that found something. Not with 1, as Python does where a module is broken: that proves nothing."""


class Crashed(Exception):
    """A mutant, or the hunt itself, does not run: nothing was looked at."""


class Mutant(NamedTuple):
    """``equivalent`` says why nobody can notice, where nobody can."""

    guard: str
    path: str
    old: str
    new: str
    equivalent: str = ""


def _orders(guard: str, name: str, old: str, new: str, equivalent: str = "") -> Mutant:
    return Mutant(guard, f"chalicelib/orders/{name}.py", old, new, equivalent)


MUTANTS = (
    _orders("a payment has the order's amount", "fulfilment",
            'return "amount" if payment.amount != order.header.total else None', "return None"),
    _orders("a payment has the order's currency", "fulfilment",
            "if payment.currency != order.header.currency:", "if False:"),
    _orders("a second payment buys nothing", "fulfilment", "if order.header.paid_at:\n        _return", "if False:\n        _return"),
    _orders("a payment that is known is not entered again", "fulfilment", "known = order.payment(payment.id)", "known = None"),
    _orders("a payment is settled once", "fulfilment",
            "if payment.settled is None or row.balance_transaction:", "if payment.settled is None:"),
    _orders("what buys nothing goes back", "fulfilment", "returning.ask(tx, order.order_id, payment, kind, reason)", "pass"),
    _orders("access is granted with the payment", "fulfilment",
            "access.grant(tx, order.holder_id, card, files, access.order(order.order_id), GoodsMoved())", "pass"),
    _orders("an event is done only with its facts", "fulfilment", "inbox.finish(tx, event)\n            return", "return"),
    _orders("a return looks first", "returning", "known = gateway.refunds_of(told[\"payment_id\"])", "known = []"),
    _orders("a return is sent once", "returning", "if left > 0 and not ours:", "if True:"),
    _orders("what left is booked once", "returning", "if refund.settled and not row.posted:", "if refund.settled:"),
    _orders("what came back is booked once", "returning",
            "if refund.returned and not row.reversed and (row.posted or (at_once and refund.settled)):", "if False:"),
    _orders("a late failure is counted", "returning",
            'if refund.status in FAILED and not row.failed_at:', "if False:"),
    _orders("a refund looks first", "sending_back",
            "refund = next((each for each in gateway.refunds_of(request.payment_id) if each.task == task.outbox_id), None)",
            "refund = None"),
    _orders("a refund reserves the payment", "refunding",
            "collection.change(tx, payment, reserved=payment.reserved + sum(parts.values()))", "pass"),
    _orders("a refund reserves its lines", "refunding",
            "collection.change(tx, line, reserved=line.reserved + parts[line.row])", "pass"),
    _orders("of many requests one wins", "refunding",
            "collection.guard(tx, order)\n", "pass\n",
            "the payment's own version lets one win; the header's is for those who write lines and no payment"),
    _orders("a request asks for what is left", "asking", "left = int(line.price - line.reserved)", "left = int(line.price)"),
    _orders("an order in dispute is not refunded", "asking", "if contested.is_frozen(order):", "if False:",
            "what is reserved or taken by the dispute cannot be asked for, and Stripe refuses the rest"),
    _orders("a refund that Stripe refuses frees its part", "sending_back",
            '_give_up(order.order_id, task.data["request_id"], error.code)', "pass"),
    _orders("access ends with all of a line", "refunding",
            "entitlement.end(tx, order, line)", "pass"),
    _orders("access comes back with a late failure", "refunding",
            "entitlement.restore(tx, order, line)", "pass"),
    _orders("a late failure gives no access while a bank has the money", "refunding",
            " and not contested.is_suspended(order)", ""),
    _orders("shares are taken back cumulatively", "refunding",
            "return returns.next_part(terms_of(line), line.booked, taken_of(line), part)",
            "return returns.whole(terms_of(line), part)"),
    _orders("a failed refund frees its part", "refunding",
            'freed = row.amount if "failed_at" in facts else 0', "freed = 0"),
    _orders("what a bank takes is booked once", "disputing",
            "new = [move for move in dispute.moves if move.id not in row.moves]", "new = list(dispute.moves)"),
    _orders("access waits while a bank has the money", "disputing",
            "follow(self.tx, order, line)", "pass"),
    _orders("what a bank has is reserved", "disputing", "self._cover()\n        if lost", "pass\n        if lost"),
    _orders("a dispute is lost once", "disputing", "if lost and not contested.is_lost(self.row):", "if lost:"),
    _orders("what was lost and won comes back", "disputing", "            self._reprieve()\n", "            pass\n"),
    _orders("a refund by hand is reserved", "adopting",
            "refunding.reserve(tx, order, payment, parts)", "pass"),
    _orders("an expired page ends its order", "hearing", 'return "expired_at"', "return None"),
    Mutant("a journal is put in once", "chalicelib/ledger/journals.py", "tx.insert(stored, AlreadyPosted())", "tx.put(stored)",
           "the rows that decide whether it is posted are changed in the same transaction, under a version"),
    Mutant("balances move with the journal", "chalicelib/ledger/journals.py",
           "tx.update(StoredBalance(account, currency), moved, any_version=True)", "pass"),
    Mutant("what nothing explains is in suspense", "chalicelib/reconciliation/explaining.py",
           "journals.post(tx, postings.unknown(settled))", "pass"),
    Mutant("an unknown movement is in suspense once", "chalicelib/ledger/postings.py",
           'return journal("JX", settled.id, "", entries, settled)', 'return journal("JX", settled.id, "", entries)'),
    Mutant("what is in suspense is an open finding until it is placed", "chalicelib/reconciliation/findings.py",
           "        FindingRow.unfinished.remove(),\n", ""),
    Mutant("who approves is not who proposed", "chalicelib/ledger/proposals.py",
           ' or (approves and admin.party_id == proposal["proposed_by"])', ""),
    Mutant("a row is changed as it was read", "chalicelib/orders/collection.py", "tx.update(row, actions, refusal=Moved())",
           "tx.update(row, actions, refusal=Moved(), any_version=True)"),
    Mutant("a coupon is used no more often than it may be", "chalicelib/coupons/uses.py",
           "stands &= CouponRow.used < coupon.most_uses", "pass"),
    Mutant("a buyer uses it no more often than a buyer may", "chalicelib/coupons/uses.py",
           "few = UsesRow.used.does_not_exist() | (UsesRow.used < coupon.most_by_buyer)", "pass"),
    _orders("a use is given back once", "discounting",
            "if not header.coupon or not header.coupon_held or", "if not header.coupon or"),
    _orders("what is paid keeps its use", "discounting", "not header.coupon_held or header.paid_at:", "not header.coupon_held:"),
    _orders("a use is taken again once", "discounting",
            "if header.coupon is None or header.coupon_held:", "if header.coupon is None:"),
    _orders("an order that expires gives its use back", "hearing",
            "given = discounting.give_back(tx, order.header) if facts.keys() & _ENDS else {}", "given = {}"),
    _orders("an order that is canceled gives its use back", "cancellation",
            ", **discounting.give_back(tx, order.header)}", "}"),
    _orders("a late payment has a use", "fulfilment", ", **discounting.take_again(tx, order.header)}", "}"),
    _orders("a gift is nobody's until it is claimed", "collection",
            "self.header.claimed_by if self.header.gift else self.header.buyer_id", "self.header.buyer_id"),
    _orders("a gift is claimed once", "gifting",
            "    if order.header.claimed_by:\n        raise GiftClaimed\n    gone", "    gone"),
    _orders("what is asked back is not claimed", "gifting", "if contested.is_asked_back(order) or gone or", "if gone or",
            "what is claimed meanwhile goes when its money does, from who claimed it"),
    _orders("a gift waits while a bank has its money", "gifting", " or contested.is_frozen(order) or", " or",
            "what a bank has is reserved, and so counts as asked back; an inquiry takes nothing from anybody"),
    _orders("a new link voids the one before", "gifting",
            'if not hmac.compare_digest(order.header.gift_hash or "", _digest(secret)):', "if False:"),
    _orders("what went back is not in a gift", "gifting",
            "left = _left(order)\n            goods", "left = order.lines\n            goods"),
    Mutant("what is ours and held up is nobody's to place", "chalicelib/reconciliation/explaining.py",
           "type(error).__name__, held=True)", "type(error).__name__)"),
    _orders("of two pages of a subscription one is it", "renewing",
            'return None if row.provider_id in (None, invoice.billed_by) else "paid_before"', "return None"),
    _orders("days end when their money goes back", "passing",
            "passes.revoke(tx, holder_id, str(sold.author_id), sources, Moved())", "pass"),
    _orders("who is not charged again has no grace", "following", "facts |= subscriptions.take_grace(tx, row)", "pass"),
    _orders("the tax of a sale is declared", "declaring", '_put(tx, order, "declare_tax", order.order_id)', "pass"),
    _orders("the tax of what goes back is declared", "declaring",
            '_put(tx, order, "declare_tax_back", about, parts=parts)', "pass"),
    _orders("the tax of what came back is declared", "declaring", '_put(tx, order, "declare_tax_undone", about)', "pass"),
    _orders("what is tax is nobody's share", "taxing", "parts = split(line.price - tax.amount,", "parts = split(line.price,"),
    Mutant("a lost answer about tax is asked for again", "chalicelib/payments/taxes.py",
           "(attempt, *range(1, min(attempt, ASKED_AGAIN + 1)))", "(attempt,)"),
    _orders("a bundle's works have its price among them", "bundling", "return apportion(bundle.prices[currency], weights)",
            "return dict(listed)"),
)  # fmt: skip


def hunt(number: int, processes: int, say: Callable[..., None]) -> list[str]:
    """The guards whose mutants survived and are not explained, or are explained and died."""
    chosen = MUTANTS[:number]
    with ThreadPoolExecutor(processes) as pool:
        wrong = []
        for at, (mutant, died) in enumerate(zip(chosen, pool.map(dies, chosen), strict=True), start=1):
            outcome = "killed" if died else "explained" if mutant.equivalent else "survived"
            say(f"mutant {at} of {len(chosen)}: {mutant.guard}: {outcome}")
            if died == bool(mutant.equivalent):
                wrong.append(f"{mutant.guard}: {outcome}, though it is explained" if died else mutant.guard)
    return wrong


def report(number: int, survivors: list[str]) -> dict[str, Any]:
    explained = sum(1 for mutant in MUTANTS[:number] if mutant.equivalent)
    return {
        "mutants_total": number,
        "mutants_killed": number - explained - len(survivors),
        "mutants_equivalent": explained,
        "survivors": survivors,
    }


def dies(mutant: Mutant) -> bool:
    """Whether something does not hold with it. Raises LookupError where its text is not there, and Crashed."""
    with tempfile.TemporaryDirectory(prefix="lyceum-mutant-") as folder:
        place = Path(folder)
        for name in COPIED:
            source = ROOT / name
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, place / name, ignore=ignored) if source.is_dir() else shutil.copy(source, place)
        target = place / mutant.path
        text = target.read_text()
        if text.count(mutant.old) != 1:
            raise LookupError(f"{mutant.guard}: its text is {text.count(mutant.old)} times in {mutant.path}")
        target.write_text(text.replace(mutant.old, mutant.new))
        histories = EXPLAINED if mutant.equivalent else HISTORIES
        command = [sys.executable, "-m", "infra.prove.hunting", str(histories)]
        surroundings = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, timeout=600)
        if done.returncode not in (0, FOUND):
            raise Crashed(f"{mutant.guard}: {done.stderr.decode()[-1_000:]}")
        return done.returncode == FOUND
