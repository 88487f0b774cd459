"""The hosted page's HTML: no script, no outside asset; everything that came from a caller is escaped."""

from __future__ import annotations

from html import escape

from infra.local.fake_stripe.currencies import written
from infra.local.fake_stripe.page_texts import TEXTS
from infra.local.fake_stripe.state import Object

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#697386;--line:#e3e8ee;--page:#f6f8fa;--card:#fff;--accent:#4b45c6;
--bad:#c0123c}
@media(prefers-color-scheme:dark){:root{--ink:#eef0f4;--soft:#a3acb9;--line:#343a4c;--page:#12141c;--card:#1b1e29;
--accent:#8f8bff;--bad:#ff7a93}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,"PingFang SC","Noto Sans CJK SC",
"Microsoft YaHei",sans-serif}
main{max-width:56rem;margin:0 auto;padding:1rem;display:grid;gap:1.5rem;align-items:start}
@media(min-width:48rem){main{grid-template-columns:1fr 1fr;padding:3rem 1rem}}
header{grid-column:1/-1;display:flex;justify-content:space-between;gap:1rem;color:var(--soft);font-size:.875rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem}
h1{font-size:1rem;font-weight:500;color:var(--soft);margin:0}.sum{font-size:2.25rem;font-weight:650;margin:0 0 1rem}
ul{list-style:none;margin:0;padding:0}li{display:flex;justify-content:space-between;gap:1rem;padding:.6rem 0;
border-top:1px solid var(--line);overflow-wrap:anywhere}li span:last-child{flex:none}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:.75rem 1rem}legend{padding:0 .25rem}
label{display:block;padding:.25rem 0}
input[type=text],input[type=email]{width:100%;padding:.6rem;border:1px solid var(--line);border-radius:.375rem;
background:var(--page);color:inherit;font:inherit}
small{color:var(--soft)}
button{width:100%;padding:.75rem;border:0;border-radius:.5rem;font:inherit;font-weight:600;cursor:pointer;
margin-top:.5rem;background:var(--accent);color:var(--card)}
button.quiet{background:none;color:var(--soft);font-weight:400}
:is(button,input,a):focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.note{white-space:pre-line;color:var(--soft);font-size:.875rem}
.bad{color:var(--bad);font-weight:600}a{color:var(--accent)}
.if-card,.if-wallet{display:none}
form:has(#m-card:checked) .if-card,form:has(.wallet:checked) .if-wallet{display:block}
"""


def payment_page(language: str, session: Object, lines: list[Object], message: str, code: str) -> str:
    texts = TEXTS[language]
    total = written(session["amount_total"], session["currency"])
    items = "".join(_line(texts, line) for line in lines)
    alert = f'<p class="bad" role="alert">{escape(texts.get(code, message))}</p>' if message else ""
    summary = f"<h1>{texts['total']}</h1><p class='sum' id='total'>{escape(total)}</p><ul>{items}</ul>"
    free = session["payment_status"] == "no_payment_required"
    choice = "" if free else _choice(texts, session)
    pay = texts["finish"] if free else f"{texts['pay']} {escape(total)}"
    form = (
        f'<form method="post" action="?lang={language}">{alert}{_email(texts, session)}{_place(texts, session)}{choice}'
        f'{_note(session)}<button name="action" value="pay">{pay}</button>{_cancel(texts, session)}</form>'
    )
    return _page(language, f"<section>{summary}</section><section>{form}</section>")


def invoice_page(language: str, invoice: Object, message: str, code: str) -> str:
    texts = TEXTS[language]
    total = escape(written(invoice["amount_remaining"], invoice["currency"]))
    lines = "".join(f"<li><span>{escape(line['description'])}</span></li>" for line in invoice["lines"]["data"])
    alert = f'<p class="bad" role="alert">{escape(texts.get(code, message))}</p>' if message else ""
    card = f'<label>{texts["card_number"]}<input type="text" name="card_number" inputmode="numeric"></label>'
    form = f'<form method="post" action="?lang={language}">{alert}{card}<button>{texts["pay"]} {total}</button></form>'
    summary = f"<h1>{texts['total']}</h1><p class='sum' id='total'>{total}</p><ul>{lines}</ul>"
    return _page(language, f"<section>{summary}</section><section>{form}</section>")


def closed_page(language: str, reason: str, session: Object | None) -> str:
    """``reason``: expired, complete or missing."""
    texts = TEXTS[language]
    target = session and (session["success_url"] if reason == "complete" else session["cancel_url"])
    onward = ""
    if target and session:
        address = escape(target.replace("{CHECKOUT_SESSION_ID}", session["id"]))
        onward = f'<p><a href="{address}">{texts["continue"]}</a></p>'
    return _page(language, f"<section><p>{texts[reason]}</p>{onward}</section>")


def _line(texts: dict[str, str], line: Object) -> str:
    count = f" × {line['quantity']}" if line["quantity"] > 1 else ""
    recurring = line["price"]["recurring"]
    every = f" / {recurring['interval_count']} {texts[recurring['interval']]}" if recurring else ""
    amount = escape(written(line["amount_total"], line["currency"])) + every
    return f"<li><span>{escape(line['description'])}{count}</span><span>{amount}</span></li>"


def _note(session: Object) -> str:
    said = session["custom_text"]["submit"]
    return f'<p class="note">{escape(said["message"])}</p>' if said else ""


def _email(texts: dict[str, str], session: Object) -> str:
    if session["customer"] or session["customer_email"]:
        return ""
    return f'<label>{texts["email"]}<input type="email" name="email" autocomplete="email"></label>'


def _place(texts: dict[str, str], session: Object) -> str:
    if not session["automatic_tax"]["enabled"]:
        return ""
    names = ("country", "postal_code", "state")
    return "".join(f'<label>{texts[name]}<input type="text" name="{name}"></label>' for name in names)


def _choice(texts: dict[str, str], session: Object) -> str:
    offered = session["payment_method_types"]
    methods = "".join(_method(texts, method, method == offered[0]) for method in offered)
    fields = f"<fieldset><legend>{texts['method']}</legend>{methods}</fieldset>"
    if "card" in offered:
        fields += (
            f'<div class="if-card"><label>{texts["card_number"]}<input type="text" name="card_number" '
            f'inputmode="numeric" autocomplete="off" value="4242 4242 4242 4242"></label>'
            f"<small>{texts['card_hint']}</small></div>"
        )
    if offered != ["card"]:
        outcomes = "".join(_outcome(texts, outcome) for outcome in ("approve", "decline", "later", "later_fail"))
        fields += f'<fieldset class="if-wallet"><legend>{texts["wallet"]}</legend>{outcomes}</fieldset>'
    return fields


def _method(texts: dict[str, str], method: str, checked: bool) -> str:
    kind = "card" if method == "card" else "wallet"
    state = " checked" if checked else ""
    name = escape(texts.get(method, method))
    radio = f'<input type="radio" name="method" id="m-{method}" class="{kind}" value="{method}"{state}>'
    return f"<label>{radio} {name}</label>"


def _outcome(texts: dict[str, str], outcome: str) -> str:
    state = " checked" if outcome == "approve" else ""
    return f'<label><input type="radio" name="outcome" value="{outcome}"{state}> {texts[outcome]}</label>'


def _cancel(texts: dict[str, str], session: Object) -> str:
    if not session["cancel_url"]:
        return ""
    return f'<button class="quiet" name="action" value="cancel" formnovalidate>{texts["cancel"]}</button>'


def _page(language: str, content: str) -> str:
    texts = TEXTS[language]
    tag = {"zh": "zh-Hans", "en": "en"}[language]
    switch = f'<a href="?lang={texts["other"]}">{texts["switch"]}</a>'
    return (
        f'<!doctype html><html lang="{tag}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{texts["title"]}</title>'
        f"<style>{_STYLE}</style></head><body><main><header><span>{texts['test_mode']}</span>{switch}</header>"
        f"{content}</main></body></html>"
    )
