"""The book against Stripe's, both ways: what is late is entered, what is unknown is in suspense once, and nothing else
differs."""

from tests.till import Shop


def compares(shop: Shop, **span) -> None:
    """The hour is over."""
    shop.world.clock.advance(**(span or {"hours": 1}))
    shop.world.platform.run_schedule("reconciliation_compare")
    shop.world.pump()
    shop.signs_everybody_in()


def proof(shop: Shop):
    return shop.world.get("/v1/admin/invariants", as_=shop.admin).json


def found(shop: Shop):
    return {(one["invariant"], one["subject"]) for one in proof(shop)["differences"]}


def test_a_history_compares_to_nothing(shop):
    shop.bought(shop.reader, shop.works["tides"])
    shop.settles()
    shop.arrives()
    compares(shop)
    report = proof(shop)
    assert report["differences"] == []
    assert report["movements"] == 1
    assert report["balance"] == {"usd": 844}
