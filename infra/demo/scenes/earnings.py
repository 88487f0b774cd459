"""The authors are paid, and the books balance."""

from functools import partial
from typing import Any

import requests

from chalicelib.core import clock
from infra.demo.caller import Caller, until
from infra.demo.play import Play
from infra.local.clockwork import MovableClock


def authors_are_paid(play: Play) -> None:
    play.checks.scene("12. The authors are paid · 结算")
    sold = {author: author.get("/v1/me/sales")["items"] for author in play.authors}
    sellers = [author for author, sales in sold.items() if sales]
    for author in sellers:
        page = author.post("/v1/me/payee", {"country": "SG"})["url"]
        requests.post(page, allow_redirects=False, timeout=30).raise_for_status()
        until("the account to be payable", partial(_is_payable, author))
    play.stripe("topups/make", amount=5_000, currency="usd")
    play.checks.say("the bank's fee for the dispute is more than this small shop has: the platform adds to its balance")
    play.checks.say("two weeks and some days pass: what readers may want back is held so long")
    for days in (15, 1, 1):
        MovableClock().advance(days=days)
        play.admin.post("/v1/admin/sweeps")
    for author in sellers:
        _paid(play, author, sold[author][0]["order_id"])


def _is_payable(author: Caller) -> bool:
    return bool(author.get("/v1/me/payee")["status"] == "payable")


def _paid(play: Play, author: Caller, order_id: str) -> None:
    payout = until("the payout", lambda: next((one for one in _payouts(author) if one["status"] == "done"), None))
    play.checks.check(f"{payout['written_amount']} were transferred to {author.name}", payout["kind"] == "transfer")
    left = author.get("/v1/me/payee")
    play.checks.check(
        "nothing is held or owed any more", not any((*left["held"].values(), *left["available"].values()))
    )
    sale = author.get(f"/v1/me/sales/{order_id}")
    line = sale["lines"][0]
    whole = line["tax"] + line["commission"] + sum(line["shares"].values())
    play.checks.check("the split of a sale comes to what was paid", whole == line["gross"], line)
    _statement(play, author)


def _payouts(author: Caller) -> list[dict[str, Any]]:
    return list(author.get("/v1/me/payouts")["items"])


def _statement(play: Play, author: Caller) -> None:
    """Every month since the first sale, and whether each goes on from the one before and comes to its end."""
    moved = ("sales", "refunds", "disputes", "exchanged", "paid", "paid_back", "corrections")
    whole, closing = True, dict[str, int]()
    first = author.get("/v1/me/sales")["items"][-1]["sold_at"][:7]
    for month in dict.fromkeys((first, clock.rfc3339(clock.now())[:7])):
        statement = author.get(f"/v1/me/statements/{month}")
        for sums in statement["currencies"]:
            told = "  ".join(f"{name} {sums[name]:+,}" for name in ("opening", *moved, "closing") if sums[name])
            play.checks.say(f"{author.name}, {month}, {sums['currency'].upper()} (minor units): {told or 'nothing'}")
            whole &= sums["opening"] == closing.get(sums["currency"], 0)
            whole &= sums["closing"] == sums["opening"] + sum(sums[name] for name in moved)
            closing[sums["currency"]] = sums["closing"]
    play.checks.check("the statement balances, month after month", whole, closing)


def books_balance(play: Play) -> None:
    play.checks.scene("13. The books balance · 账目")
    play.admin.post("/v1/admin/sweeps")
    compared = play.admin.post("/v1/admin/comparisons")
    play.checks.check("the book is Stripe's balance, movement by movement", not compared["open"], compared)
    report = play.admin.get("/v1/admin/invariants")
    play.checks.say(f"{report['journals']} journals, {report['orders']} orders, {report['holdings']} holdings")
    play.checks.check("every journal, balance and access agrees", not report["differences"], report["differences"])
