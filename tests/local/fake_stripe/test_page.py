import html
import re

import pytest
import requests

from tests.local.fake_stripe.conftest import an_order


def page_of(session, language="en", **params):
    answer = requests.get(session.url, params=params, headers={"Accept-Language": language}, timeout=10)
    assert answer.status_code == 200
    return answer.text


def text_of(page):
    bare = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", bare))


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(123_456, "usd", "$1,234.56"), (900, "jpy", "¥900"), (900, "cny", "CN¥9.00"), (1_900, "sek", "19.00 SEK")],
)
def test_the_total_is_written_as_its_currency_is(buyer, amount, currency, written):
    page = page_of(buyer.opens(amount, currency))
    assert f"id='total'>{written}<" in page


def test_the_page_shows_lines_and_the_methods_offered(buyer):
    lines = [an_order(900)["line_items"][0], {**an_order(250)["line_items"][0], "quantity": 3}]
    page = page_of(buyer.opens(line_items=lines, allowed_payment_method_types=["card", "alipay"]))
    assert re.findall(r'name="method" id="m-(\w+)"', page) == ["card", "alipay"]
    text = text_of(page)
    assert all(part in text for part in ("On reading", "$9.00", "On reading × 3", "$7.50", "$16.50"))


@pytest.mark.parametrize(
    ("accepted", "asked", "locale", "tag"),
    [
        ("en", None, None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, None, "zh-Hans"),
        ("fr,en;q=0.3,zh;q=0.7", None, None, "zh-Hans"),
        ("en;q=rubbish,,;;", None, None, "en"),
        ("en", "zh", None, "zh-Hans"),
        ("en", None, "zh", "zh-Hans"),
        ("zh", "en", "zh", "en"),
        ("fr", "xx", "auto", "en"),
    ],
)
def test_the_page_speaks_the_readers_language(buyer, accepted, asked, locale, tag):
    session = buyer.opens(**({"locale": locale} if locale else {}))
    page = page_of(session, accepted, **({"lang": asked} if asked else {}))
    assert f'<html lang="{tag}">' in page
    assert ("微信支付" if tag == "zh-Hans" else "WeChat Pay") in page


def test_what_a_caller_wrote_is_never_markup(buyer):
    line = an_order()["line_items"][0]
    line["price_data"]["product_data"]["name"] = "<script>alert(1)</script>\"'"
    page = page_of(buyer.opens(line_items=[line], cancel_url='http://a/"><script>'))
    assert "<script" not in page
    assert "default-src 'none'" in requests.get(buyer.opens().url, timeout=10).headers["Content-Security-Policy"]


def test_cancel_goes_back_and_leaves_the_session_open(buyer, sdk):
    session = buyer.opens()
    answer = requests.post(session.url, data={"action": "cancel"}, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1/cart")
    assert sdk.checkout.sessions.retrieve(session.id).status == "open"


def test_a_decline_is_told_in_the_readers_language(buyer):
    session = buyer.opens()
    form = {"method": "card", "card_number": "4000000000000002"}
    assert "您的银行卡被拒绝" in requests.post(f"{session.url}?lang=zh", data=form, timeout=10).text
    assert "Your card was declined" in requests.post(f"{session.url}?lang=en", data=form, timeout=10).text


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("4000 0000 0000 9995", "card_declined"),
        ("4000 0000 0000 0069", "expired_card"),
        ("4000 0000 0000 0127", "incorrect_cvc"),
        ("4111 1111 1111 1111", "card_declined"),
        ("4242 4242 4242 4241", "incorrect_number"),
        ("", "incorrect_number"),
        ("²²²² ²²²² ²²²²", "incorrect_number"),
    ],
)
def test_a_card_that_is_no_good_test_card_does_not_pay(buyer, sdk, card, code):
    session = buyer.opens()
    assert buyer.pays(session, card=card).status_code == 402
    intent = sdk.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]}).payment_intent
    assert intent.last_payment_error.code == code


def test_closed_pages_say_so(buyer, sdk):
    paid = buyer.opens()
    buyer.pays(paid)
    answer = requests.get(paid.url, timeout=10)
    assert (answer.status_code, "complete" in answer.text) == (410, True)
    expired = buyer.opens()
    sdk.checkout.sessions.expire(expired.id)
    answer = requests.get(expired.url, headers={"Accept-Language": "zh"}, timeout=10)
    assert (answer.status_code, "已过期" in answer.text) == (410, True)
    assert requests.get(f"{buyer.url}/c/pay/cs_test_none", timeout=10).status_code == 404


@pytest.mark.parametrize("form", [{"method": "gold"}, {"method": "alipay", "outcome": "maybe"}, {}, {"lang": "\x00"}])
def test_a_strange_form_pays_nothing(buyer, sdk, form):
    session = buyer.opens()
    assert requests.post(session.url, data=form, allow_redirects=False, timeout=10).status_code in (400, 402)
    assert sdk.checkout.sessions.retrieve(session.id).status == "open"
