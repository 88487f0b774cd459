"""Markdown becomes safe HTML and plain text."""

import lxml.html
import pytest

from chalicelib.content.extraction import markdown
from chalicelib.content.extraction.refusals import HtmlTooComplex, TextEmpty


def test_front_matter_gives_title_and_metadata():
    reading = markdown.read('---\ntitle: "复利"\nauthor: 林\nempty:\n---\n# 第一章\n\n正文。'.encode())
    assert reading.title == "复利"
    assert reading.metadata == {"author": "林"}
    assert reading.text == "第一章\n\n正文。"


def test_without_front_matter_the_first_heading_is_the_title():
    assert markdown.read(b"intro\n\n## The *title* `here`\n\ntext").title == "The title here"


def test_a_rule_at_the_top_is_no_front_matter():
    assert markdown.read(b"---\n\nText\n\n---\n").text == "Text"


def test_tables_lists_and_code_keep_their_text_apart():
    reading = markdown.read(b"| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n- y\n\n```\ncode\n  here\n```\n")
    assert "a" in reading.text.split() and "12" not in reading.text and "xy" not in reading.text
    assert "<table>" in reading.html and "<li>x</li>" in reading.html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>text",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<img src=x onerror=alert(1)>text",
        "<svg onload=alert(1)>text</svg>text",
        "<a href=' javascript:alert(1)'>x</a>",
        "<iframe src=https://e.org></iframe>text",
        "<form action=https://e.org><input name=password></form>text",
        "<p style='background:url(https://e.org)'>text</p>",
        "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>text</math>text",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>text</noscript>text",
    ],
)
def test_nothing_active_survives(source):
    shown = list(lxml.html.document_fromstring(markdown.read(source.encode()).html or "<p>").iter())
    assert {node.tag for node in shown} <= {"html", "body", "p", "a", "img"}
    assert {name for node in shown for name in node.attrib} <= {"href", "src", "rel", "title"}
    assert not [node for node in shown if node.get("href") or node.get("src")]


def test_links_tell_neither_origin_nor_trust():
    page = markdown.read(b"[x](https://example.org)").html
    assert page == '<p><a href="https://example.org" rel="noopener noreferrer nofollow">x</a></p>'


@pytest.mark.parametrize("source", [b" ", b"\n\n", b"<!-- only a comment -->", b"---\ntitle: x\n---\n", b"***"])
def test_nothing_to_read_is_refused(source):
    with pytest.raises(TextEmpty):
        markdown.read(source)


def test_one_address_used_a_million_times_is_refused():
    with pytest.raises(HtmlTooComplex):
        markdown.read(("[a]: " + "x" * 50_000 + "\n\n" + "[a]\n" * 50_000).encode())


def test_plain_text_stays_text():
    reading = markdown.read_plain("标题\n\n<b>1 & 2</b>\n第二行\n".encode())
    assert reading.title == "标题"
    assert reading.text == "标题\n\n<b>1 & 2</b>\n第二行"
    assert reading.html == "<p>标题</p>\n<p>&lt;b&gt;1 &amp; 2&lt;/b&gt;<br>第二行</p>"
