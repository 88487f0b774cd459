"""What is to be migrated is read from the models: whoever declares an ``upgrade`` has rows to bring to its version."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chalicelib
from chalicelib.core.tables import Row
from chalicelib.core.versions import Item
from infra.deploy.errors import Stopped


@dataclass(frozen=True)
class Migration:
    """One model's rows, to its present version."""

    model: type[Row]

    @property
    def name(self) -> str:
        """``accounts.Account.2``: the room, the model and the version that its rows get."""
        room = self.model.__module__.split(".")[-2]
        return f"{room}.{self.model.__name__}.{self.model.VERSION}"

    @property
    def table(self) -> str:
        return str(self.model.Meta.table_name)

    @property
    def version(self) -> int:
        return self.model.VERSION

    def is_old(self, item: Item) -> bool:
        """Whether this item is a row of this model that has not its version yet."""
        return self.model.owns(item) and int(item.get("v", {"N": "0"})["N"]) < self.version


def declared() -> list[Migration]:
    """Those that models of this project declare, by name. Raises Stopped where one would change others' rows."""
    migrating = [model for model in models() if model.migrates()]
    for model in migrating:
        _must_know_its_rows(model)
    return sorted((Migration(model) for model in migrating), key=lambda each: each.name)


def contracted() -> list[Migration]:
    """Those whose model reads its present version alone: nothing older may be left when this code is deployed."""
    settled = (Migration(model) for model in models() if model.VERSION > 1 and not model.migrates())
    return sorted(settled, key=lambda each: each.name)


def named(name: str, among: list[Migration]) -> Migration:
    """Raises Stopped."""
    for each in among:
        if each.name == name:
            return each
    known = ", ".join(each.name for each in among) or "none is declared"
    raise Stopped(f"There is no migration {name}: {known}.")


def models() -> list[type[Row]]:
    """Every model with a table, of every room."""
    for place in sorted(Path(next(iter(chalicelib.__path__))).glob("*/**/models.py")):
        room = ".".join(place.relative_to(Path(next(iter(chalicelib.__path__)))).parent.parts)
        importlib.import_module(f"chalicelib.{room}.models")
    return [model for model in _below(Row) if hasattr(model, "Meta") and model.__module__.startswith("chalicelib.")]


def _must_know_its_rows(model: type[Row]) -> None:
    kind: Any = model._range_key_attribute()  # type: ignore[no-untyped-call]
    if "owns" in vars(model) or (kind is not None and kind.default is not None):
        return
    neighbours = [other for other in models() if other.Meta.table_name == model.Meta.table_name and other is not model]
    if neighbours:
        raise Stopped(f"{model.__name__} shares its table with {neighbours[0].__name__}: let it declare owns(item).")


def _below(model: type[Row]) -> Iterator[type[Row]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)
