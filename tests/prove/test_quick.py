"""The proof's shortcut through pynamodb makes the rows that pynamodb makes."""

import importlib
import pkgutil
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

import chalicelib
from chalicelib.core.attributes import Json, Moment
from chalicelib.core.versions import Versioned
from infra.prove import quick

VALUES = {
    "S": "a",
    "N": "3",
    "BOOL": True,
    "SS": ["a", "b"],
    "NS": ["1"],
    "L": [{"S": "a"}],
    "M": {},
    "B": zlib.compress(b"[]"),
}
ODD: dict[type[Any], dict[str, Any]] = {Moment: {"S": "2026-11-26T08:30:00.125Z"}, Json: {"S": '{"a": [1]}'}}


def models() -> list[type[Versioned]]:
    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)
    return sorted(below(Versioned), key=lambda model: model.__name__)


def below(model: type[Any]) -> Iterator[type[Any]]:
    for each in model.__subclasses__():
        yield from below(each)
        if hasattr(each, "Meta"):
            yield each


def item_of(model: type[Versioned], optional: str) -> dict[str, Any]:
    item: dict[str, Any] = {"unknown": {"S": "a newer version's"}}
    for attribute in model.get_attributes().values():
        value: dict[str, Any] = ODD.get(type(attribute)) or {attribute.attr_type: VALUES[attribute.attr_type]}
        if attribute.null and optional != "given":
            value = {"NULL": True} if optional == "null" else {}
        item |= {attribute.attr_name: value} if value else {}
    return item | {"v": {"N": str(model.VERSION)}}


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
@pytest.mark.parametrize("optional", ["given", "null", "left out"])
def test_the_same_row(model: type[Versioned], optional: str) -> None:
    item = item_of(model, optional)
    read = Versioned.from_raw_data.__func__  # type: ignore[attr-defined]
    slow, new = read(model, item).attribute_values, model().attribute_values
    quick.install()
    try:
        assert read(model, item).attribute_values == slow
        assert model().attribute_values == new
    finally:
        quick.uninstall()


def test_there_are_models() -> None:
    assert len(models()) > 30
