"""What a person finds at the local platform's own address: where everything is, the mails, and an order's return page.

It stands where the web client will stand: PUBLIC_URL points here. Whoever examines the platform finds its levers here.
"""

import json
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.http_front import HttpAnswer, HttpRequest
from infra.local.levers import Levers

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">{head}
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Lyceum</title><style>
:root{{color-scheme:light dark}}body{{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:auto;padding:1rem}}
body{{overflow-wrap:anywhere}}
article{{border:1px solid #8884;border-radius:.5rem;padding:.3rem 1rem;margin:.8rem 0}}
pre{{white-space:pre-wrap;font:inherit}}small{{opacity:.7}}dt{{font-weight:600}}dd{{margin:0 0 .6rem}}
code{{font:14px ui-monospace,monospace}}</style>{body}</html>"""
RENEW = '<meta http-equiv="refresh" content="5">'

Places = Callable[[], dict[str, str]]


class Lobby:
    """``places`` tells what is where; ``mails`` is what SES was asked to send, oldest first."""

    def __init__(self, mails: list[dict[str, Any]], places: Places, levers: Levers | None = None) -> None:
        self._mails, self._places, self._levers = mails, places, levers

    def answer(self, request: HttpRequest) -> HttpAnswer:
        address = urlsplit(request.target)
        to = parse_qs(address.query).get("to", [""])[0].strip().lower()
        match address.path.strip("/").split("/"):
            case [""]:
                return _page(self._welcome())
            case ["mails"]:
                return _page(self._mailbox(to), RENEW)
            case ["mails.json"]:
                return _json([_plain(mail) for mail in self._to(to)])
            case ["orders", order_id]:
                return _page(_returned(unquote(order_id)))
            case ["levers", *lever] if self._levers:
                return self._levers.answer(request, lever)
        return _page("<h1>404</h1><p><a href='/'>Lyceum</a></p>", status=404)

    def _welcome(self) -> str:
        rows = "".join(
            f'<dt>{escape(what)}</dt><dd><a href="{escape(where)}">{escape(where)}</a></dd>'
            for what, where in self._places().items()
        )
        return f"<h1>Lyceum · 学园</h1><p>The whole platform on this machine. 本机运行的完整平台。</p><dl>{rows}</dl>"

    def _mailbox(self, to: str) -> str:
        shown = self._to(to)
        return (
            f'<h1>Mailbox · 邮箱</h1><form><input name="to" value="{escape(to)}" placeholder="address · 收件人" '
            f'aria-label="address"> <button>Show · 显示</button></form><p><small>{len(shown)} mails</small></p>'
            + "".join(_article(_plain(mail)) for mail in shown)
        )

    def _to(self, address: str) -> list[dict[str, Any]]:
        """Newest first; all of them where no address is named."""
        return [mail for mail in reversed(self._mails) if address in ("", *_plain(mail)["to"])]


def _returned(order_id: str) -> str:
    path = f"/v1/me/orders/{escape(order_id)}"
    return (
        "<h1>Back from the checkout · 已从收银台返回</h1><p>Your order shows how it stands: once it is paid, its works "
        "are in your library; until then you can go on paying, or cancel it.<br>"
        "订单状态见下方接口：支付成功后，作品会出现在您的资料库中；在此之前，您可以继续支付或取消订单。</p>"
        f"<p><code>GET {path}</code><br><code>GET /v1/me/library</code><br>"
        f"<code>POST /v1/orders/{escape(order_id)}/cancellation</code></p><p><a href='/'>Lyceum · 学园</a></p>"
    )


def _plain(mail: dict[str, Any]) -> dict[str, Any]:
    simple = mail["Content"]["Simple"]
    to = list(mail["Destination"]["ToAddresses"])
    return {"to": to, "subject": simple["Subject"]["Data"], "text": simple["Body"]["Text"]["Data"]}


def _article(mail: dict[str, Any]) -> str:
    return (
        f"<article><h2>{escape(mail['subject'])}</h2><small>{escape(', '.join(mail['to']))}</small>"
        f"<pre>{escape(mail['text'])}</pre></article>"
    )


def _page(body: str, head: str = "", status: int = 200) -> HttpAnswer:
    text = PAGE.format(head=head, body=body)
    return HttpAnswer(status, [("Content-Type", "text/html; charset=utf-8")], text.encode())


def _json(value: Any) -> HttpAnswer:
    return HttpAnswer(200, [("Content-Type", "application/json")], json.dumps(value).encode())
