"""The mails that the platform sent, newest first, on a page that renews itself."""

import json
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.http_front import HttpAnswer, HttpRequest

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Mailbox · 邮箱</title><style>
:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:auto;padding:1rem}}
article{{border:1px solid #8884;border-radius:.5rem;padding:.3rem 1rem;margin:.8rem 0}}
pre{{white-space:pre-wrap;font:inherit}}small{{opacity:.7}}</style>
<h1>Mailbox · 邮箱</h1><form><input name="to" value="{to}" placeholder="address · 收件人" aria-label="address">
<button>Show · 显示</button></form><p><small>{count} mails</small></p>{mails}</html>"""


class Mailbox:
    """Shows what SES was asked to send, on a page or as ``/mails.json``; ``?to=`` keeps one address."""

    def __init__(self, mails: list[dict[str, Any]]) -> None:
        self._mails = mails

    def answer(self, request: HttpRequest) -> HttpAnswer:
        address = urlsplit(request.target)
        to = parse_qs(address.query).get("to", [""])[0].strip().lower()
        shown = [mail for mail in reversed(self._mails) if not to or to in _to(mail)]
        if address.path == "/mails.json":
            return HttpAnswer(
                200, [("Content-Type", "application/json")], json.dumps([_plain(m) for m in shown]).encode()
            )
        body = PAGE.format(to=escape(to), count=len(shown), mails="".join(_article(mail) for mail in shown))
        return HttpAnswer(200, [("Content-Type", "text/html; charset=utf-8")], body.encode())


def _to(mail: dict[str, Any]) -> list[str]:
    return list(mail["Destination"]["ToAddresses"])


def _plain(mail: dict[str, Any]) -> dict[str, Any]:
    simple = mail["Content"]["Simple"]
    return {"to": _to(mail), "subject": simple["Subject"]["Data"], "text": simple["Body"]["Text"]["Data"]}


def _article(mail: dict[str, Any]) -> str:
    simple = mail["Content"]["Simple"]
    return (
        f"<article><h2>{escape(simple['Subject']['Data'])}</h2><small>{escape(', '.join(_to(mail)))}</small>"
        f"<pre>{escape(simple['Body']['Text']['Data'])}</pre></article>"
    )
