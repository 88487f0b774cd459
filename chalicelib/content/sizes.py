"""How much a file may weigh, judged by its name before a byte is sent; ingestion judges again, by its content."""

from chalicelib.content.extraction import names
from chalicelib.content.extraction.refusals import FileEmpty, FileTooLarge, FileTypeUnsupported
from chalicelib.content.extraction.shapes import LIMITS

MEBIBYTE = 1024 * 1024
SINGLE = 16 * MEBIBYTE
"""Larger files are sent in parts."""
PART = 16 * MEBIBYTE
HEAD = 1 * MEBIBYTE
"""What is read of sound and film, whose types show in their first bytes."""

_MARKDOWN = (".md", ".markdown")
_TEXT = ("", ".txt", ".text", ".vtt", ".srt")
_PAGE = (".html", ".htm", ".xhtml")
_DOCUMENT = (".pdf", ".epub", ".docx", ".pptx")
_MEDIA = (".mp3", ".m4a", ".ogg", ".oga", ".opus", ".mp4", ".m4v", ".webm")

_LARGEST: dict[str, int] = {
    **dict.fromkeys(_MARKDOWN, LIMITS.markdown_bytes),
    **dict.fromkeys(_TEXT, LIMITS.text_bytes),
    **dict.fromkeys(_PAGE, LIMITS.html_bytes),
    **dict.fromkeys(_DOCUMENT, LIMITS.pdf_bytes),
    **dict.fromkeys(_MEDIA, LIMITS.other_bytes),
}


def check(name: str, size: int) -> None:
    """Raises FileEmpty, FileTypeUnsupported, FileTooLarge."""
    extension = names.extension(name)
    if extension not in _LARGEST:
        raise FileTypeUnsupported(field="name", found=extension)
    if size == 0:
        raise FileEmpty(field="bytes")
    if size > _LARGEST[extension]:
        raise FileTooLarge(field="bytes", size=size, limit=_LARGEST[extension])


def to_read(name: str) -> int:
    """How many bytes ingestion holds in memory to judge a file of that name."""
    return HEAD if names.extension(name) in _MEDIA else LIMITS.pdf_bytes


def parts(size: int) -> list[int]:
    """The sizes of the parts that a file is sent in; empty where it is sent whole."""
    if size <= SINGLE:
        return []
    whole, rest = divmod(size, PART)
    return [PART] * whole + ([rest] if rest else [])
