"""One wants the money back, and one goes to the bank."""

from chalicelib.core import ids
from infra.demo import buying, cast
from infra.demo.caller import until
from infra.demo.play import Play
from infra.local.fake_stripe import cards


def reader_wants_the_money_back(play: Play) -> None:
    play.checks.scene("8. One wants the money back · 退款")
    reader = play.people[cast.READER_CARD.key]
    work_id = play.wanted(reader)
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
    return play.checks.check("access went with it", work_id not in reader.owned(), reader.owned())


def reader_goes_to_the_bank(play: Play) -> None:
    play.checks.scene("9. One goes to the bank · 争议")
    reader = play.people[cast.READER_CARD.key]
    work_id = play.wanted(reader)
    if work_id is None:
        return play.checks.say(f"{reader.name} has everything that is for sale")
    order = buying.order(reader, "cny", work_id)
    buying.pay(order, "card", card_number=cards.DISPUTES)
    buying.await_status(reader, order["order_id"], "disputed")
    play.checks.check("access waits while the bank has the money", work_id not in reader.owned())
    dispute = play.admin.get("/v1/disputes")["items"][0]
    path = f"/v1/orders/{order['order_id']}/disputes/{dispute['dispute_id']}"
    play.admin.post(f"{path}/evidence", {"statement": "The reader opened the work."})
    until("the bank to have our answer", lambda: play.admin.get(path)["status"] == "under_review")
    play.checks.say(f"answered: {dispute['written_amount']}, {dispute['reason']}")
    play.stripe("disputes/move", dispute=dispute["dispute_id"], status="lost")
    buying.await_status(reader, order["order_id"], "charged_back")
    return play.checks.check("what is lost stays lost", work_id not in reader.owned())
