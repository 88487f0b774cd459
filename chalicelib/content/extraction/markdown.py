"""Read Markdown (CommonMark, tables, strikethrough) with optional front matter, and plain text as its own page."""

import html
import re
from typing import Any

from markdown_it import MarkdownIt

from chalicelib.content.extraction import decoding, markup
from chalicelib.content.extraction.refusals import HtmlTooComplex, TextEmpty
from chalicelib.content.extraction.shapes import Reading

_FRONT_MATTER = re.compile(r"---[ \t]*\n((?:[^\n]{0,1000}\n){0,100}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_ENTRY = re.compile(r"([A-Za-z][\w-]{0,40})[ \t]*:[ \t]*(.*)")


def read(data: bytes) -> Reading:
    """The title is the front matter's, else the first heading. Inline HTML is kept as far as it is safe."""
    source = decoding.decode(data)
    metadata, source = _front_matter(source)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    root = markup.parse(parser.render(source, {"references": _References(len(source))}))
    text = markup.plain_text(root)
    if not text:
        raise TextEmpty(field="file")
    title = metadata.pop("title", "") or markup.heading(root)
    return Reading(title=title, text=text, html=markup.safe_html(root), metadata=metadata)


def read_plain(data: bytes) -> Reading:
    """Paragraphs stay as they are, and so do their lines; there is no title but a short first line."""
    text = markup.tidy(decoding.decode(data).replace("\f", "\n\n"))
    if not text:
        raise TextEmpty(field="file")
    paragraphs = (html.escape(paragraph, quote=False).replace("\n", "<br>") for paragraph in text.split("\n\n"))
    page = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    first = text.partition("\n")[0]
    return Reading(title=first if len(first) <= 80 else "", text=text, html=page.strip())


class _References(dict[str, dict[str, str]]):
    """Link definitions. One long address used a million times would fill the memory: uses are bounded in sum."""

    def __init__(self, source_length: int) -> None:
        super().__init__()
        self.room = 4 * source_length + 100_000

    def get(self, label: str, default: Any = None) -> Any:
        found = super().get(label, default)
        self.room -= len(found["href"]) + len(found["title"]) if found else 0
        if self.room < 0:
            raise HtmlTooComplex(field="file")
        return found


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    """``key: value`` lines between two lines of ``---``; anything richer is left to the author's own tools."""
    found = _FRONT_MATTER.match(source)
    entries = [_ENTRY.fullmatch(line) for line in found[1].splitlines()] if found else []
    if not found or not any(entries):
        return {}, source
    metadata = {entry[1].lower(): entry[2].strip().strip("\"'")[:500] for entry in entries if entry}
    return {name: value for name, value in metadata.items() if value}, source[found.end() :]
