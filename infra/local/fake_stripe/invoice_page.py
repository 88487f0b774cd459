"""The hosted page of an invoice: GET shows it, POST pays it with a card."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from infra.local.fake_stripe import renewals
from infra.local.fake_stripe.answers import Answer, html_answer
from infra.local.fake_stripe.checkout_page import chosen_language
from infra.local.fake_stripe.page_view import closed_page, invoice_page
from infra.local.fake_stripe.problems import Problem

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_CLOSED = {"paid": "complete", "draft": "missing"}


def handle(fake: FakeStripe, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    bare, _, query = path.partition("?")
    with fake.lock:
        fake.tick()
        fake.request = {"id": None, "idempotency_key": None}
        invoice = fake.every("invoice").get(bare.removeprefix("/i/"))
        language = chosen_language(parse_qs(query).get("lang", [""])[0], None, headers.get("accept-language", ""))
        if invoice is None:
            return html_answer(404, closed_page(language, "missing", None))
        if invoice["status"] != "open":
            return html_answer(410, closed_page(language, _CLOSED.get(invoice["status"], "expired"), None))
        if method != "POST":
            return html_answer(200, invoice_page(language, invoice, "", ""))
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        try:
            renewals.paid_by_hand(fake, invoice["id"], form.get("card_number", ""))
        except Problem as problem:
            return html_answer(402, invoice_page(language, invoice, problem.message, problem.code or ""))
        return html_answer(200, closed_page(language, "complete", None))
