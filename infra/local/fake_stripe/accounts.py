"""Connected accounts: opened by the platform, told of by their owners on a hosted page, and what they hold."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from infra.local.fake_stripe import events, paging
from infra.local.fake_stripe.answers import Answer, html_answer, redirect
from infra.local.fake_stripe.customers import merged
from infra.local.fake_stripe.parameters import EXPAND, Fields, email, metadata, one_of, text, truth, url
from infra.local.fake_stripe.problems import bad_parameter, refused
from infra.local.fake_stripe.routes import Route
from infra.local.fake_stripe.state import Object

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_CODES = "AT AU BE CA CH DE DK ES FI FR GB HK IE IT JP LU NL NO NZ PT SE SG US"
COUNTRIES = frozenset(_CODES.split(" "))
"""Where Stripe pays to, as far as the fake knows: not to mainland China."""

_ASKED = ["external_account", "individual.first_name", "individual.last_name", "tos_acceptance.date"]
_LINK_SECONDS = 300
_PARTY = one_of("account", "application")
CREATE = Fields(
    {
        "country": text(2),
        "email": email,
        "controller": Fields(
            {
                "fees": Fields({"payer": _PARTY}, ("payer",)),
                "losses": Fields({"payments": one_of("application", "stripe")}, ("payments",)),
                "requirement_collection": one_of("application", "stripe"),
                "stripe_dashboard": Fields({"type": one_of("express", "full", "none")}, ("type",)),
            }
        ),
        "capabilities": Fields({"transfers": Fields({"requested": truth}, ("requested",))}),
        "metadata": metadata,
        "expand": EXPAND,
    }
)
UPDATE = Fields({"metadata": metadata, "expand": EXPAND})
LINK = Fields(
    {
        "account": text(100),
        "type": one_of("account_onboarding", "account_update"),
        "refresh_url": url,
        "return_url": url,
        "expand": EXPAND,
    },
    ("account", "type", "refresh_url", "return_url"),
)
LIST = paging.listing()


def create(fake: FakeStripe, params: Object) -> Object:
    country = params.get("country", "US")
    if country not in COUNTRIES:
        raise refused(f"{country} is not currently supported by Stripe.", param="country", code="country_unsupported")
    account = {
        "id": fake.new_id("acct_"),
        "object": "account",
        "capabilities": {"transfers": "inactive"} if "capabilities" in params else {},
        "charges_enabled": False,
        "controller": {**params.get("controller", {}), "is_controller": True, "type": "application"},
        "country": country,
        "created": fake.now(),
        "default_currency": fake.merchant.settles_in,
        "details_submitted": False,
        "email": params.get("email"),
        "metadata": params.get("metadata", {}),
        "payouts_enabled": False,
        "requirements": _requirements(list(_ASKED), "requirements.past_due"),
        "type": "none",
    }
    fake.keep(account)
    events.emit(fake, "account.updated", account)
    return account


def update(fake: FakeStripe, params: Object, account_id: str) -> Object:
    account = fake.find("account", account_id)
    account["metadata"] = merged(account["metadata"], params)
    return account


def retrieve(fake: FakeStripe, params: Object, account_id: str) -> Object:
    return fake.find("account", account_id)


def listed(fake: FakeStripe, params: Object) -> Object:
    return paging.page(fake, fake.every("account").values(), params, "/v1/accounts", "account")


def link(fake: FakeStripe, params: Object) -> Object:
    """A page for one visit. It leads back to ``return_url``; used again, or late, to ``refresh_url``."""
    fake.find("account", params["account"], "account")
    secret = fake.new_id("alnk_")
    fake.every("account_link")[secret] = {"id": secret, "used": False, **params, "created": fake.now()}
    return {
        "object": "account_link",
        "created": fake.now(),
        "expires_at": fake.now() + _LINK_SECONDS,
        "url": f"{fake.public_url}/c/setup/{secret}",
    }


def page(fake: FakeStripe, method: str, path: str) -> Answer:
    """GET shows what is asked, POST answers all of it."""
    with fake.lock:
        fake.tick()
        fake.request = {"id": None, "idempotency_key": None}
        told = fake.every("account_link").get(path.removeprefix("/c/setup/"))
        if told is None:
            return html_answer(404, _page("<p>There is no such page. 没有此页面。</p>"))
        if told["used"] or fake.now() > told["created"] + _LINK_SECONDS:
            return redirect(told["refresh_url"])
        if method == "POST":
            told["used"] = True
            complete(fake, told["account"])
            return redirect(told["return_url"])
        needs = fake.find("account", told["account"])["requirements"]["currently_due"]
        asked = "".join(f"<li>{escape(name)}</li>" for name in needs)
        button = '<form method="post"><button>Submit all of it 提交全部信息</button></form>'
        return html_answer(200, _page(f"<p>What is asked of you 需要的信息:</p><ul>{asked}</ul>{button}"))


def complete(fake: FakeStripe, account_id: str) -> Object:
    """The owner told all that was asked: transfers reach the account."""
    return _become(fake, account_id, "active", _requirements([], None), details_submitted=True)


def disable(fake: FakeStripe, account_id: str, reason: str = "rejected.other", due: list[str] | None = None) -> Object:
    """Stripe wants more, or will not have the account: no transfer reaches it."""
    return _become(fake, account_id, "inactive", _requirements(due or [], reason))


def payable(fake: FakeStripe, account_id: str) -> Object:
    """The account, which a transfer can reach. Raises Problem."""
    account = fake.find("account", account_id, "destination")
    if account["capabilities"].get("transfers") != "active":
        message = (
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments"
        )
        raise refused(message, code="insufficient_capabilities_for_transfer", param="destination")
    return account


def holds(fake: FakeStripe, account_id: str, currency: str) -> int:
    """What came to the account and was not taken back or paid out to its owner."""
    wanted = {"destination": account_id, "currency": currency}
    theirs = paging.matching(fake.every("transfer").values(), wanted, *wanted)
    spent = fake.state.spent.get(f"{account_id}/{currency}", 0)
    return int(sum(transfer["amount"] - transfer["amount_reversed"] for transfer in theirs) - spent)


def spend(fake: FakeStripe, account_id: str, amount: int, currency: str) -> Object:
    """The owner takes money out of the account: a transfer of it cannot be taken back any more."""
    there = holds(fake, account_id, currency)
    if not 0 < amount <= there:
        raise bad_parameter("amount", f"The account holds {there} {currency}.")
    place = f"{account_id}/{currency}"
    fake.state.spent[place] = fake.state.spent.get(place, 0) + amount
    return {"left": holds(fake, account_id, currency)}


def _become(fake: FakeStripe, account_id: str, transfers: str, requirements: Object, **more: bool) -> Object:
    account = fake.find("account", account_id)
    before = {"requirements": account["requirements"], "capabilities": dict(account["capabilities"])}
    account["capabilities"]["transfers"] = transfers
    account.update(requirements=requirements, payouts_enabled=transfers == "active", **more)
    events.emit(fake, "account.updated", account, **before)
    return account


def _requirements(due: list[str], reason: str | None) -> Object:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def _page(body: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><title>Payouts 收款</title><main>{body}</main>'


ROUTES = [
    Route("POST", "/v1/accounts", create, CREATE),
    Route("GET", "/v1/accounts", listed, LIST),
    Route("GET", "/v1/accounts/{id}", retrieve),
    Route("POST", "/v1/accounts/{id}", update, UPDATE),
    Route("POST", "/v1/account_links", link, LINK),
]
