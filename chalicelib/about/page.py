"""The documentation page: the OpenAPI document as plain HTML, read without a network and without a script."""

import hashlib
import json
from base64 import b64encode
from functools import cache
from html import escape
from typing import Any

from chalicelib.core.errors import Refusal

Json = dict[str, Any]

WORDS: dict[str, Json] = {
    "en": {
        "title": "Lyceum API",
        "lead": "Generated from the routes themselves. The same as a document for programs: ",
        "who": "who may call",
        "done": "Done.",
        "everyone": {},
        "body": "body",
        "answers": "answers",
        "parameters": "parameters",
        "shapes": "Shapes",
        "problems": "Problems",
        "problems_lead": "Every refusal is problem JSON (RFC 9457) with one of these codes.",
        "limit": "at most {times} in {seconds} s",
        "begin": "How to begin",
        "steps": (
            "Register with POST /v1/accounts, return the mailed code, and send the access token with every request: "
            "Authorization: Bearer …",
            "The access token lives for ten minutes. POST /v1/sessions/refreshes changes the refresh token for the "
            "next pair.",
            "A request that spends carries an Idempotency-Key: a new one for each new order, the same to repeat one.",
            "A list answers items and next_cursor. Send that as cursor for the next page; null is the end.",
            "What several people may change has an ETag. Send it back as If-Match.",
            "Money is whole minor units beside a currency: 500 usd are five dollars. Times are RFC 3339 in UTC.",
            "Accept-Language: zh answers refusals in Chinese.",
        ),
    },
    "zh": {
        "title": "Lyceum 接口文档",
        "lead": "由路由声明自动生成。供程序读取的版本：",
        "who": "调用者",
        "done": "完成。",
        "everyone": {
            "anyone": "任何人",
            "provider": "支付服务商",
            "reader": "读者",
            "author": "作者",
            "reviewer": "审核员",
            "admin": "管理员",
        },
        "body": "请求体",
        "answers": "响应",
        "parameters": "参数",
        "shapes": "数据结构",
        "problems": "错误代码",
        "problems_lead": "每个拒绝都是 problem JSON（RFC 9457），并带有下列代码之一。",
        "limit": "{seconds} 秒内最多 {times} 次",
        "begin": "如何开始",
        "steps": (
            "用 POST /v1/accounts 注册，交回邮件中的验证码，之后每个请求都带上访问令牌：Authorization: Bearer …",
            "访问令牌有效期为十分钟。用 POST /v1/sessions/refreshes 以刷新令牌换取下一对令牌。",
            "会产生消费的请求须带 Idempotency-Key：每个新订单用新的键，重发同一请求用原来的键。",
            "列表返回 items 和 next_cursor：把后者作为 cursor 发送即可取下一页；null 表示已到末尾。",
            "可能被多人修改的内容带有 ETag：修改时请作为 If-Match 发回。",
            "金额为币种的最小单位整数：500 usd 即五美元。时间为 UTC 的 RFC 3339 格式。",
            "Accept-Language: en 使错误说明以英文返回。",
        ),
    },
}

STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,"PingFang SC","Noto Sans SC",sans-serif}
body{max-width:60rem;margin:auto;padding:1rem;overflow-wrap:anywhere}
code,pre{font:13px/1.5 ui-monospace,monospace}
pre{overflow:auto;background:var(--soft);padding:.7rem;border-radius:.5rem}
details{border:1px solid var(--line);border-radius:.5rem;margin:.4rem 0;padding:.5rem .8rem}
summary{cursor:pointer}summary b{display:inline-block;min-width:4.5rem}nav{display:flex;flex-wrap:wrap;gap:.2rem .8rem}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid var(--line);padding:.35rem .6rem .35rem 0;vertical-align:top}
"""


def policy() -> str:
    """The page's Content-Security-Policy: this very style sheet, and nothing else."""
    digest = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def html(document: Json, language: str) -> str:
    """The whole page in that language."""
    words = WORDS[language]
    rooms: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            rooms.setdefault(operation["tags"][0], []).append(_operation(method, path, operation, words))
    steps = "".join(f"<li>{escape(step)}" for step in words["steps"])
    menu = "".join(f'<a href="#{room}">{room}</a>' for room in rooms)
    chapters = "".join(f'<h2 id="{room}">{room}</h2>{"".join(entries)}' for room, entries in rooms.items())
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{words["title"]}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style>'
        f'<h1>{words["title"]}</h1><p>{words["lead"]}<a href="/openapi.json">/openapi.json</a></p>'
        f"<h2>{words['begin']}</h2><ul>{steps}</ul><nav>{menu}</nav>"
        f"{chapters}<h2>{words['shapes']}</h2>{_shapes(document)}"
        f"<h2>{words['problems']}</h2><p>{words['problems_lead']}</p>{_problems(language)}</html>"
    )


def _operation(method: str, path: str, operation: Json, words: Json) -> str:
    limit = operation.get("x-rate-limit")
    parts = [
        f"<p>{escape(operation.get('description', ''))}</p>",
        f"<p>{words['who']}: <code>{words['everyone'].get(operation['x-who'], operation['x-who'])}</code>",
        f" · {words['limit'].format(**limit)}" if limit else "",
        "</p>",
        _parameters(operation, words),
        _body(operation, words),
        f"<p>{words['answers']}</p><table>{_answers(operation, words)}</table>",
    ]
    return (
        f'<details id="{operation["operationId"]}"><summary><b>{method.upper()}</b> <code>{escape(path)}</code> '
        f"{escape(operation['summary'])}</summary>{''.join(parts)}</details>"
    )


def _parameters(operation: Json, words: Json) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code><td>{one['in']}<td><code>{escape(_short(one['schema']))}</code>"
        for one in operation["parameters"]
    )
    return f"<p>{words['parameters']}</p><table>{rows}</table>" if rows else ""


def _body(operation: Json, words: Json) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return "".join(f"<p>{words['body']}: {_link(one['schema'])}</p>" for one in content.values())


def _answers(operation: Json, words: Json) -> str:
    rows = []
    for status, response in operation["responses"].items():
        said = "<br>".join(escape(_in(words, line)) for line in response["description"].split("\n\n"))
        shapes = ", ".join(_link(one["schema"]) for one in response.get("content", {}).values())
        rows.append(f"<tr><td><code>{status}</code><td>{said}<td>{shapes}")
    return "".join(rows)


def _in(words: Json, line: str) -> str:
    """A line of an answer: what is done, or a refusal by its code, in the page's language."""
    code, _, said = line.partition(": ")
    if words is WORDS["zh"] and (refusal := _by_code().get(code.strip("`"))):
        said = refusal.zh
    return words["done"] if line == "Done." else f"{code}: {said}" if said else line


@cache
def _by_code() -> dict[str, type[Refusal]]:
    return {kind.code(): kind for kind in _every(Refusal)}


def _link(schema: Json) -> str:
    if name := schema.get("$ref", "").rsplit("/", 1)[-1]:
        return f'<a href="#shape-{name}"><code>{name}</code></a>'
    return f"<code>{escape(_short(schema))}</code>"


def _short(schema: Json) -> str:
    return json.dumps(schema, ensure_ascii=False)


def _shapes(document: Json) -> str:
    return "".join(
        f'<details id="shape-{name}"><summary><code>{name}</code></summary>'
        f"<pre>{escape(json.dumps(schema, ensure_ascii=False, indent=2))}</pre></details>"
        for name, schema in sorted(document["components"]["schemas"].items())
    )


def _problems(language: str) -> str:
    rows = "".join(
        f'<tr id="{kind.code()}"><td><code>{kind.code()}</code><td>{kind.status}'
        f"<td>{escape(kind.zh if language == 'zh' else kind.en)}"
        for kind in sorted(_every(Refusal), key=lambda kind: kind.code())
    )
    return f"<table>{rows}</table>"


def _every(kind: type[Refusal]) -> set[type[Refusal]]:
    return {kind}.union(*(_every(child) for child in kind.__subclasses__()))
