"""Set ``remembering-what-you-read.txt`` as a PDF, by hand (ISO 32000-1) with the fonts that every reader has.

``python -m infra.local.corpus.make_pdf`` writes the same bytes each time; the result is committed beside it.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
WIDTH, HEIGHT, MARGIN = 420, 595, 54  # A5, in points

# Advance widths of Times-Roman for the characters 32–126, in thousandths of the size (Adobe's Core 14 metrics).
_TIMES = [
    *(250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, *[500] * 10, 278, 278, 564, 564),
    *(564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556),
    *(611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500, 444, 333, 500, 500, 278),
    *(278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541),
]


class Style(NamedTuple):
    font: str
    size: float
    leading: float
    before: float


TITLE, BYLINE = Style("F2", 22, 28, 90), Style("F1", 13, 20, 4)
HEADING, BODY = Style("F2", 13, 18, 14), Style("F1", 11, 15, 6)


class Line(NamedTuple):
    text: str
    style: Style
    down: float
    starts_page: bool = False


def make(source: str) -> bytes:
    """A PDF of the source's paragraphs: ``# `` title, ``= `` byline, ``## `` heading."""
    pages = list(_paginate(list(_lines(source))))
    title = next(line[2:] for line in source.splitlines() if line.startswith("# "))
    author = [line[2:] for line in source.splitlines() if line.startswith("= ")][-1]
    return _assemble([_draw(page, number) for number, page in enumerate(pages, 1)], title, author)


def _lines(source: str) -> Iterator[Line]:
    for paragraph in filter(None, (part.strip() for part in source.splitlines())):
        mark, _, rest = paragraph.partition(" ")
        style = {"#": TITLE, "=": BYLINE, "##": HEADING}.get(mark, BODY)
        for number, text in enumerate(_wrapped(paragraph if style is BODY else rest, style)):
            opens = number == 0 and paragraph.startswith("## 1.")
            yield Line(text, style, style.leading + (style.before if number == 0 else 0), opens)


def _wrapped(paragraph: str, style: Style) -> Iterator[str]:
    line = ""
    for word in paragraph.split():
        longer = f"{line} {word}".strip()
        if line and _width(longer, style) > WIDTH - 2 * MARGIN:
            yield line
            longer = word
        line = longer
    yield line


def _width(text: str, style: Style) -> float:
    bold = 1.06 if style.font == "F2" else 1
    return sum(_TIMES[ord(character) - 32] for character in text) * style.size * bold / 1000


def _paginate(lines: list[Line]) -> Iterator[list[tuple[float, Line]]]:
    """A heading never stands alone at the foot of a page."""
    page: list[tuple[float, Line]] = []
    y = float(HEIGHT - MARGIN)
    for line in lines:
        needed = line.down + (2 * BODY.leading + BODY.before if line.style is HEADING else 0)
        if page and (line.starts_page or y - needed < MARGIN + 14):
            yield page
            page, y = [], float(HEIGHT - MARGIN)
        y -= line.down if page or line.style is TITLE else line.style.leading
        page.append((y, line))
    yield page


def _draw(page: list[tuple[float, Line]], number: int) -> bytes:
    shown = [
        f"BT /{line.style.font} {line.style.size} Tf {MARGIN} {y:g} Td ({_escaped(line.text)}) Tj ET"
        for y, line in page
    ]
    shown.append(f"BT /F1 9 Tf {WIDTH / 2 - 3:g} {MARGIN - 18} Td ({number}) Tj ET")
    return "\n".join(shown).encode("ascii")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _assemble(contents: list[bytes], title: str, author: str) -> bytes:
    """Catalogue 1, pages 2, information 3, fonts 4 and 5, then two objects a page."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(contents)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        f"<< /Title ({_escaped(title)}) /Author ({_escaped(author)}) /CreationDate (D:20250101000000Z) >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for number, content in enumerate(contents):
        packed = zlib.compress(content, 9)
        resources = "<< /Font << /F1 4 0 R /F2 5 0 R >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources {resources}"
        objects.append(f"{page} /Contents {7 + 2 * number} 0 R >>".encode())
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream")
    return number_objects(objects)


def number_objects(objects: list[bytes]) -> bytes:
    """The file: its first object is the catalogue, its third the information."""
    written, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    written += b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\n" % (len(objects) + 1)
    return bytes(written + b"startxref\n%d\n%%%%EOF\n" % table)


if __name__ == "__main__":
    source = HERE / "remembering-what-you-read.txt"
    source.with_suffix(".pdf").write_bytes(make(source.read_text(encoding="utf-8")))
