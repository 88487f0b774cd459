"""What of pynamodb takes long and changes nothing.

It makes a row by asking each attribute of its model for its name, default and type, twice. A model's answers stay the
same, and a fifth of a history's time went there. The same rows come of it (tests/prove/test_quick.py). And it tells of
each call, to which nobody listens.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pynamodb.attributes import Attribute, AttributeContainer, MapAttribute
from pynamodb.connection.base import Connection

_container_deserialize = AttributeContainer._container_deserialize
_set_defaults = AttributeContainer._set_defaults
_get = Attribute.__get__
_told = Connection.send_pre_boto_callback, Connection.send_post_boto_callback


def install() -> None:
    AttributeContainer._container_deserialize = _quickly_deserialized  # type: ignore[method-assign]
    AttributeContainer._set_defaults = _with_quick_defaults  # type: ignore[method-assign]
    Attribute.__get__ = _quick_get  # type: ignore[method-assign, assignment]
    Connection.send_pre_boto_callback = _untold  # type: ignore[method-assign]
    Connection.send_post_boto_callback = _untold  # type: ignore[method-assign]


def uninstall() -> None:
    AttributeContainer._container_deserialize = _container_deserialize  # type: ignore[method-assign]
    AttributeContainer._set_defaults = _set_defaults  # type: ignore[method-assign]
    Attribute.__get__ = _get  # type: ignore[method-assign]
    Connection.send_pre_boto_callback = _told[0]  # type: ignore[method-assign]
    Connection.send_post_boto_callback = _told[1]  # type: ignore[method-assign]


def _quick_get(self: Any, row: Any, model: Any) -> Any:
    if row is None:
        return self
    if isinstance(row, MapAttribute):
        return _get(self, row, model)
    name = self.attr_path[-1]
    return row.attribute_values.get(model._dynamo_to_python_attrs.get(name, name))


def _untold(*told: Any) -> None:
    """Nobody listens."""


@cache
def _stored(model: Any) -> dict[str, tuple[str, Attribute[Any]]]:
    """By the name in the table, the attribute and its name in Python."""
    return {attribute.attr_name: (name, attribute) for name, attribute in model.get_attributes().items()}


@cache
def _defaults(model: Any, is_new: bool) -> list[tuple[str, Any]]:
    found = []
    for name, attribute in model.get_attributes().items():
        default = attribute.default_for_new if is_new and attribute.default_for_new is not None else attribute.default
        if default is not None:
            found.append((name, default))
    return found


def _with_quick_defaults(self: Any, _user_instantiated: bool = True) -> None:
    if isinstance(self, MapAttribute):
        return _set_defaults(self, _user_instantiated)
    for name, default in _defaults(self.__class__, _user_instantiated):
        value = default() if callable(default) else default
        if value is not None:
            self.attribute_values[name] = value
    return None


def _quickly_deserialized(self: Any, attribute_values: dict[str, dict[str, Any]]) -> None:
    if isinstance(self, MapAttribute) or type(self)._discriminator:
        return _container_deserialize(self, attribute_values)
    known, values = _stored(self.__class__), self.attribute_values
    if values:
        values.clear()
        _with_quick_defaults(self, _user_instantiated=False)
    for stored, value in attribute_values.items():
        if stored in known and value and "NULL" not in value:
            name, attribute = known[stored]
            values[name] = attribute.deserialize(attribute.get_value(value))
    return None
