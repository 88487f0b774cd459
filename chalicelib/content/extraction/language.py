"""Which language a text is in, by its characters: enough to tell Chinese from English."""

import re

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_KANA = re.compile("[\u3040-\u30ff]")
_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*+")
SAMPLE = 200_000


def language(text: str) -> str:
    """``zh``, ``en``, or ``und`` where neither's script prevails. A Chinese word has about 1.6 characters."""
    sample = text[:SAMPLE]
    han, kana = len(_HAN.findall(sample)), len(_KANA.findall(sample))
    others = _WORDS.findall(_HAN.sub(" ", sample))
    latin = sum(1 for word in others if word[0].isascii() and word[0].isalpha())
    if kana > han / 4 or han + latin == 0 or len(others) - latin > han + latin:
        return "und"
    return "zh" if han / 1.6 >= latin else "en"


def words(text: str) -> int:
    """As Chinese and English editors both count: each Han character, and each run of other letters or digits."""
    return len(_HAN.findall(text)) + len(_WORDS.findall(_HAN.sub(" ", text)))
