"""Readers pay, and read what they bought; who forges, comes late or pays wrong gets nothing."""

import json

import requests

from chalicelib.core import clock, ids
from chalicelib.core.secrets import secret
from infra.demo import buying, cast
from infra.demo.play import Play
from infra.local.fake_stripe import sign

METHODS = dict(zip((part.key for part in cast.READERS), ("card", "alipay", "wechat_pay"), strict=True))


def readers_buy(play: Play) -> None:
    play.checks.scene("4. Readers pay by card, Alipay and WeChat Pay · 支付")
    play.stripe("webhooks/hold")
    orders = {}
    for number, part in enumerate(cast.READERS):
        reader, method = play.people[part.key], METHODS[part.key]
        work_id = play.for_sale[number % len(play.for_sale)]
        order = buying.order(reader, "cny", work_id, method=method)
        play.checks.check(f"{method} is offered to {part.name}", method in order["methods"], order["methods"])
        buying.pay(order, method)
        orders[part.key], play.bought[part.key] = order, work_id
        play.checks.say(f"{part.name} paid {order['written_total']} by {method} on Stripe's page")
    play.stripe("webhooks/release", order="reversed", times=2)
    play.checks.say("Stripe's webhooks arrive, each twice and in reverse order")
    for part in cast.READERS:
        paid = buying.await_status(play.people[part.key], orders[part.key]["order_id"], "paid")
        whats = [moment["what"] for moment in paid["timeline"]]
        play.checks.check(f"{part.name}'s order is paid, once", whats.count("paid") == 1, whats)
        owned = play.people[part.key].owned()
        play.checks.check(f"{part.name}'s library holds what was bought", owned == [play.bought[part.key]], owned)


def readers_read(play: Play) -> None:
    play.checks.scene("5. They read what they bought, and nothing else · 阅读")
    for part in cast.READERS:
        reader, work_id = play.people[part.key], play.bought[part.key]
        page = play.stranger.get(f"/v1/works/{work_id}")
        file_id = page["files"][0]["file_id"]
        link = reader.get(f"/v1/me/works/{work_id}/files/{file_id}")
        content = requests.get(link["url"], timeout=30)
        whole = content.status_code == 200 and len(content.content) == link["bytes"]
        play.checks.check(f"{part.name} reads {page['work']['title']}, whole", whole, content.status_code)
        unsigned = requests.get(link["url"].partition("?")[0], timeout=30).status_code
        play.checks.check("without its signature the link opens nothing", unsigned == 403, unsigned)
        other = next(one for one in play.for_sale if one != work_id)
        path = f"/v1/me/works/{other}/files/{play.stranger.get(f'/v1/works/{other}')['files'][0]['file_id']}"
        refused = reader.call("GET", path, refusable=True).status_code
        play.checks.check(f"{part.name} cannot read what was not bought", refused == 403, refused)
    _read_for_free(play)


def _read_for_free(play: Play) -> None:
    free = [play.works[each.title] for each in play.manuscripts if each.is_free and each.title in play.works]
    if free:
        reader = play.people[cast.READER_CARD.key]
        order = buying.order(reader, "cny", free[0])
        play.checks.check("a free work is the reader's at once, without payment", order["status"] == "paid", order)


def strangers_attack(play: Play) -> None:
    play.checks.scene("6. What is forged, stale or wrong changes nothing · 安全")
    reader = play.people[cast.READER_CARD.key]
    owned = play.bought[cast.READER_CARD.key]
    work_id = next(work for work in play.for_sale if work != owned)
    order = buying.order(reader, "cny", work_id)
    now = int(clock.timestamp())
    body = json.dumps({"id": f"evt_{ids.new()}", "type": "checkout.session.completed", "livemode": False}).encode()
    right = secret("stripe-webhook-secret")
    for what, header in (
        ("forged", sign(body, "whsec_of_a_stranger", now)),
        ("stale", sign(body, right, now - 3600)),
        ("future-dated", sign(body, right, now + 3600)),
        ("re-serialised", sign(body + b" ", right, now)),
    ):
        answer = _webhook(play, body, header)
        play.checks.check(f"a {what} webhook is refused", answer == 400, answer)
    session = order["pay_at"].rstrip("/").rpartition("/")[2]
    play.stripe("pay", session=session, method="card", amount=1)
    seen = buying.await_status(reader, order["order_id"], "returned")
    play.checks.check("a payment of the wrong amount grants nothing and goes back", seen["status"] == "returned")
    play.checks.check("the work is not in the library", work_id not in reader.owned(), reader.owned())


def _webhook(play: Play, body: bytes, signature: str) -> int:
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    url = f"{play.platform.api_url}/v1/webhooks/stripe"
    return requests.post(url, data=body, headers=headers, timeout=30).status_code
