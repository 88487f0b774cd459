"""Judge the name an uploaded file came with.

Refused, because no honest program sends it: path separators, a beginning of ``..``, control characters, broken
Unicode, characters that override the direction of text (``fdp.exe`` shown as ``exe.pdf``), more than 255 characters,
and names of which nothing remains.

Cleaned, because honest people have them: Unicode is composed (NFC); invisible characters and leading dots are dropped;
runs of spaces become one; what Windows forbids (``< > : " | ? *``, a trailing dot, CON, NUL …) is replaced; a name
above 255 bytes of UTF-8 is shortened before its extension. Everything else stays: 中文, ελληνικά, 😀.

The name is only ever shown and offered for saving: storage keys are ids.
"""

import re
import unicodedata

from chalicelib.content.extraction.refusals import (
    FileNameBidirectional,
    FileNameEmpty,
    FileNamePath,
    FileNameTooLong,
    FileNameUnprintable,
)

LONGEST = 255
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb]")
_FORBIDDEN_ON_WINDOWS = re.compile('[<>:"|?*]')
_DEVICE_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)


def clean(name: str) -> str:
    """A name that is safe to show and to save under, or a ``NameRefused``."""
    _refuse_harmful(name)
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", name))
    name = _FORBIDDEN_ON_WINDOWS.sub("_", re.sub(r"\s+", " ", name))
    name = name.lstrip(". ").rstrip(". ")
    if not name:
        raise FileNameEmpty(field="name")
    return _shorten(f"_{name}" if _DEVICE_ON_WINDOWS.match(name) else name)


def extension(name: str) -> str:
    """``.pdf`` of ``Report.PDF``; empty where there is none."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem and " " not in last else ""


def stem(name: str) -> str:
    """``Report`` of ``Report.PDF``: a title for want of a better one."""
    return name[: len(name) - len(extension(name))]


def _refuse_harmful(name: str) -> None:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise FileNameUnprintable(field="name")
    if "/" in name or "\\" in name or name.strip().startswith(".."):
        raise FileNamePath(field="name")
    if _BIDIRECTIONAL.search(name):
        raise FileNameBidirectional(field="name")
    if len(name) > LONGEST:
        raise FileNameTooLong(field="name", limit=LONGEST)


def _shorten(name: str) -> str:
    ending = extension(name)
    room = LONGEST - len(ending.encode())
    if len(name.encode()) <= LONGEST:
        return name
    if room < LONGEST // 2:
        raise FileNameTooLong(field="name", limit=LONGEST)
    kept = name[: len(name) - len(ending)].encode()[:room].decode(errors="ignore")
    return kept.rstrip(". ") + ending
