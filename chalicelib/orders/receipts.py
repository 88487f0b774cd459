"""The receipt of a paid order."""

from chalicelib.accounts import profiles
from chalicelib.core import settings
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.money import written
from chalicelib.core.transactions import all_or_nothing
from chalicelib.mail import post
from chalicelib.orders import collection, taxing
from chalicelib.orders.collection import Order

_WITH_TAX = {"en": "{total} (of which {tax} tax)", "zh": "{total}（含税 {tax}）"}


def send(order_id: str) -> None:
    """Mail what was bought, once: the letter's key is the order's. An account that is gone gets no mail. A gift's link
    is not in it, for it is not kept: it is made for who asks for it."""
    order = collection.read(order_id)
    try:
        buyer = profiles.read(order.header.buyer_id)
        with all_or_nothing() as tx:
            post.send(
                tx,
                "gift_paid" if order.header.gift else "order_paid",
                buyer.email,
                buyer.language,
                key=f"letter:receipt:{order_id}",
                name=buyer.name,
                order_id=order_id,
                works="\n".join(f"- {work['title']}" for work in order.header.works),
                total=_total(order, buyer.language),
                url=f"{settings.value('PUBLIC_URL')}/orders/{order_id}",
            )
    except (Conflict, NotFound):
        return


def _total(order: Order, language: str) -> str:
    total, tax = (written(order.header.currency, each) for each in (order.header.total, taxing.total(order.lines)))
    return _WITH_TAX[language].format(total=total, tax=tax) if taxing.total(order.lines) else total
