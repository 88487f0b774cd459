"""Tell a file's type from its bytes; the name only says what the author believes it to be.

Text comes first: ``filetype`` would take an essay on “BM25” for a bitmap and one on “MZ 世代” for a program.
"""

import io
import re
import zipfile

import filetype  # type: ignore[import-untyped]

from chalicelib.content.extraction import decoding, names
from chalicelib.content.extraction.refusals import FileEmpty, FileTypeMismatch, FileTypeUnsupported, TextNotUtf8

MARKDOWN, PLAIN, HTML, PDF = "text/markdown", "text/plain", "text/html", "application/pdf"
VTT, SRT = "text/vtt", "application/x-subrip"
EPUB = "application/epub+zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MP3, M4A, OGG, MP4, WEBM = "audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4", "video/webm"
UNKNOWN = "application/octet-stream"

# Extension → (its type, the findings that agree with it). Markdown cannot be told from text by its bytes, a subtitle
# is text as well, and a sound-only MP4 often carries a film's brand.
_TYPES: dict[str, tuple[str, frozenset[str]]] = {
    **dict.fromkeys((".md", ".markdown"), (MARKDOWN, frozenset({PLAIN, VTT, SRT}))),
    **dict.fromkeys((".txt", ".text", ""), (PLAIN, frozenset({PLAIN, VTT, SRT}))),
    **dict.fromkeys((".html", ".htm", ".xhtml"), (HTML, frozenset({HTML}))),
    ".pdf": (PDF, frozenset({PDF})),
    ".epub": (EPUB, frozenset({EPUB})),
    ".docx": (DOCX, frozenset({DOCX})),
    ".pptx": (PPTX, frozenset({PPTX})),
    ".mp3": (MP3, frozenset({MP3})),
    ".m4a": (M4A, frozenset({M4A, MP4})),
    **dict.fromkeys((".ogg", ".oga", ".opus"), (OGG, frozenset({OGG}))),
    **dict.fromkeys((".mp4", ".m4v"), (MP4, frozenset({MP4, "video/x-m4v"}))),
    ".webm": (WEBM, frozenset({WEBM})),
    ".vtt": (VTT, frozenset({VTT})),
    ".srt": (SRT, frozenset({SRT})),
}
ACCEPTED = frozenset(media_type for media_type, _ in _TYPES.values())

_PAGE = re.compile(r"(<\?xml[^>]{0,200}>\s*)?(<!--.{0,2000}?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)
_TAG = re.compile(r"</?(p|div|h[1-6]|ul|ol|li|table|article|main|section|br|hr|a|b|i|em|strong|span|img)\b[^<]*>", re.I)
_SUBTITLES = re.compile(r"\s*\d+\n\d\d:\d\d:\d\d[,.]\d{3} --> \d\d:\d\d:\d\d[,.]\d{3}")
_BLANK = b"\xef\xbb\xbf\x00 \t\r\n\f"
_LARGEST_CONTENTS = 4 * 1024 * 1024


def media_type(name: str, data: bytes) -> str:
    """The type to publish the file under, or a refusal: empty, unsupported, or not what its name says.

    ``name`` is clean (``names.clean``). A name without extension is believed to be text, or whatever else is accepted.
    """
    if not data:
        raise FileEmpty(field="file")
    extension = names.extension(name)
    if extension not in _TYPES:
        raise FileTypeUnsupported(field="file", found=extension)
    expected, agreeing = _TYPES[extension]
    found = recognise(data, as_page=expected == HTML)
    if found in agreeing:
        return expected
    if not extension and found in ACCEPTED:
        return found
    if not extension:
        raise FileTypeUnsupported(field="file", found=found)
    if found == UNKNOWN and expected.startswith("text/") and b"\x00" not in data:
        raise TextNotUtf8(field="file")  # a better advice than “something else”
    raise FileTypeMismatch(field="file", extension=extension, found=found)


def recognise(data: bytes, *, as_page: bool = False) -> str:
    """The type that the bytes show; ``as_page`` takes a fragment of HTML for a page."""
    if data[:1024].lstrip(_BLANK).startswith(b"%PDF-"):
        return PDF
    if data.startswith((b"{\\rtf", b"%!PS")):
        return "application/rtf" if data.startswith(b"{") else "application/postscript"
    text = decoding.beginning(data, page=as_page)
    if text is not None:
        return _kind_of_text(text, as_page)
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM if b"webm" in data[:64] else "video/x-matroska"
    found = filetype.guess(data)
    return str(found.mime) if found else UNKNOWN


def _kind_of_text(text: str, as_page: bool) -> str:
    if _PAGE.match(text.lstrip()) or (as_page and _TAG.search(text)):
        return HTML
    if text.startswith("WEBVTT"):
        return VTT
    return SRT if _SUBTITLES.match(text) else PLAIN


def _kind_of_zip(data: bytes) -> str:
    """Reads the table of contents alone, so a zip bomb stays packed. Word files with macros are not DOCX."""
    if data[30:58] == b"mimetypeapplication/epub+zip":
        return EPUB
    if _contents_size(data) > _LARGEST_CONTENTS:
        return "application/zip"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
    except Exception:  # zipfile raises half a dozen types on damaged archives
        return "application/zip"
    if "[Content_Types].xml" in members and not any(name.endswith("vbaProject.bin") for name in members):
        if "word/document.xml" in members:
            return DOCX
        if "ppt/presentation.xml" in members:
            return PPTX
    return "application/zip"


def _contents_size(data: bytes) -> int:
    """The central directory's size from the end record (PKWARE APPNOTE 4.3.16); a ZIP64 one counts as huge."""
    tail = data[-65_600:]
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or b"PK\x06\x07" in tail:
        return _LARGEST_CONTENTS + 1
    return int.from_bytes(tail[at + 12 : at + 16], "little")
