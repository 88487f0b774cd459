"""One has a coupon, and one gives a present."""

from chalicelib.core import ids
from infra.demo import buying, cast
from infra.demo.play import Play


def reader_has_a_coupon(play: Play) -> None:
    play.checks.scene("10. One has a coupon · 优惠码")
    reader, late = play.people[cast.READER_ALIPAY.key], play.people[cast.READER_WECHAT.key]
    work_id = play.wanted(reader, late)
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
    work_id = play.wanted(receiver)
    if work_id is None:
        return play.checks.say(f"{receiver.name} has everything that is for sale")
    before = giver.owned()
    order = buying.buy(giver, "cny", "wechat_pay", work_id, gift=True)
    path = f"/v1/orders/{order['order_id']}/gift-links"
    lost, given = (giver.post(path)["token"] for _ in range(2))
    play.checks.check("the giver pays, and has it not", giver.owned() == before, giver.owned())
    void = receiver.call("POST", "/v1/gift-claims", json={"token": lost}, refusable=True).status_code
    play.checks.check("a new link voids the one before", void == 404, void)
    claimed = receiver.post("/v1/gift-claims", {"token": given})
    play.checks.say(f"{giver.name} gave {receiver.name} {claimed['works'][0]['title']}")
    play.checks.check("who claims it has it", work_id in receiver.owned(), receiver.owned())
    again = late.call("POST", "/v1/gift-claims", json={"token": given}, refusable=True).status_code
    play.checks.check("one person claims it", again == 409, again)
    return None
