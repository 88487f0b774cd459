"""A page becomes its main part: text and safe HTML."""

import pytest

from chalicelib.content.extraction import html, markup
from chalicelib.content.extraction.refusals import HtmlTooComplex, TextEmpty

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Tea | A Site</title><meta name="author" content="Ann"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Tea</h1><p>Hot   water,<br>then&nbsp;tea.</p><ul><li>green</li>
<li>black</li></ul><script>alert(1)</script></article><footer>Imprint</footer></body></html>"""


def test_the_main_part_is_read_and_the_menus_are_not():
    reading = html.read(PAGE.encode())
    assert reading.title == "Tea"
    assert reading.text == "Tea\n\nHot water,\nthen tea.\n\ngreen\n\nblack"
    assert reading.metadata == {"language": "en", "author": "Ann"}
    assert "Home" not in reading.html and "alert" not in reading.html and "<h1>Tea</h1>" in reading.html


def test_a_small_article_does_not_hide_the_page():
    reading = html.read(b"<body><article>teaser</article><p>" + b"The long text itself. " * 20 + b"</p></body>")
    assert "The long text itself." in reading.text


def test_without_a_heading_the_pages_title_serves():
    assert html.read(b"<title>A  title</title><p>x</p>").title == "A title"


def test_chinese_in_gbk_is_decoded_first():
    reading = html.read('<html><head><meta charset="gbk"></head><h1>中文</h1><p>内容</p>'.encode("gbk"))
    assert (reading.title, reading.text) == ("中文", "中文\n\n内容")


@pytest.mark.parametrize(
    "page", [b"<p></p>", b"<html></html>", b"<script>x</script>", b"<!-- -->", b"<title>x</title>"]
)
def test_a_page_without_text_is_refused(page):
    with pytest.raises(TextEmpty):
        html.read(page)


@pytest.mark.parametrize(
    "page",
    [
        b"<div>" * 100_000,
        b"<p " + b" ".join(b"a%d" % number for number in range(100_000)) + b">x",
        b"<p " + b" ".join(b'a%d=">"' % number for number in range(100_000)) + b">x",
        b'<!-- <a x=" --><p ' + b" ".join(b"a%d" % number for number in range(100_000)) + b">x",
        b"<p>x" + b"<a" * 100_000,
    ],
    ids=["deep", "attributes", "quoted attributes", "hidden attributes", "endless name"],
)
def test_markup_that_would_stall_the_reader_is_refused(page):
    with pytest.raises(HtmlTooComplex):
        html.read(page)


def test_entities_do_not_multiply():
    page = b'<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;&b; text</p>'
    assert len(html.read(page).text) < 100


def test_addresses_without_a_scheme_lead_nowhere():
    element = markup.parse('<img src="a.png" alt="A"><img src="https://e.org/a.png"><a href="//e.org">x</a>')
    assert markup.safe_html(element).count("e.org") == 1
