"""Read a web page: its main part, not its menus."""

from typing import Any

from chalicelib.content.extraction import decoding, markup
from chalicelib.content.extraction.refusals import TextEmpty
from chalicelib.content.extraction.shapes import Reading

_FURNITURE = ("script", "style", "noscript", "template", "nav", "aside", "form", "iframe", "object", "svg", "dialog")
_NAMED = {"author": "author", "description": "description", "keywords": "keywords", "date": "date"}
MAIN_SHARE = 0.4


def read(data: bytes) -> Reading:
    """The title is the main part's first heading, else the page's own: the latter often carries the site's name."""
    root = markup.parse(decoding.decode(data, page=True))
    metadata, page_title = _metadata(root), " ".join((root.findtext(".//title") or "").split())
    for node in list(root.iter(*_FURNITURE)):
        node.drop_tree()
    main, text = _main_part(root)
    if not text:
        raise TextEmpty(field="file")
    title = markup.heading(main) or page_title
    return Reading(title=title, text=text, html=markup.safe_html(main), metadata=metadata)


def _main_part(root: Any) -> tuple[Any, str]:
    """The one ``article`` or ``main`` where it holds a fair share of the text, else the whole body."""
    body = root.find("body") if root.find("body") is not None else root
    whole = markup.plain_text(body)
    for tag in ("article", "main"):
        candidates = list(body.iter(tag))
        if len(candidates) == 1 and len(text := markup.plain_text(candidates[0])) >= MAIN_SHARE * len(whole):
            return candidates[0], text
    return body, whole


def _metadata(root: Any) -> dict[str, str]:
    found = {"language": root.get("lang") or ""}
    for node in root.iter("meta"):
        name = (node.get("name") or "").lower()
        if name in _NAMED:
            found.setdefault(_NAMED[name], " ".join((node.get("content") or "").split()))
    return {name: decoding.without_controls(value)[:500] for name, value in found.items() if value}
