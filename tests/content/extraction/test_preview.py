"""A preview ends where a reader would pause, and never gives away more than its share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.content.extraction.preview import preview


def test_whole_paragraphs_are_kept_where_they_fit():
    text = "\n\n".join(["One short paragraph."] * 50)
    assert preview(text, share=0.1, characters=1000, paragraphs=3) == "\n\n".join(["One short paragraph."] * 3)


def test_english_ends_at_a_sentence():
    text = "First one. Second one. " + "Version 3.14 is longer than that. " * 20
    assert preview(text, share=1, characters=30, paragraphs=5) == "First one. Second one."


def test_chinese_ends_at_a_sentence():
    text = "第一句话。他说：“第二句话。”" + "后面还有很多很多的话" * 20
    assert preview(text, share=1, characters=20, paragraphs=5) == "第一句话。他说：“第二句话。”"


def test_without_a_sentence_words_stay_whole():
    assert preview("several words without any end " * 9, share=1, characters=20, paragraphs=5) == "several words…"


def test_chinese_without_a_sentence_is_cut_between_characters():
    assert preview("没有标点的文字" * 9, share=1, characters=6, paragraphs=5) == "没有标点的…"


@pytest.mark.parametrize("text", ["", "a", "短", "ab"])
def test_tiny_texts_show_nothing_at_a_tenth(text):
    assert preview(text, share=0.1, characters=1000, paragraphs=5) == ""


@given(
    st.lists(st.text(st.sampled_from("ab 。.!？\n字…”"), max_size=60), max_size=12),
    st.floats(0, 1),
    st.integers(0, 200),
    st.integers(1, 6),
)
def test_no_bound_is_ever_exceeded(parts, share, characters, paragraphs):
    text = "\n\n".join(parts)
    shown = preview(text, share=share, characters=characters, paragraphs=paragraphs)
    assert len(shown) <= min(share * len(text), characters)
    assert text.startswith(shown.removesuffix("…").rstrip())
