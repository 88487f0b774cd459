"""From an upload's name and bytes to what it says. Imported by the ingestion job alone: the readers are heavy."""

from chalicelib.content.extraction import html, markdown, names, pdf, sniffing
from chalicelib.content.extraction.language import language, words
from chalicelib.content.extraction.preview import preview
from chalicelib.content.extraction.refusals import FileTooLarge
from chalicelib.content.extraction.shapes import LIMITS, Extracted, Limits, Reading

TITLE_CHARACTERS = 200


def extract(name: str, data: bytes, limits: Limits = LIMITS) -> Extracted:
    """What the file says, or an ``Unreadable`` that says why not; no bytes raise anything else."""
    name = names.clean(name)
    media_type = sniffing.media_type(name, data)
    _refuse_heavy(media_type, len(data), limits)
    reading = _read(media_type, data, limits)
    text = reading.text[: limits.text_characters]
    return Extracted(
        media_type=media_type,
        title=(reading.title or names.stem(name))[:TITLE_CHARACTERS],
        text=text,
        html=reading.html,
        language=language(text),
        pages=reading.pages,
        characters=len(text),
        words=words(text),
        preview=_preview(reading.title, text, limits),
        metadata=reading.metadata,
        complete=reading.complete and len(text) == len(reading.text),
    )


def _read(media_type: str, data: bytes, limits: Limits) -> Reading:
    match media_type:
        case sniffing.MARKDOWN:
            return markdown.read(data)
        case sniffing.PLAIN:
            return markdown.read_plain(data)
        case sniffing.HTML:
            return html.read(data)
        case sniffing.PDF:
            return pdf.read(data, limits)
        case _:
            return Reading(title="", text="")


def _refuse_heavy(media_type: str, size: int, limits: Limits) -> None:
    texts = dict.fromkeys((sniffing.PLAIN, sniffing.VTT, sniffing.SRT), limits.text_bytes)
    pages = {sniffing.HTML: limits.html_bytes, sniffing.PDF: limits.pdf_bytes}
    limit = {**texts, **pages, sniffing.MARKDOWN: limits.markdown_bytes}.get(media_type, limits.other_bytes)
    if size > limit:
        raise FileTooLarge(field="file", size=size, limit=limit)


def _preview(title: str, text: str, limits: Limits) -> str:
    """The page shows the title already, so the preview begins after it; its share is of the whole text."""
    rest = text.removeprefix(title).lstrip() if title else text
    share = limits.preview_share * len(text) / max(len(rest), 1)
    return preview(
        rest, share=min(share, 1.0), characters=limits.preview_characters, paragraphs=limits.preview_paragraphs
    )
