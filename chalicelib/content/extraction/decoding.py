"""Bytes to text, by evidence: a byte order mark, a page's own declaration, valid UTF-8, then plausible GB18030.

GB18030 accepts almost any bytes, so it is believed only where most of what it yields is among the 3,755 everyday
characters (GB 2312, level 1: lead byte B0–D7), which random bytes and other encodings miss.
"""

import codecs
import re
import unicodedata

from chalicelib.content.extraction.refusals import TextNotUtf8

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_:-]{2,20})", re.IGNORECASE)
_ENCODINGS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
}
SAMPLE = 65_536
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")


def decode(data: bytes, *, page: bool = False) -> str:
    """Text with ``\\n`` line ends, composed, without control characters; ``page`` heeds HTML's own declaration."""
    for encoding in _candidates(data, page):
        try:
            return _plain(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise TextNotUtf8(field="file")


def beginning(data: bytes, *, page: bool = False) -> str | None:
    """The text of the first 64 KiB, or None where no person could have typed these bytes."""
    head = data[:SAMPLE]
    for encoding in _candidates(head, page):
        try:
            decoder = codecs.getincrementaldecoder(encoding)()
            return _plain(decoder.decode(head, final=len(data) <= SAMPLE))
        except (UnicodeDecodeError, TextNotUtf8):
            continue
    return None


def without_controls(text: str) -> str:
    return _CONTROLS.sub("", text)


def _candidates(data: bytes, page: bool) -> list[str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return [encoding]
    found = _DECLARED.search(data[:4096]) if page else None
    declared = [_ENCODINGS.get(found[1].decode("ascii").lower(), "utf-8")] if found else []
    return ["utf-8", *declared, *(["gb18030"] if _is_everyday_chinese(data) else [])]


def _is_everyday_chinese(data: bytes) -> bool:
    try:
        head = codecs.getincrementaldecoder("gb18030")().decode(data[:SAMPLE])
        foreign = [character for character in head if character > "\x7f"]
        pairs = [character.encode("gb18030") for character in foreign]
    except UnicodeDecodeError:
        return False
    everyday = sum(1 for pair in pairs if len(pair) == 2 and 0xB0 <= pair[0] <= 0xD7 and pair[1] >= 0xA1)
    punctuation = sum(1 for pair in pairs if len(pair) == 2 and pair[0] in {0xA1, 0xA3})
    return everyday >= 2 and everyday + punctuation >= 0.8 * len(pairs)


def _plain(text: str) -> str:
    """Refuse what only looks like text: one stray control character in a thousand is a slip, more is data."""
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > 1 + len(text) // 1000:
        raise TextNotUtf8
    return _composed(re.sub("\r\n?|[\u0085\u2028\u2029]", "\n", without_controls(text)))


def _composed(text: str) -> str:
    """NFC, with at most 30 marks on one letter (UAX #15, stream-safe text): composing is quadratic in their number."""
    marks = re.escape("".join(character for character in set(text) if unicodedata.combining(character)))
    stacked = re.sub(f"([{marks}]{{30}})[{marks}]+", r"\1", text) if marks else text
    return unicodedata.normalize("NFC", stacked)
