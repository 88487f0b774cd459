"""The free beginning of a text: whole paragraphs where they fit, else whole sentences, else words.

Never more than its share of the text, whatever the text looks like: a preview must not give the work away.
"""

import re

_SENTENCE_END = re.compile(r"[。！？…]+[”’」』）]*|[.!?]+[\"'”’)]*(?=\s)")
_SHORTEST_SENTENCES = 0.4


def preview(text: str, *, share: float, characters: int, paragraphs: int) -> str:
    """At most ``share`` of the text, ``characters`` and ``paragraphs``, whichever is least."""
    room = min(characters, int(len(text) * share))
    kept: list[str] = []
    for paragraph in text.split("\n\n", paragraphs)[:paragraphs]:
        if len(paragraph) > room:
            return "\n\n".join([*kept, part] if (part := _beginning(paragraph, room)) else kept)
        kept.append(paragraph)
        room -= len(paragraph) + 2
    return "\n\n".join(kept)


def _beginning(paragraph: str, room: int) -> str:
    """Whole sentences where they fill a fair part of the room, else words and an ellipsis."""
    ends = [found.end() for found in _SENTENCE_END.finditer(paragraph, 0, max(room, 0) + 1) if found.end() <= room]
    if ends and ends[-1] >= room * _SHORTEST_SENTENCES:
        return paragraph[: ends[-1]].rstrip()
    if room < 2:
        return ""
    cut = paragraph[: room - 1]
    if cut[-1].isascii() and not paragraph[room - 1].isspace():
        cut = cut.rpartition(" ")[0] or cut
    return cut.rstrip(" ,，、;；:：") + "…" if cut.strip() else ""
