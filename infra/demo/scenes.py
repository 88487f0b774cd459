"""The scenes of the main job, in order. Each tells what happens and checks what must hold."""

import json
from functools import partial
from typing import Any

import requests

from chalicelib.core import clock, ids
from chalicelib.core.secrets import secret
from infra.demo import buying, cast, publishing
from infra.demo.caller import Caller, until
from infra.demo.play import Play
from infra.demo.recommending import what_suits_each
from infra.local.clockwork import MovableClock
from infra.local.fake_stripe import cards, sign

METHODS = dict(zip((part.key for part in cast.READERS), ("card", "alipay", "wechat_pay"), strict=True))


def people_join(play: Play) -> None:
    play.checks.scene("1. People join · 注册")
    for part in cast.PEOPLE:
        play.people[part.key] = Caller(play.platform, part).join()
        play.checks.say(f"{part.name} ({part.role}) registered with the code mailed to {part.email}")
    play.admin.made_admin()
    play.admin.put(f"/v1/accounts/{play.reviewer.account_id}/roles", {"roles": ["reviewer"]})
    roles = play.reviewer.get("/v1/me")["roles"]
    play.checks.check("the reviewer has the role that the admin gave", "reviewer" in roles, roles)
    reader = play.people[cast.READER_CARD.key]
    refused = reader.call("GET", "/v1/review-queue", refusable=True).status_code
    play.checks.check("a reader is kept out of the review queue", refused == 403, refused)


def authors_publish(play: Play) -> None:
    play.checks.scene("2. Authors upload, the reviewer decides, works come out · 创作与审核")
    for number, manuscript in enumerate(play.manuscripts):
        author = play.people[manuscript.author]
        taken = publishing.bring(author, manuscript)
        for name, (code, detail) in taken.refused.items():
            play.checks.say(f"refused  {name[:60]!r}: {code}: {detail}")
            play.checks.check(f"{name[:40]!r} is refused with a reason ({code})", bool(code and detail))
        if not taken.accepted:
            continue
        publishing.submit(author, taken.work_id)
        if number == 0:
            _rejected_once(play, author, taken.work_id)
        publishing.decide(play.reviewer, taken.work_id)
        publishing.publish(author, taken.work_id)
        play.works[manuscript.title] = taken.work_id
        play.checks.say(f"published {manuscript.title} ({', '.join(taken.accepted)[:80]})")
    play.checks.check("good files became published works", len(play.works) > 0, len(play.works))
    listed = [card["work_id"] for card in _every_page(play.stranger, "/v1/works")]
    play.checks.check("all of them are listed, each once", sorted(listed) == sorted(play.works.values()), len(listed))


def _rejected_once(play: Play, author: Caller, work_id: str) -> None:
    publishing.decide(play.reviewer, work_id, "Say in the summary whom it is for. 请在简介中说明读者对象。")
    seen = author.get(f"/v1/me/manuscripts/{work_id}")["draft"]
    play.checks.check("a rejection reaches the author with its reasons", bool(seen["reasons"]), seen)
    hidden = play.stranger.call("GET", f"/v1/works/{work_id}", refusable=True).status_code
    play.checks.check("what is not approved is not public", hidden == 404, hidden)
    publishing.submit(author, work_id)


def _every_page(caller: Caller, path: str) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        page = caller.get(path, limit=3, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def readers_browse(play: Play) -> None:
    play.checks.scene("3. Readers browse · 浏览")
    work_id = play.for_sale[0]
    page = play.stranger.call("GET", f"/v1/works/{work_id}")
    work = page.json()
    play.checks.say(f"{work['work']['title']}: {work['work']['summary'][:70]} …")
    play.checks.check("a work's page is public, cacheable and has an ETag", "public" in page.headers["Cache-Control"])
    again = play.stranger.call("GET", f"/v1/works/{work_id}", headers={"If-None-Match": page.headers["ETag"]})
    play.checks.check("the same page again is 304", again.status_code == 304, again.status_code)
    play.checks.check("the page has a free preview", bool(work["preview"]), work["preview"][:40])
    play.checks.check("the page tells no storage key", "key" not in json.dumps(work["files"]))


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
        owned = _owned(play.people[part.key])
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
    library = [work["work_id"] for work in reader.get("/v1/me/library")["items"]]
    play.checks.check("the work is not in the library", work_id not in library, library)


def _webhook(play: Play, body: bytes, signature: str) -> int:
    headers = {"Stripe-Signature": signature, "Content-Type": "application/json"}
    url = f"{play.platform.api_url}/v1/webhooks/stripe"
    return requests.post(url, data=body, headers=headers, timeout=30).status_code


def readers_review(play: Play) -> None:
    play.checks.scene("7. They review, and what is popular changes · 评价与推荐")
    before = play.ranking()
    ratings: dict[str, list[int]] = {}
    for number, part in enumerate(cast.READERS):
        reader, work_id = play.people[part.key], play.bought[part.key]
        path = f"/v1/works/{work_id}/reviews/mine"
        for rating in (0, 5 - number):
            reader.put(path, {"rating": rating, "text": "很有启发。Worth the money.", "name": part.name})
        ratings.setdefault(work_id, []).append(5 - number)
        other = next(one for one in play.for_sale if one != work_id)
        refused = reader.call("PUT", f"/v1/works/{other}/reviews/mine", json={"rating": 1}, refusable=True).status_code
        play.checks.check(f"{part.name} cannot review what was not bought", refused in (403, 409, 422), refused)
    for work_id, given in ratings.items():
        wanted = {"count": len(given), "sum": sum(given)}
        seen = until("the rating", partial(_rating, play, work_id, wanted))
        play.checks.check("the rating counts each reader's last word once", seen == wanted, seen)
    _popularity(play, before)


def _rating(play: Play, work_id: str, wanted: dict[str, int]) -> dict[str, int] | None:
    rating = play.stranger.get(f"/v1/works/{work_id}")["rating"]
    seen = {"count": rating["count"], "sum": rating["sum"]}
    return seen if seen == wanted else None


def _popularity(play: Play, before: list[str]) -> None:
    """The least popular work for sale is read by everybody, and rises."""
    rising = [work for work in before if work in play.for_sale][-1]
    claimed = play.people[cast.READER_CARD.key].call(
        "POST", "/v1/interactions", json={"events": [_event("purchase", rising)]}, refusable=True
    )
    play.checks.check("nobody can claim a purchase", claimed.status_code == 422, claimed.status_code)
    for part in cast.READERS:
        events = [_event(kind, rising) for kind in ("view", "play")]
        play.people[part.key].post("/v1/interactions", {"events": events})
    buyer = next(play.people[key] for key, work in play.bought.items() if work != rising)
    buying.buy(buyer, "cny", "card", rising)
    place = before.index(rising)
    risen = until("the rise", lambda: [1] if rising in (now := play.ranking()) and now.index(rising) < place else None)
    now = play.ranking()
    play.checks.check(f"a work rose from place {place + 1} to {now.index(rising) + 1}", bool(risen))
    picks = until("the reader's own list", lambda: _without(rising, buyer.get("/v1/me/recommendations")["items"]))
    play.checks.check("a reader's recommendations leave out what they own", rising not in _ids(picks), _ids(picks))
    for pick in picks[:3]:
        reason = pick["reason"]
        play.checks.say(f"recommended to {buyer.name}: {pick['work']['title']} ({reason['en']} · {reason['zh']})")


def _event(kind: str, work_id: str) -> dict[str, Any]:
    return {"kind": kind, "event_id": ids.new(), "occurred_at": clock.rfc3339(clock.now()), "work_id": work_id}


def _without(work_id: str, picks: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    return picks if work_id not in _ids(picks) else None


def _ids(picks: list[dict[str, Any]]) -> list[str]:
    return [pick["work"]["work_id"] for pick in picks]


def reader_wants_the_money_back(play: Play) -> None:
    play.checks.scene("8. One wants the money back · 退款")
    reader = play.people[cast.READER_CARD.key]
    owned = _owned(reader)
    work_id = next((one for one in play.for_sale if one not in owned), None)
    if work_id is None:
        return play.checks.say(f"{reader.name} has everything that is for sale")
    order = buying.buy(reader, "cny", "card", work_id)
    path = f"/v1/orders/{order['order_id']}/refund-requests"
    request = reader.spend(path, {"text": "看错了"})
    play.checks.check("the rules that stood before paying let it go back", request["status"] == "approved", request)
    again = reader.call("POST", path, json={}, headers={"Idempotency-Key": ids.new()}, refusable=True).status_code
    play.checks.check("it cannot be asked for twice", again == 409, again)
    seen = buying.await_status(reader, order["order_id"], "refunded")
    play.checks.check(f"{request['written_amount']} went back", seen["refunded"] == seen["total"], seen["refunded"])
    return play.checks.check("access went with it", work_id not in _owned(reader), _owned(reader))


def reader_goes_to_the_bank(play: Play) -> None:
    play.checks.scene("9. One goes to the bank · 争议")
    reader = play.people[cast.READER_CARD.key]
    owned = _owned(reader)
    work_id = next((one for one in play.for_sale if one not in owned), None)
    if work_id is None:
        return play.checks.say(f"{reader.name} has everything that is for sale")
    order = buying.order(reader, "cny", work_id)
    buying.pay(order, "card", card_number=cards.DISPUTES)
    buying.await_status(reader, order["order_id"], "disputed")
    play.checks.check("access waits while the bank has the money", work_id not in _owned(reader))
    dispute = play.admin.get("/v1/disputes")["items"][0]
    path = f"/v1/orders/{order['order_id']}/disputes/{dispute['dispute_id']}"
    play.admin.post(f"{path}/evidence", {"statement": "The reader opened the work."})
    until("the bank to have our answer", lambda: play.admin.get(path)["status"] == "under_review")
    play.checks.say(f"answered: {dispute['written_amount']}, {dispute['reason']}")
    play.stripe("disputes/move", dispute=dispute["dispute_id"], status="lost")
    buying.await_status(reader, order["order_id"], "charged_back")
    return play.checks.check("what is lost stays lost", work_id not in _owned(reader))


def _owned(reader: Caller) -> list[str]:
    return [work["work_id"] for work in reader.get("/v1/me/library")["items"]]


def _wanted(play: Play, *readers: Caller) -> str | None:
    """A work for sale that none of them has."""
    owned = {work_id for reader in readers for work_id in _owned(reader)}
    return next((work_id for work_id in play.for_sale if work_id not in owned), None)


def reader_has_a_coupon(play: Play) -> None:
    play.checks.scene("10. One has a coupon · 优惠码")
    reader, late = play.people[cast.READER_ALIPAY.key], play.people[cast.READER_WECHAT.key]
    work_id = _wanted(play, reader, late)
    if work_id is None:
        return play.checks.say("everybody has everything that is for sale")
    author = play.author_of(work_id)
    terms = {"basis_points": 2_500, "work_ids": [work_id], "most_uses": 1}
    code = author.post("/v1/me/coupons", terms)["code"]
    quote = reader.post("/v1/quotes", {"work_ids": [work_id], "currency": "cny", "coupon": code})
    play.checks.say(
        f"{author.name}'s {code} takes {quote['written_discount']} off, and leaves {quote['written_total']}"
    )
    order = buying.order(reader, "cny", work_id, method="alipay", coupon=code)
    body = {"work_ids": [work_id], "currency": "cny", "coupon": code, "billing_address": buying.PLACE}
    refused = late.call("POST", "/v1/orders", json=body, headers={"Idempotency-Key": ids.new()}, refusable=True)
    play.checks.check("one use is one order's", refused.json()["code"] == "coupon_not_valid", refused.text[:200])
    buying.pay(order, "alipay")
    paid = buying.await_status(reader, order["order_id"], "paid")
    play.checks.check(
        "what was told is what was paid", paid["payments"][0]["amount"] == quote["total"], paid["payments"]
    )
    line = author.get(f"/v1/me/sales/{order['order_id']}")["lines"][0]
    whole = line["tax"] + line["commission"] + sum(line["shares"].values())
    play.checks.check("what is shared is what was paid", whole == line["gross"] == quote["total"], line)
    return None


def reader_gives_a_present(play: Play) -> None:
    play.checks.scene("11. One gives a present · 赠礼")
    giver, receiver, late = (play.people[part.key] for part in reversed(cast.READERS))
    work_id = _wanted(play, receiver)
    if work_id is None:
        return play.checks.say(f"{receiver.name} has everything that is for sale")
    before = _owned(giver)
    order = buying.buy(giver, "cny", "wechat_pay", work_id, gift=True)
    path = f"/v1/orders/{order['order_id']}/gift-links"
    lost, given = (giver.post(path)["token"] for _ in range(2))
    play.checks.check("the giver pays, and has it not", _owned(giver) == before, _owned(giver))
    void = receiver.call("POST", "/v1/gift-claims", json={"token": lost}, refusable=True).status_code
    play.checks.check("a new link voids the one before", void == 404, void)
    claimed = receiver.post("/v1/gift-claims", {"token": given})
    play.checks.say(f"{giver.name} gave {receiver.name} {claimed['works'][0]['title']}")
    play.checks.check("who claims it has it", work_id in _owned(receiver), _owned(receiver))
    again = late.call("POST", "/v1/gift-claims", json={"token": given}, refusable=True).status_code
    play.checks.check("one person claims it", again == 409, again)
    return None


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


SCENES = (
    people_join,
    authors_publish,
    readers_browse,
    readers_buy,
    readers_read,
    strangers_attack,
    readers_review,
    reader_wants_the_money_back,
    reader_goes_to_the_bank,
    reader_has_a_coupon,
    reader_gives_a_present,
    authors_are_paid,
    books_balance,
    what_suits_each,
)
