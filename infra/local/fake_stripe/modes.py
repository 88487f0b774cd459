"""What a checkout session may carry in ``payment`` mode, and what in ``subscription`` mode."""

from __future__ import annotations

from infra.local.fake_stripe import methods, periods
from infra.local.fake_stripe.merchant import Merchant
from infra.local.fake_stripe.problems import bad_parameter
from infra.local.fake_stripe.state import Object

_WALLETS = ("alipay", "wechat_pay")
_OF_THE_OTHER = {
    "payment": ("subscription_data",),
    "subscription": ("payment_intent_data", "customer_creation", "submit_type"),
}


def check(params: Object) -> None:
    """What Stripe refuses by looking at the parameters alone."""
    mode = params["mode"]
    if mode == "subscription" and set(_WALLETS) & set(params.get("allowed_payment_method_types", ())):
        message = "Alipay and WeChat Pay cannot be used in `subscription` mode."
        raise bad_parameter("allowed_payment_method_types", message)
    if mode not in _OF_THE_OTHER:
        raise bad_parameter("mode", f"This account has no `{mode}` mode: only `payment` and `subscription`.")
    for name in _OF_THE_OTHER[mode]:
        if name in params:
            raise bad_parameter(name, f"You can not pass `{name}` in `{mode}` mode.")
    _check_recurring(mode, params["line_items"])


def offered(merchant: Merchant, currency: str, params: Object) -> list[str]:
    """The methods that the buyer can choose; for a subscription only those that can be charged again: cards."""
    found = methods.offered(
        merchant, currency, params.get("allowed_payment_method_types"), params.get("payment_method_options", {})
    )
    return [method for method in found if method == "card"] if params["mode"] == "subscription" else found


def _check_recurring(mode: str, lines: list[Object]) -> None:
    recurring = [line["price_data"].get("recurring") for line in lines if "price_data" in line]
    if mode == "payment" and any(recurring):
        raise bad_parameter("mode", "You specified `payment` mode but passed a recurring price.")
    if mode == "subscription" and (len(recurring) != 1 or not all(recurring)):
        raise bad_parameter("line_items", "This account subscribes to one recurring price at a time.")
    for told in filter(None, recurring):
        if told.get("interval_count", 1) > periods.LONGEST[told["interval"]]:
            path = "line_items[0][price_data][recurring][interval_count]"
            raise bad_parameter(path, "The maximum billing interval is three years.")
