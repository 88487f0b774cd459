"""Whatever bytes come, extract answers or refuses: it never breaks."""

import subprocess
import sys

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.content.extraction.extracting import extract
from chalicelib.content.extraction.refusals import REFUSALS, FileTooLarge, Unreadable, sentence
from chalicelib.content.extraction.shapes import LIMITS, Extracted
from infra.local.corpus import hostile, make_pdf

PDF = make_pdf.make("# T\n= A\n\n## 1. One\n\nSome text to read, long enough to be wrapped over more than one line.\n")
NAMES = st.sampled_from(["a.md", "a.txt", "a.html", "a.pdf", "a.docx", "a.epub", "a.mp4", "a.srt", "a"])
PIECES = st.sampled_from(
    ["<div>", "</p>", "<a href='", '"', "<!--", "-->", "<![CDATA[", "&#0;", "&#xD800;", "&lol;", "\x00", "\ufffe",
     "[a](", "```", "> ", "- ", "|-|\n", "\n\n", "---\n", "title: x\n", "中文。", "text. ", "<svg>", "<table>",
     "<script>", "*", "<?xml", "<h1>"]
)  # fmt: skip
PATIENT = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def extract_or_refuse(name, data):
    try:
        found = extract(name, data)
    except Unreadable as refused:
        assert refused.code() in REFUSALS
        assert "{" not in refused.detail("en") + refused.detail("zh")
        return
    assert found.title and len(found.preview) <= LIMITS.preview_share * len(found.text)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Extracted) == found


@pytest.mark.parametrize("sample", hostile.SAMPLES, ids=lambda sample: ascii(sample.name)[:40])
def test_the_hostile_set_is_judged_as_it_should_be(sample):
    code = None
    try:
        extract(sample.name, sample.data)
    except Unreadable as refused:
        code = refused.code()
    assert code == sample.refusal


@PATIENT
@given(NAMES, st.binary(max_size=2000))
@example("a.txt", b"\xfe\xff\xd8\x00")
def test_random_bytes_break_nothing(name, data):
    extract_or_refuse(name, data)


@PATIENT
@given(NAMES, st.lists(PIECES, max_size=60).map("".join))
def test_shattered_markup_breaks_nothing(name, text):
    extract_or_refuse(name, text.encode())


@PATIENT
@given(
    st.lists(st.tuples(st.integers(0, len(PDF) - 1), st.binary(max_size=12)), min_size=1, max_size=12), st.booleans()
)
def test_mutated_pdfs_break_nothing(changes, cut):
    data = bytearray(PDF)
    for at, put in changes:
        data[at : at + len(put)] = put
    extract_or_refuse("a.pdf", bytes(data[: changes[0][0]] if cut else data))


@PATIENT
@given(st.text(max_size=300), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "gb18030", "big5hkscs", "cp1252"]))
def test_text_in_any_encoding_breaks_nothing(text, encoding):
    extract_or_refuse("a.txt", text.encode(encoding, errors="ignore"))
    extract_or_refuse("a.html", b"<p>" + text.encode(encoding, errors="ignore"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("line.md", b"a" * 1_900_000),
        ("line.html", b"<p>" + b"a" * 7_000_000),
        ("spaces.html", b"<pre>x" + b" " * 7_000_000 + b"y"),
        ("lines.txt", b"x" + b"\n" * 7_000_000 + b"y"),
        ("quotes.md", b">" * 500_000),
        ("brackets.md", b"[" * 100_000),
        ("deep.md", b"<div>" * 100_000),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_monstrous_but_small_enough_files_end(name, data):
    extract_or_refuse(name, data)


@pytest.mark.parametrize(
    ("name", "data", "limit"),
    [("a.md", b"# long", "markdown_bytes"), ("a.html", b"<p>long", "html_bytes"), ("a.pdf", PDF, "pdf_bytes")],
)
def test_every_type_has_its_own_weight(name, data, limit):
    with pytest.raises(FileTooLarge) as refused:
        extract(name, data, msgspec.structs.replace(LIMITS, **{limit: 5}))
    assert refused.value.facts == {"size": len(data), "limit": 5}


def test_an_article_is_described_whole():
    found = extract("复利.md", ("# 复利\n\n" + "利息也会生出利息。" * 50).encode())
    assert (found.media_type, found.title, found.language, found.pages) == ("text/markdown", "复利", "zh", None)
    assert (found.characters, found.words, found.complete) == (4 + 450, 2 + 400, True)
    assert found.preview == "利息也会生出利息。" * 5


def test_without_a_title_the_names_stem_serves():
    assert extract("my notes.md", b"only text").title == "my notes"


def test_a_stored_refusal_speaks_both_languages():
    with pytest.raises(FileTooLarge) as refused:
        extract("a.md", b"long", msgspec.structs.replace(LIMITS, markdown_bytes=1))
    code, facts = refused.value.code(), refused.value.facts
    assert "at most 1 are accepted" in sentence(code, facts, "en")
    assert "最多接受 1 字节" in sentence(code, facts, "zh")


def test_every_refusal_has_its_own_words():
    told = [(cls.en, cls.zh) for cls in REFUSALS.values() if not cls.__subclasses__()]
    assert len(set(told)) == len(told) >= 17


def test_routes_can_judge_names_without_the_heavy_readers():
    heavy = "{'lxml', 'pypdf', 'pypdfium2', 'nh3', 'markdown_it', 'filetype'}"
    modules = "names, refusals, shapes, language, preview"
    code = f"import sys; from chalicelib.content.extraction import {modules}; print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert shown.stdout == "set()\n"
