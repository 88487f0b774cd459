"""Read a PDF with pdfium, and with pypdf where pdfium cannot open it.

pdfium is C++ and not safe under threads: one call at a time holds ``_PDFIUM``. A file may still crash it or exhaust
memory. Ingestion therefore runs in a Lambda of its own: only that call dies, its message comes again and then rests
in the dead-letter queue, and the author is told ``FileUnreadable``.
"""

import io
import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from threading import Lock

import pypdf
import pypdfium2

from chalicelib.content.extraction import decoding, markup
from chalicelib.content.extraction.refusals import (
    PdfCorrupt,
    PdfEncrypted,
    PdfTooManyPages,
    PdfWithoutPages,
    Unreadable,
)
from chalicelib.content.extraction.shapes import Limits, Reading

_PDFIUM = Lock()
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each damaged object of each damaged file
# Believed only with /Encrypt in the file: some failures leave the error of the file before.
_LOCKED = {pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY}
_RESCUED_BYTES = 16 * 1024 * 1024
_NAMED = {"Author": "author", "Subject": "description", "Keywords": "keywords", "CreationDate": "created"}
_NO_TITLE = re.compile(
    r"untitled.*|无标题.*|microsoft (word|powerpoint) - .*|.*\.(docx?|pptx?|indd|tex|pdf)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?。！？：:…][\"'”’」』）)]*$")


def read(data: bytes, limits: Limits) -> Reading:
    """Text page by page, up to ``limits.text_characters``; none where the pages are pictures."""
    try:
        with _PDFIUM:
            return _read_with_pdfium(data, limits)
    except Unreadable:
        raise
    except Exception as error:  # whatever a damaged file makes the bindings raise
        if len(data) > _RESCUED_BYTES:
            raise PdfCorrupt(field="file") from error
        return _read_with_pypdf(data, limits)


def _read_with_pdfium(data: bytes, limits: Limits) -> Reading:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if b"/Encrypt" in data and error.err_code in _LOCKED:
            raise PdfEncrypted(field="file") from error
        raise
    try:
        return _reading(len(document), document.get_metadata_dict(), _pages_by_pdfium(document), limits)
    finally:
        document.close()


def _pages_by_pdfium(document: "pypdfium2.PdfDocument") -> Iterator[str]:
    """A page that cannot be read is left out: the rest of the book is worth having."""
    for number in range(len(document)):
        try:
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                said = text.get_text_bounded()
        except pypdfium2.PdfiumError:
            continue
        yield said


def _read_with_pypdf(data: bytes, limits: Limits) -> Reading:
    try:
        document = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if document.is_encrypted:
            raise PdfEncrypted(field="file")
        metadata = {name.lstrip("/"): str(value) for name, value in (document.metadata or {}).items()}
        pages = (page.extract_text() for page in document.pages)
        return _reading(len(document.pages), metadata, pages, limits)
    except Unreadable:
        raise
    except Exception as error:  # pypdf raises whatever the damage leads to, RecursionError included
        raise PdfCorrupt(field="file") from error


def _reading(count: int, described: dict[str, str], pages: Iterable[str], limits: Limits) -> Reading:
    if count == 0:
        raise PdfWithoutPages(field="file")
    if count > limits.pdf_pages:
        raise PdfTooManyPages(field="file", pages=count, limit=limits.pdf_pages)
    parts: list[str] = []
    room = limits.text_characters
    for page in pages:
        parts.append(_paragraphs(page)[: max(room, 0)])
        room -= len(parts[-1]) + 2
        if room <= 0:
            break
    text = "\n\n".join(part for part in parts if part)
    return Reading(
        title=_title(described, text), text=text, pages=count, metadata=_metadata(described), complete=room > 0
    )


def _metadata(described: dict[str, str]) -> dict[str, str]:
    named = {_NAMED[name]: _one_line(value)[:500] for name, value in described.items() if name in _NAMED}
    return {name: value for name, value in named.items() if value}


def _title(described: dict[str, str], text: str) -> str:
    """The document's own, unless a program filled it in; else a first line short enough to be one."""
    stated = _one_line(described.get("Title") or "")
    if stated and not _NO_TITLE.fullmatch(stated):
        return stated
    first = text.partition("\n")[0]
    return first if len(first) <= 120 else ""


def _paragraphs(page: str) -> str:
    """Lines back into paragraphs: one ends where the next line's first word would still have fitted."""
    lines = _without_page_number([" ".join(line.split()) for line in _without_marks(page).splitlines()])
    width = max(map(len, lines), default=0)
    joined = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        filled = len(line) + (len(following.split(" ", 1)[0]) if following.isascii() else 1)
        ends = not line or not following or filled < width * (0.95 if _SENTENCE_END.search(line) else 0.8)
        joined += line + ("\n\n" if ends else _seam(line, following))
    return markup.tidy(joined)


def _without_page_number(lines: list[str]) -> list[str]:
    while lines and (not lines[-1] or lines[-1].isdecimal()):
        lines = lines[:-1]
    return lines[1:] if lines and lines[0].isdecimal() else lines


def _seam(line: str, following: str) -> str:
    return " " if line[-1].isascii() or following[0].isascii() else ""


def _without_marks(page: str) -> str:
    """pdfium writes a hyphen that only breaks a word over two lines as U+FFFE or U+0002."""
    return decoding.without_controls(re.sub("[\ufffe\u0002]\\s*", "", page.replace("\r\n", "\n")))


def _one_line(value: str) -> str:
    return " ".join(decoding.without_controls(value).split())
