"""What extraction is allowed, and what it answers."""

import msgspec

MEBIBYTE = 1024 * 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds on one file. Time and memory are linear in them: at worst (Markdown of nothing but ``![``) 30 s of one
    core and 1 GB. 2 MiB of Markdown hold 700,000 Chinese characters, more than a long novel."""

    markdown_bytes: int = 2 * MEBIBYTE
    text_bytes: int = 8 * MEBIBYTE
    html_bytes: int = 8 * MEBIBYTE
    pdf_bytes: int = 128 * MEBIBYTE
    other_bytes: int = 512 * MEBIBYTE
    pdf_pages: int = 5_000
    text_characters: int = 5_000_000
    preview_share: float = 0.10
    preview_characters: int = 1_200
    preview_paragraphs: int = 8


LIMITS = Limits()


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says. ``text`` has paragraphs parted by an empty line; ``html`` is safe to show as it stands.

    Types without extraction (EPUB, audio, …) and scanned PDFs have an empty ``text``, language ``und``.
    ``complete`` is false where the text went past ``Limits.text_characters`` and was cut.
    """

    media_type: str
    title: str
    text: str
    html: str | None
    language: str
    pages: int | None
    characters: int
    words: int
    preview: str
    metadata: dict[str, str]
    complete: bool = True


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What one format's reader found; ``title`` is empty where the file does not say."""

    title: str
    text: str
    html: str | None = None
    pages: int | None = None
    metadata: dict[str, str] = {}
    complete: bool = True
