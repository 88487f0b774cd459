"""The stories that are played once for every fault: what people, banks and Stripe do, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.fake_stripe import accounts, balance, cards, disputes, payouts, topups, webhooks
from infra.prove import stock
from infra.prove.platform import COMPARISON
from infra.prove.telling import Told
from infra.prove.world import A_DAY, AN_HOUR, HOLD


def a_purchase(told: Told) -> None:
    told.buys()


def a_purchase_by_a_wallet_that_takes_its_time(told: Told) -> None:
    told.buys(1, method="alipay", outcome="later")


def a_wallet_that_fails(told: Told) -> None:
    told.buys(1, method="wechat_pay", outcome="later_fail")


def a_payment_of_the_wrong_amount(told: Told) -> None:
    told.orders_works(1)
    told.pays(amount=700)


def two_tabs(told: Told) -> None:
    told.buys(1)
    told.pay_another_page()
    told.calm()


def a_cancellation(told: Told) -> None:
    told.orders_works(1)
    path = f"/v1/orders/{told.order_id}/cancellation"
    for _ in range(2):
        told.asks(path, None, "")
    told.calm()


def a_page_that_runs_out(told: Told) -> None:
    told.orders_works(2)
    told.platform.now += 3_000
    told.platform.sweep("orders_sweep")


def a_refund_of_everything(told: Told) -> None:
    told.buys()
    told.asks_for_refund()


def refunds_of_parts(told: Told) -> None:
    told.buys()
    told.asks_for_refund(3, "1")
    told.asks_for_refund(3, "2")
    told.asks_for_refund(0, "3")


def a_refund_that_people_decide(told: Told) -> None:
    told.buys()
    told.platform.now += 20 * 86_400
    told.asks_for_refund()
    told.people_decide()
    told.calm()


def a_refund_that_fails_late(told: Told) -> None:
    told.buys(card=cards.REFUND_FAILS_LATE)
    told.asks_for_refund()
    told.passes(A_DAY)
    told.calm()


def a_return_that_fails_late(told: Told) -> None:
    """What bought nothing goes back, and comes back to us."""
    told.orders_works(1)
    told.pays(cards.REFUND_FAILS_LATE, amount=700)
    told.passes(A_DAY)
    told.calm()


def a_refund_that_fails_while_a_bank_has_the_rest(told: Told) -> None:
    told.buys(card=cards.REFUND_FAILS_LATE)
    told.asks_for_refund(1)
    told.disputed()
    told.passes(A_DAY)
    told.calm()


def a_dispute_lost_after_a_partial_refund(told: Told) -> None:
    told.buys()
    told.asks_for_refund(3)
    told.disputed("under_review", "lost")


def a_dispute_won(told: Told) -> None:
    told.buys()
    told.disputed("won")


def a_dispute_won_after_it_was_lost(told: Told) -> None:
    told.buys()
    told.disputed("lost", "appeal_under_review", "won")


def an_inquiry_that_becomes_a_dispute(told: Told) -> None:
    told.buys(1)
    told.disputed("needs_response", "lost", inquiry=True)


def a_refund_whose_webhooks_come_late(told: Told) -> None:
    """Who carries it out must look for itself what became of an earlier try."""
    told.buys()
    webhooks.hold(told.platform.fake)
    told.asks_for_refund(3)
    told.platform.now += 400
    told.platform.sweep("outbox_sweep")
    told.calm()
    webhooks.release(told.platform.fake)
    told.calm()


def a_refund_whose_answer_was_lost_and_whose_key_is_forgotten(told: Told) -> None:
    """Only who looks first sees that it was made."""
    with told.quietly():
        told.buys()
        webhooks.hold(told.platform.fake)
        told.forgotten_at = "orders_carry_out: POST /v1/refunds"
    told.asks_for_refund(3)
    told.passes(A_DAY)
    told.platform.sweep("outbox_sweep")
    told.calm()
    webhooks.release(told.platform.fake)
    told.calm()


def a_refund_by_hand(told: Told) -> None:
    told.buys()
    told.refunded_by_hand(100)


def an_author_is_paid(told: Told) -> None:
    told.opens_account()
    told.buys()
    told.platform.now += HOLD
    told.days_pass(3)


def an_author_is_paid_too_much(told: Told) -> None:
    """What goes back after it was paid is taken back."""
    told.opens_account()
    told.buys()
    with told.quietly():
        told.platform.now += HOLD
        told.days_pass(3)
    told.refunded_by_hand(300)
    told.days_pass(2)


def an_author_has_spent_it(told: Told) -> None:
    """What cannot be taken back waits for later sales."""
    told.opens_account()
    told.buys()
    with told.quietly():
        told.platform.now += HOLD
        told.days_pass(3)
        for transfer in list(told.platform.fake.every("transfer").values()):
            accounts.spend(told.platform.fake, transfer["destination"], transfer["amount"], transfer["currency"])
    told.refunded_by_hand(300)
    told.days_pass(2)


def our_bank_sends_a_payout_back(told: Told) -> None:
    told.buys()
    told.settle()
    told.platform.now += HOLD
    told.days_pass(1)
    payout = payouts.create(told.platform.fake, {"amount": 100, "currency": "usd"})
    told.calm()
    payouts.fail(told.platform.fake, payout["id"])
    told.calm()


def a_purchase_with_a_coupon(told: Told) -> None:
    """Nobody else can have its only use, also when some of the money went back."""
    told.orders_works(2, coupon="ONCE")
    told.pays()
    told.asks_for_refund(3)
    told.wants_too("ONCE", stock.READERS[1])


def two_orders_of_one_buyer_with_a_coupon(told: Told) -> None:
    told.orders_works(2, coupon="EACH")
    told.wants_too("EACH", told.buyer)


def an_order_with_a_coupon_that_expires(told: Told) -> None:
    """Somebody else has its use then; and who pays late has it, too."""
    told.orders_works(2, coupon="ONCE")
    told.passes(3_000)
    told.platform.sweep("orders_sweep")
    told.calm()
    told.wants_too("ONCE", stock.READERS[1])
    if told.order_id:
        told.pay_another_page()
    told.calm()


def an_order_with_a_coupon_that_is_canceled(told: Told) -> None:
    told.orders_works(1, coupon="EACH")
    for _ in range(2):
        told.asks(f"/v1/orders/{told.order_id}/cancellation", None, "")
    told.calm()


def an_order_that_a_coupon_makes_free(told: Told) -> None:
    told.orders_works(1, coupon="FREE")


def a_gift(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.gives_by_a_voided_link()
    told.gives()
    told.claims(stock.ADMINS[0])


def a_gift_of_what_is_left(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.asks_for_refund(1)
    told.gives()


def a_gift_whose_payment_is_disputed(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.disputed()
    told.gives()
    for dispute in list(told.platform.fake.every("dispute")):
        disputes.move(told.platform.fake, dispute, "won")
    told.calm()
    told.gives()


def a_gift_that_goes_back_before_anybody_claims_it(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays(cards.REFUND_FAILS_LATE)
    told.asks_for_refund()
    told.gives()
    told.passes(A_DAY)
    told.calm()
    told.gives()


def a_refund_of_a_gift_that_was_claimed(told: Told) -> None:
    told.orders_works(2, gift=True)
    told.pays()
    told.gives()
    told.asks_for_refund(3, "1")
    told.asks_for_refund(0, "2")


def a_movement_that_nobody_knows(told: Told) -> None:
    """In suspense once; placed by two."""
    told.compared = True
    made = balance.make(told.platform.fake, 250 if told.seed % 2 else -250)
    for _ in range(2):
        told.platform.sweep("reconciliation_compare")
        told.platform.now += 3_600
    path, (first, second) = f"/v1/admin/findings/{made['id']}/proposals", stock.ADMINS
    for _ in range(2):
        told.asks(path, {"account": "processor_fee", "because": "so"}, "", first)
    for _, item in told._in_suspense():
        decision = f"{path}/{item.get('proposal_id', {}).get('S', 'none')}/decisions"
        for admin in (first, second, second):
            told.asks(decision, {"approve": True}, "", admin)
    told.platform.sweep("reconciliation_compare")


def a_bundle_and_a_pass(told: Told) -> None:
    """Bought as one; the pass goes back in two parts."""
    told.orders_works(0, bundle_ids=[stock.BUNDLE], pass_id=list(stock.PASSES)[1])
    told.pays()
    told.asks_for_refund(3, "1")
    told.asks_for_refund(0, "2")


def a_subscription(told: Told) -> None:
    """Read until what is paid ends."""
    told.subscribes()
    told.unsubscribes()
    with told.quietly():
        told.month_passes()


def a_subscription_that_is_paid_twice(told: Told) -> None:
    """The first page that was paid is it; what the other took goes back, and is not taken again."""
    with told.quietly():
        told.subscribes()
        told.pay_another_page_to_subscribe()
    told.calm()


def a_subscription_that_is_charged_again(told: Told) -> None:
    with told.quietly():
        told.subscribes()
    told.month_passes()


def a_subscription_whose_card_is_declined(told: Told) -> None:
    """And charged again in its grace; that invoice goes back, which ends it."""
    with told.quietly():
        told.subscribes()
        told.block_card()
        told.month_passes()
        told.renew_card()
        told.days_pass(3)
    told.asks_for_refund()


def what_only_the_comparison_sees(told: Told) -> None:
    """Paid twice, in part refunded by hand, and disputed; our bank pays and is paid: nothing tells of it."""
    told.compared = True
    with told.quietly():
        webhooks.hold(told.platform.fake)
        told.buys()
        told.pay_another_page()
        told.settle()
        told.passes(HOLD)
        balance.make(told.platform.fake, -30, "stripe_fee")
        payout = payouts.create(told.platform.fake, {"amount": 100, "currency": "usd"})
        payouts.fail(told.platform.fake, payout["id"])
        topups.create(told.platform.fake, {"amount": 100, "currency": "usd"})
        told.refunded_by_hand(100)
        told.disputed()
        webhooks.drop(told.platform.fake)
        webhooks.release(told.platform.fake)
        told.passes(AN_HOUR)
    told.platform.sweep(COMPARISON)


def a_taxed_purchase_that_goes_back_in_parts(told: Told) -> None:
    """The last of which fails late."""
    told.tax()
    told.buys(card=cards.REFUND_FAILS_LATE)
    told.asks_for_refund(3, "1")
    told.asks_for_refund(0, "2")


def a_taxed_purchase_that_a_bank_takes_back(told: Told) -> None:
    """And gives again."""
    told.tax()
    told.buys()
    told.disputed("lost", "won")


def a_taxed_payment_that_bought_nothing_and_that_a_bank_takes_back(told: Told) -> None:
    """And gives again: nothing of it was ever tax."""
    told.tax()
    told.orders_works(1)
    told.pays(amount=700)
    told.disputed("lost", "won")


def a_subscription_that_stripe_ends(told: Told) -> None:
    """Its card is declined until Stripe tries no more."""
    with told.quietly():
        told.subscribes()
        told.block_card()
        told.month_passes()
        told.days_pass(14)
    told.days_pass(2)


def a_taxed_subscription(told: Told) -> None:
    told.tax()
    told.subscribes()
    told.month_passes()
    told.asks_for_refund()


STORIES: tuple[Callable[[Told], None], ...] = (
    a_purchase,
    a_purchase_by_a_wallet_that_takes_its_time,
    a_wallet_that_fails,
    a_payment_of_the_wrong_amount,
    two_tabs,
    a_cancellation,
    a_page_that_runs_out,
    a_refund_of_everything,
    refunds_of_parts,
    a_refund_that_people_decide,
    a_refund_that_fails_late,
    a_refund_that_fails_while_a_bank_has_the_rest,
    a_dispute_lost_after_a_partial_refund,
    a_dispute_won,
    a_dispute_won_after_it_was_lost,
    an_inquiry_that_becomes_a_dispute,
    a_refund_by_hand,
    a_refund_whose_webhooks_come_late,
    a_refund_whose_answer_was_lost_and_whose_key_is_forgotten,
    an_author_is_paid,
    an_author_is_paid_too_much,
    an_author_has_spent_it,
    our_bank_sends_a_payout_back,
    a_purchase_with_a_coupon,
    two_orders_of_one_buyer_with_a_coupon,
    an_order_with_a_coupon_that_expires,
    an_order_with_a_coupon_that_is_canceled,
    an_order_that_a_coupon_makes_free,
    a_gift,
    a_gift_of_what_is_left,
    a_gift_whose_payment_is_disputed,
    a_gift_that_goes_back_before_anybody_claims_it,
    a_refund_of_a_gift_that_was_claimed,
    a_movement_that_nobody_knows,
    a_bundle_and_a_pass,
    a_subscription,
    a_subscription_that_is_paid_twice,
    a_subscription_that_is_charged_again,
    a_subscription_whose_card_is_declined,
    what_only_the_comparison_sees,
    a_return_that_fails_late,
    a_taxed_purchase_that_goes_back_in_parts,
    a_taxed_purchase_that_a_bank_takes_back,
    a_taxed_subscription,
    a_taxed_payment_that_bought_nothing_and_that_a_bank_takes_back,
    a_subscription_that_stripe_ends,
)
