"""Bodies and queries become structs, or a refusal that names the field at fault in the reader's language."""

import re
from typing import Any, TypeVar

import msgspec

from chalicelib.core.errors import BadRequest, Unprocessable

T = TypeVar("T")

# In the patterns of texts the end is written (?![\s\S]), because $ also fits before a last line break.
LINE = (
    r"^(?=[\s\S]*[^\s\xad\u115f\u1160\u200b-\u200f\u2060-\u206f\u3164\ufeff\uffa0])"
    r"[^\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]+(?![\s\S])"
)
"""One line that shows something: no control or invisible characters, nothing that turns the direction of reading.
The joiners U+200C and U+200D stay: names in Persian and Hindi, and emoji, are written with them."""

LINES = LINE.replace(r"[^\x00-\x1f", r"[^\x00-\x08\x0b\x0c\x0e-\x1f")
"""The same, over as many lines as one likes."""


class BodyMalformed(BadRequest):
    """The body is no JSON."""

    en = "The body is not valid JSON in UTF-8."
    zh = "请求体不是有效的 UTF-8 JSON。"


class FieldInvalid(Unprocessable):
    """A field of the body or the query has a value that it cannot have."""

    en = "{field}: {reason_en}"
    zh = "{field}：{reason_zh}"

    def __init__(self, field: str, reason_en: str, reason_zh: str) -> None:
        super().__init__(reason_en=reason_en, reason_zh=reason_zh)
        self.field = field
        self.facts["field"] = field


_REASONS: tuple[tuple[str, str, str], ...] = (
    (r"Object missing required field `(?P<name>.+)`", "is required", "必须填写"),
    (r"Object contains unknown field `(?P<name>.+)`", "is not known here", "无法识别该字段"),
    (r"Expected `int( \| null)?`, got `float`", "must be a whole number", "必须是整数"),
    (r"Expected `(?P<want>.+)`, got `(?P<got>.+)`", "must be {want}, not {got}", "应为 {want}，而不是 {got}"),
    (r"Expected `\w+` of length >= 1", "cannot be empty", "不能为空"),
    (r"Expected `str` of length >= (?P<n>\d+)", "must have at least {n} characters", "至少需要 {n} 个字符"),
    (r"Expected `str` of length <= (?P<n>\d+)", "must have at most {n} characters", "最多 {n} 个字符"),
    (r"Expected `\w+` of length >= (?P<n>\d+)", "must have at least {n} entries", "至少需要 {n} 项"),
    (r"Expected `\w+` of length <= (?P<n>\d+)", "must have at most {n} entries", "最多 {n} 项"),
    (r"Expected `\w+` >= (?P<n>\S+)", "must be at least {n}", "不能小于 {n}"),
    (r"Expected `\w+` <= (?P<n>\S+)", "must be at most {n}", "不能大于 {n}"),
    (r"Expected `str` matching regex .*", "has a form that is not allowed here", "格式不正确"),
    (r"Invalid (enum )?value '?(?P<value>.*?)'?", "cannot be {value}", "不能为 {value}"),
    (r"Invalid RFC3339 .*", "must be a time in RFC 3339", "必须是 RFC 3339 时间"),
)

_TYPES = {
    "int": ("a whole number", "整数"),
    "float": ("a number", "数字"),
    "str": ("text", "文本"),
    "bool": ("true or false", "true 或 false"),
    "array": ("a list", "列表"),
    "object": ("an object", "对象"),
    "datetime": ("a time", "时间"),
}


def from_json(raw: bytes, shape: type[T]) -> T:
    """Raises BodyMalformed where it is no JSON, FieldInvalid where it is not of that shape."""
    try:
        return msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise BodyMalformed from None


def from_query(query: dict[str, str], shape: type[T]) -> T:
    """Numbers and booleans arrive as text there. Raises FieldInvalid."""
    try:
        return msgspec.convert(query, shape, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None


def _refusal(message: str) -> FieldInvalid:
    reason, _, path = message.partition(" - at `")
    field = path.rstrip("`").removeprefix("key` in `").removeprefix("$").removeprefix(".").replace("[...]", "")
    for pattern, english, chinese in _REASONS:
        if found := re.fullmatch(pattern, reason, re.DOTALL):
            facts: dict[str, Any] = found.groupdict()
            whole = ".".join(part for part in (field, facts.pop("name", "")) if part)
            told = (text.format(**_in_words(facts, number)) for number, text in enumerate((english, chinese)))
            return FieldInvalid(whole or "body", *told)
    return FieldInvalid(field or "body", "has a value that is not allowed here", "取值不被允许")


def _in_words(facts: dict[str, str], language: int) -> dict[str, str]:
    """Python's names of types mean nothing to a reader."""
    words = {name: names[language] for name, names in _TYPES.items()}
    types = {
        name: (" or ", "或")[language].join(words.get(each, each) for each in facts[name].split(" | "))
        for name in ("want", "got")
        if name in facts
    }
    return facts | types
