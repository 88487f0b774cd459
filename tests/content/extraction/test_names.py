"""Names are refused where they could do harm, and cleaned where they are only untidy."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.content.extraction import names
from chalicelib.content.extraction.refusals import NameRefused


@pytest.mark.parametrize(
    "name",
    ["report.pdf", "复利是怎样工作的.md", "ελληνικά.html", "café – notes (2).txt", "a..b.md", "😀👩‍💻.md", "README"],
)
def test_honest_names_stay_as_they_are(name):
    assert names.clean(name) == name


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("cafe\u0301.md", "café.md"),
        (".hidden.md", "hidden.md"),
        ("  two   spaces .md ", "two spaces .md"),
        ("trailing.md. .", "trailing.md"),
        ('<a>:"b"|?*.md', "_a___b____.md"),
        ("con.md", "_con.md"),
        ("COM1", "_COM1"),
        ("console.md", "console.md"),
        ("zero\u200bwidth\ufeff.md", "zerowidth.md"),
        ("中" * 100 + ".md", "中" * 84 + ".md"),
    ],
)
def test_untidy_names_are_cleaned(name, cleaned):
    assert names.clean(name) == cleaned


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "file_name_empty"),
        ("...", "file_name_path"),
        (". ", "file_name_empty"),
        ("\u200b", "file_name_empty"),
        ("..", "file_name_path"),
        ("../x.md", "file_name_path"),
        ("..x.md", "file_name_path"),
        ("a/b.md", "file_name_path"),
        ("C:\\fakepath\\a.md", "file_name_path"),
        ("a\x00.md", "file_name_unprintable"),
        ("a\r\nb.md", "file_name_unprintable"),
        ("a\x9b.md", "file_name_unprintable"),
        ("a\ud800.md", "file_name_unprintable"),
        ("a\u202egpj.md", "file_name_bidirectional"),
        ("a\u2067b.md", "file_name_bidirectional"),
        ("a" * 256, "file_name_too_long"),
        ("a." + "长" * 200, "file_name_too_long"),
    ],
)
def test_harmful_names_are_refused_with_a_reason(name, code):
    with pytest.raises(NameRefused) as refused:
        names.clean(name)
    assert refused.value.code() == code
    assert refused.value.field == "name"


@given(st.text(st.characters(codec=None), max_size=400))
def test_whatever_passes_is_safe_and_settled(name):
    try:
        cleaned = names.clean(name)
    except NameRefused:
        return
    assert names.clean(cleaned) == cleaned
    assert 0 < len(cleaned.encode()) <= 255
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not cleaned.startswith(".") and not set(cleaned) & set('/\\<>:"|?*\x00\n')


@pytest.mark.parametrize(
    ("name", "extension", "stem"),
    [
        ("Report.PDF", ".pdf", "Report"),
        ("a.tar.gz", ".gz", "a.tar"),
        ("README", "", "README"),
        ("v1. a note", "", "v1. a note"),
    ],
)
def test_the_extension_is_what_follows_the_last_dot(name, extension, stem):
    assert (names.extension(name), names.stem(name)) == (extension, stem)
