"""The hosted page: GET shows it, POST pays or cancels. A person clicks it, a test posts the same form."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from infra.local.fake_stripe import automatic_tax, payments
from infra.local.fake_stripe.answers import Answer, html_answer, redirect
from infra.local.fake_stripe.page_texts import TEXTS
from infra.local.fake_stripe.page_view import closed_page, payment_page
from infra.local.fake_stripe.problems import Problem
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe


def handle(fake: FakeStripe, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    bare, _, query = path.partition("?")
    with fake.lock:
        fake.tick()
        fake.request = {"id": None, "idempotency_key": None}
        session = fake.every("checkout.session").get(bare.removeprefix("/c/pay/"))
        language = chosen_language(parse_qs(query).get("lang", [""])[0], session, headers.get("accept-language", ""))
        if session is None:
            return html_answer(404, closed_page(language, "missing", None))
        if session["status"] != "open":
            return html_answer(410, closed_page(language, session["status"], session))
        if method == "POST":
            form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
            return _submit(fake, session, form, language)
        return _show(fake, session, language)


def chosen_language(asked: str, session: Object | None, accepted: str) -> str:
    """``?lang=``, else the session's locale, else the browser's first language that the page speaks, else English."""
    weighed = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        weighed.append((-_weight(weight), tag))
    preferred = [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]
    for tag in (asked, (session or {}).get("locale") or "", *preferred):
        if tag.lower().split("-")[0] in TEXTS:
            return tag.lower().split("-")[0]
    return "en"


def _weight(told: str) -> float:
    try:
        return float(told or 1)
    except ValueError:
        return 0.0


def _submit(fake: FakeStripe, session: Object, form: dict[str, str], language: str) -> Answer:
    """After a payment the browser goes to ``success_url``; a declined one shows the page again, with the reason."""
    if form.get("action") == "cancel":
        return redirect(session["cancel_url"]) if session["cancel_url"] else _show(fake, session, language)
    try:
        payments.pay(
            fake,
            session["id"],
            method=form.get("method", "card"),
            outcome=form.get("outcome", "approve"),
            card=form.get("card_number", ""),
            email=form.get("email"),
            place={name: form.get(name) for name in automatic_tax.PLACE},
        )
    except Problem as problem:
        return _show(fake, session, language, problem.message, status=400)
    if session["status"] == "open":
        error = payments.intent_of(fake, session)["last_payment_error"]
        return _show(fake, session, language, error["message"], error["code"], status=402)
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", quote(session["id"])))


def _show(
    fake: FakeStripe, session: Object, language: str, message: str = "", code: str = "", status: int = 200
) -> Answer:
    return html_answer(status, payment_page(language, session, fake.state.lines[session["id"]], message, code))
