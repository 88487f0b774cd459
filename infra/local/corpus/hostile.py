"""Files that no honest author sends, and honest ones beside them: each with the reason it must be refused for.

``python -m infra.local.corpus.hostile FOLDER`` writes them for ``make demo FILES=FOLDER``.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from infra.local.corpus.make_pdf import make, number_objects


class Sample(NamedTuple):
    """``refusal`` is the code that ``extract`` must answer; None where the file must be accepted."""

    name: str
    data: bytes
    refusal: str | None


_PDF = make(
    "# A Good Page\n= Nobody\n\n## 1. One\n\nThis page is as good as any other, and its only wish is to be read.\n"
)
_SENTENCES = "这是一份完全正常的稿件，应当被接受。\n\n它有两段文字，而且都说得清楚。\n"
_MARKDOWN = f"# 正常的稿件\n\n{_SENTENCES}".encode()
_ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\x3e\x00\x01\x00\x00\x00" + bytes(200)
_PE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(52) + b"\x80\x00\x00\x00" + bytes(64) + b"PE\x00\x00" + bytes(200)
_NOISE = bytes(number * 167 % 256 for number in range(4096))
_ENCRYPTED = _PDF.replace(
    b"/Root 1 0 R",
    b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O <" + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >> "
    b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] /Root 1 0 R",
)
_PAGELESS = number_objects([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", b"<< >>"])

SAMPLES = [
    Sample("good article.md", b"# A good article\n\nIt says one thing, and says it plainly.\n", None),
    Sample("一篇好文章.md", _MARKDOWN, None),
    Sample("国标编码的旧稿.txt", f"旧稿一篇\n\n{_SENTENCES}".encode("gb18030"), None),
    Sample("utf-16 from a text editor.txt", "A text, saved as “Unicode” by an old editor.\n".encode("utf-16"), None),
    Sample("good page.html", b"<!DOCTYPE html><title>Good</title><h1>A good page</h1><p>With one paragraph.", None),
    Sample("page with a script.html", b"<html><p>Text stays, <script>alert(1)</script>scripts go.</p></html>", None),
    Sample("good document.pdf", _PDF, None),
    Sample(".hidden note.md", b"# Hidden\n\nA leading dot is dropped, the note is kept.\n", None),
    Sample("<angle> & quotes?.md", b"# Odd, but honest\n\nSuch names come from careful people.\n", None),
    Sample(f"{'长' * 80}.md", _MARKDOWN, None),
    Sample("empty.md", b"", "file_empty"),
    Sample("blank.md", b" \n\n\t\n", "text_empty"),
    Sample("empty.pdf", b"", "file_empty"),
    Sample("corrupt.pdf", _PDF[: len(_PDF) // 3].replace(b"obj", b"0bj") + _NOISE, "pdf_corrupt"),
    Sample("header only.pdf", b"%PDF-1.7\n", "pdf_corrupt"),
    Sample("encrypted.pdf", _ENCRYPTED, "pdf_encrypted"),
    Sample("no pages.pdf", _PAGELESS, "pdf_without_pages"),
    Sample("invoice.pdf", _ELF, "file_type_mismatch"),
    Sample("salary.pdf", _PE, "file_type_mismatch"),
    Sample("notes.md", _ELF, "file_type_mismatch"),
    Sample("noise.html", _NOISE, "file_type_mismatch"),
    Sample("setup.exe", _PE, "file_type_unsupported"),
    Sample("macro.docm", b"PK\x03\x04" + bytes(60), "file_type_unsupported"),
    Sample("deep.html", b"<div>" * 100_000 + b"deep", "html_too_complex"),
    Sample("café in another century.txt", "Un été à la plage, déjà vu".encode("latin-1"), "text_not_utf8"),
    Sample("..", _MARKDOWN, "file_name_path"),
    Sample("..secret.md", _MARKDOWN, "file_name_path"),
    Sample("../../etc/passwd.md", _MARKDOWN, "file_name_path"),
    Sample("..\\..\\boot.md", _MARKDOWN, "file_name_path"),
    Sample("bell\x07 and escape\x1b[2J.md", _MARKDOWN, "file_name_unprintable"),
    Sample("two\nlines.md", _MARKDOWN, "file_name_unprintable"),
    Sample("nul\x00byte.md", _MARKDOWN, "file_name_unprintable"),
    Sample("annual\u202efdp.exe.md", _MARKDOWN, "file_name_bidirectional"),
    Sample(f"{'x' * 297}.md", _MARKDOWN, "file_name_too_long"),
    Sample(f"{'y' * 252}.md", _MARKDOWN, None),
    Sample("", _MARKDOWN, "file_name_empty"),
    Sample(" . ", _MARKDOWN, "file_name_empty"),
]


def write(folder: Path) -> list[Sample]:
    """The samples whose names this file system can hold, written; the others can only come over HTTP."""
    folder.mkdir(parents=True, exist_ok=True)
    return [sample for sample in SAMPLES if _written(folder, sample)]


def _written(folder: Path, sample: Sample) -> bool:
    if not sample.name or sample.name == ".." or "/" in sample.name:
        return False
    try:
        (folder / sample.name).write_bytes(sample.data)
    except (OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder to write to: python -m infra.local.corpus.hostile FOLDER")
    print(f"{len(write(Path(sys.argv[1])))} of {len(SAMPLES)} files written to {sys.argv[1]}")
