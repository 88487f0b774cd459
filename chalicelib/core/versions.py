"""Two versions of the code on the same rows: expand, backfill, contract (docs/decisions/0020).

A model whose shape changes raises ``VERSION`` and declares ``upgrade``; from then on it reads rows of the one before
as if they were of its own, and ``make migrate`` brings them there. Once none is left, ``upgrade`` goes: that is the
contraction. The code before it reads the new rows too, for what it does not know it leaves out.
"""

import copy
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.core.attributes import Count

Item = dict[str, dict[str, Any]]
"""A stored item, each attribute with its type: ``{"name": {"S": "Ada"}}``."""


class Unreadable(Exception):
    """The row is of a version that this code does not know: two versions of the code lie between."""


class Versioned(Model):
    """A row that says in ``v`` which shape it has."""

    VERSION: ClassVar[int] = 1
    """The shape that this code writes."""

    v = Count(default=1)

    @staticmethod
    def upgrade(item: Item) -> None:
        """Make an item of ``VERSION - 1`` one of ``VERSION``, in place. Declared by a model that migrates.

        Pure. What is derived is derived anew, for what it comes from may have changed since; what is only given a
        first value keeps the one that it has (``item.setdefault``).
        """

    @classmethod
    def migrates(cls) -> bool:
        return cls.upgrade is not Versioned.upgrade

    @classmethod
    def owns(cls, item: Item) -> bool:
        """Whether this item of the table is of this model. By the sort key where the model has one of its own; a
        model that shares its table in another way says so itself."""
        kind = cls._range_key_attribute()  # type: ignore[no-untyped-call]
        return kind is None or kind.default is None or item[kind.attr_name] == {"S": kind.default}

    @classmethod
    def read(cls, item: Item) -> Item:
        """The item in this code's shape. One without a version is an index's projection. Raises Unreadable."""
        stored = int(item.get("v", {"N": cls.VERSION})["N"])
        if stored in (cls.VERSION, cls.VERSION + 1):
            return item
        if stored != cls.VERSION - 1 or not cls.migrates():
            raise Unreadable(f"{cls.__name__} is of version {stored}, and this code reads {cls.VERSION}")
        upgraded = copy.deepcopy(item)
        cls.upgrade(upgraded)
        return {**upgraded, "v": {"N": str(cls.VERSION)}}

    @classmethod
    def stamped(cls, actions: Sequence[Action]) -> list[Action]:
        """The actions of a partial change, and the version that the row then has.

        A change by code that knows no newer shape may leave what the newer shape derives behind, so it sets the row
        back to its own version, to be upgraded again. A change by code that migrates leaves the version as it is: it
        does not make an old row new.
        """
        own: Any = cls.VERSION
        return [*actions, cls.v.set(cls.v | own if cls.migrates() else own)]

    def serialize(self, null_check: bool = True) -> Item:
        """A whole row is always of this code's version."""
        self.v = self.VERSION
        return super().serialize(null_check)

    def update(self, actions: list[Action], *given: Any, **named: Any) -> Any:
        return super().update(self.stamped(actions), *given, **named)

    @classmethod
    def from_raw_data(cls, data: Item) -> Self:
        return super().from_raw_data(cls.read(data))

    def deserialize(self, attribute_values: Item) -> None:
        """What an update answers."""
        super().deserialize(self.read(attribute_values))
