"""Text is decoded on evidence, or refused: never guessed into nonsense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.content.extraction.decoding import decode
from chalicelib.content.extraction.refusals import TextNotUtf8

CHINESE = "这是一个测试文件，用来检查编码是否正确。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_is_read_in_its_usual_encodings(encoding):
    assert decode(CHINESE.encode(encoding)) == CHINESE


@pytest.mark.parametrize(
    ("declared", "encoding"), [("gbk", "gbk"), ("big5", "big5"), ("Shift_JIS", "cp932"), ("iso-8859-1", "cp1252")]
)
def test_a_page_declares_its_own_encoding(declared, encoding):
    said = "déjà vu" if encoding == "cp1252" else "日本"
    page = f'<meta charset="{declared}"><p>{said}</p>'.encode(encoding)
    assert decode(page, page=True).endswith(f"<p>{said}</p>")


@pytest.mark.parametrize(
    "data",
    [
        "Un été à la plage, déjà vu".encode("latin-1"),
        "Füße, Größe, Übermut".encode("cp1252"),
        "日本語のテキスト".encode("cp932"),
        CHINESE.encode("utf-16-le"),
        b"\xff\xfe\x00",
        b"\x80\x81\x82",
        b"a\x00b",
        b"\x01\x02\x03\x04",
    ],
)
def test_uncertain_bytes_are_refused(data):
    with pytest.raises(TextNotUtf8):
        decode(data)


def test_text_comes_out_composed_with_plain_line_ends():
    assert decode("\ufeffcafe\u0301\r\nb\rc\u2028d\x08".encode()) == "café\nb\nc\nd"


def test_a_tower_of_marks_is_cut_before_composing_it():
    assert len(decode(("a" + "\u0301\u0323" * 200_000).encode())) < 40


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200))
def test_utf8_is_never_mistaken_for_another_encoding(text):
    assert decode(text.encode()).encode() is not None
