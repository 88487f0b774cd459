"""A refused field is named as the sender wrote it, and the reason is said without Python's words."""

from enum import StrEnum
from typing import Annotated

import pytest
from msgspec import Meta, Struct, field

from chalicelib.core.validation import FieldInvalid, from_json, from_query


class Colour(StrEnum):
    RED = "red"


class Tagged(Struct, tag_field="kind", tag="view"):
    count: int = 0


class OtherTagged(Struct, tag_field="kind", tag="play"):
    count: int = 0


class Shape(Struct, forbid_unknown_fields=True):
    count: int | None = None
    name: str = ""
    prices: dict[Colour, int] = {}
    works: Annotated[list[str], Meta(min_length=1)] = field(default_factory=lambda: ["one"])
    events: list[Tagged | OtherTagged] = []


@pytest.mark.parametrize(
    ("body", "at_fault", "english", "chinese"),
    [
        ('{"count":1.5}', "count", "must be a whole number", "必须是整数"),
        ('{"name":5}', "name", "must be text, not a whole number", "应为 文本，而不是 整数"),
        ('{"count":[]}', "count", "must be a whole number or null, not a list", "应为 整数或null，而不是 列表"),
        ('{"prices":{"blue":1}}', "prices", "cannot be blue", "不能为 blue"),
        ('{"prices":{"red":"1"}}', "prices", "must be a whole number, not text", "应为 整数，而不是 文本"),
        ('{"works":[]}', "works", "cannot be empty", "不能为空"),
        ('{"works":["a",true]}', "works[1]", "must be text, not true or false", "应为 文本，而不是 true 或 false"),
        ('{"events":[{"kind":"sell"}]}', "events[0].kind", "cannot be sell", "不能为 sell"),
        ('{"{name}":1}', "{name}", "is not known here", "无法识别该字段"),
    ],
)
def test_a_refusal_speaks_of_the_field_in_plain_words(body: str, at_fault: str, english: str, chinese: str) -> None:
    with pytest.raises(FieldInvalid) as refused:
        from_json(body.encode(), Shape)
    assert refused.value.field == at_fault
    assert refused.value.detail("en") == f"{at_fault}: {english}"
    assert refused.value.detail("zh") == f"{at_fault}：{chinese}"


def test_a_query_that_is_no_number_is_told_so() -> None:
    with pytest.raises(FieldInvalid) as refused:
        from_query({"count": "many"}, Shape)
    assert refused.value.detail("en") == "count: must be a whole number or null, not text"
