"""Payment methods: the caller's list only filters what the account, the currency and the mode make eligible."""

from __future__ import annotations

from infra.local.fake_stripe.currencies import WALLETS
from infra.local.fake_stripe.merchant import Merchant
from infra.local.fake_stripe.problems import refused
from infra.local.fake_stripe.state import Object

_KNOWN = (
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum blik "
    "boleto card cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini kr_card link "
    "mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix "
    "promptpay revolut_pay samsung_pay satispay scalapay sepa_debit sequra sofort sunbit swish twint upi "
    "us_bank_account wechat_pay zip"
)
KNOWN = tuple(_KNOWN.split())


def offered(merchant: Merchant, currency: str, allowed: list[str] | None, options: Object) -> list[str]:
    """The methods that the buyer can choose. What is not eligible is dropped without a word, as Stripe does; only
    an empty choice is refused. WeChat Pay also needs its ``client`` option."""
    wanted = merchant.methods if allowed is None else allowed
    chosen = [method for method in dict.fromkeys(wanted) if _eligible(merchant, method, currency, options)]
    if not chosen:
        message = "No valid payment method types for this currency. Check the methods that your account has active."
        raise refused(message, param="allowed_payment_method_types")
    return chosen


def _eligible(merchant: Merchant, method: str, currency: str, options: Object) -> bool:
    takes = method not in WALLETS or currency in WALLETS[method]
    return method in merchant.methods and takes and (method != "wechat_pay" or "wechat_pay" in options)
