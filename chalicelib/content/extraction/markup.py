"""Markup into a tree, a tree into safe HTML and into plain text: shared by Markdown and HTML.

libxml2 reads first because it bounds depth at 256 elements; nh3 speaks last because it decides what is safe, and is
quadratic in depth (18 s for 100,000 nested ``div``). libxml2 in turn is quadratic in the attributes of one element
(75 s for 200,000), so those are counted beforehand.
"""

import re
from typing import Any

import lxml.etree
import lxml.html
import nh3

from chalicelib.content.extraction import decoding
from chalicelib.content.extraction.refusals import HtmlTooComplex, TextEmpty

Element = Any  # lxml has no types

MOST_ATTRIBUTES = 250
_SPACE = r"[ \t\n\f\r]"
_ATTRIBUTE = (
    r"(?:[ \t\n\f\r/]*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
    rf"(?:{_SPACE}*+={_SPACE}*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^ \t\n\f\r>\"'][^ \t\n\f\r>]*+)?+)?+)"
)
_OPENING = re.compile(rf"<[A-Za-z][^ \t\n\f\r/>]*+({_ATTRIBUTE}{{0,{MOST_ATTRIBUTES + 1}}}+)")
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)

_BLOCKS = frozenset(
    str.split(
        "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer "
        "form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul"
    )
)
_SILENT = frozenset(str.split("script style noscript template svg math iframe object embed head title select textarea"))

_TAGS = set(
    str.split(
        "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 "
        "h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary sup "
        "table tbody td tfoot th thead tr u ul var wbr"
    )
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "*": {"lang", "dir"},
}


def parse(text: str) -> Element:
    """The document's root. Refuses markup that no reader survives, and pages without any element or text."""
    _refuse_crowded_elements(text)
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise TextEmpty(field="file") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise HtmlTooComplex(field="file")
    return root


def safe_html(element: Element) -> str:
    """What may be shown beside the platform's own pages: no script, style, form, frame, or relative address."""
    return nh3.clean(
        decoding.without_controls(lxml.etree.tostring(element, encoding="unicode", method="html", with_tail=False)),
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    ).strip()


def plain_text(element: Element) -> str:
    """Paragraphs parted by an empty line; lines within one (list items excepted) by their ``<br>``."""
    parts: list[str] = []
    silent = preformatted = 0
    for event, node in lxml.etree.iterwalk(element, events=("start", "end")):
        entering = event == "start"
        silent += (node.tag in _SILENT) * (1 if entering else -1)
        preformatted += (node.tag == "pre") * (1 if entering else -1)
        parts.append(_break(node.tag, entering))
        said = node.text if entering else node.tail if node is not element else None
        if said and not silent:
            parts.append(said if preformatted else " ".join(re.split(r"\s+", said)))
    return tidy("".join(parts))


def tidy(text: str) -> str:
    """At most one empty line in a row, no spaces around line ends."""
    lines = "\n".join(line.strip() for line in decoding.without_controls(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def heading(element: Element) -> str:
    """The first heading that says something."""
    for node in element.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        if said := " ".join(plain_text(node).split()):
            return said
    return ""


def _break(tag: str, entering: bool) -> str:
    if tag == "br":
        return "\n" if entering else ""
    if tag in {"td", "th"}:
        return "" if entering else "\t"
    if tag in {"li", "tr", "dt", "dd"}:
        return "\n"
    return "\n\n" if tag in _BLOCKS else ""


def _refuse_crowded_elements(text: str) -> None:
    """``_OPENING`` may start within another tag's quoted value: what it reads twice is therefore bounded too."""
    read, position = 0, 0
    while found := _OPENING.search(text, position):
        position = found.start() + 1
        read += found.end() - found.start()
        crowded = len(found[1]) > MOST_ATTRIBUTES and len(_ONE_ATTRIBUTE.findall(found[1])) > MOST_ATTRIBUTES
        if crowded or read > 20 * len(text) + 100_000:
            raise HtmlTooComplex(field="file")
