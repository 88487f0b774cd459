"""PDFs are read page by page, within bounds, and damaged ones are refused."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from chalicelib.content.extraction import pdf
from chalicelib.content.extraction.refusals import PdfCorrupt, PdfTooManyPages
from chalicelib.content.extraction.shapes import LIMITS
from infra.local.corpus import make_pdf

SOURCE = (make_pdf.HERE / "remembering-what-you-read.txt").read_text(encoding="utf-8")
PDF = make_pdf.make(SOURCE)


def test_a_pdf_gives_its_title_author_pages_and_paragraphs():
    reading = pdf.read(PDF, LIMITS)
    assert (reading.title, reading.metadata["author"]) == ("Remembering What You Read", "Maya Adler")
    assert (reading.pages, reading.complete) == (5, True)
    paragraphs = [line for line in SOURCE.splitlines() if line and not line.startswith(("#", "="))]
    kept = sum(paragraph in reading.text for paragraph in paragraphs)
    assert kept >= 0.7 * len(paragraphs)
    assert "\n\n3\n\n" not in reading.text


def test_the_committed_pdf_is_what_its_script_makes():
    assert (make_pdf.HERE / "remembering-what-you-read.pdf").read_bytes() == PDF


def test_what_pdfium_cannot_open_pypdf_may_still_read():
    reading = pdf.read(PDF.replace(b"/Root 1 0 R", b"/Root 9 0 R"), LIMITS)
    assert reading.pages == 5 and "blank page" in reading.text


def test_text_is_cut_at_its_bound_and_says_so():
    reading = pdf.read(PDF, msgspec.structs.replace(LIMITS, text_characters=1000))
    assert len(reading.text) <= 1000 and not reading.complete


def test_too_many_pages_are_refused():
    with pytest.raises(PdfTooManyPages) as refused:
        pdf.read(PDF, msgspec.structs.replace(LIMITS, pdf_pages=4))
    assert refused.value.facts == {"pages": 5, "limit": 4}


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(1000), PDF[:300]])
def test_a_damaged_pdf_is_refused(data):
    with pytest.raises(PdfCorrupt):
        pdf.read(data, LIMITS)


def test_threads_take_turns():
    with ThreadPoolExecutor(4) as threads:
        texts = {reading.text for reading in threads.map(lambda _: pdf.read(PDF, LIMITS), range(8))}
    assert len(texts) == 1


@pytest.mark.parametrize("stated", ["untitled", "Microsoft Word - thesis.docx", "chapter1.tex", "", "  "])
def test_a_title_that_a_program_filled_in_is_no_title(stated):
    reading = pdf.read(PDF.replace(b"(Remembering What You Read) /Author", b"(%s) /Author" % stated.encode()), LIMITS)
    assert reading.title == "Remembering What You Read A short handbook Maya Adler"
