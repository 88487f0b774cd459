"""What the ranking function keeps from one call to the next: the live model, and the cards of works.

Each is looked after once a minute. A model that cannot be fetched or read whole never takes the place of a good one.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.core import clock, logs
from chalicelib.recommend import live, snapshots, storage
from chalicelib.recommend.fresh import Changed
from chalicelib.recommend.snapshots import MEMORY_SECONDS

T = TypeVar("T")
MANIFEST = "manifest.json"


class Kept(Generic[T]):
    """Something that is read anew where its tag changed. ``look(tag)`` answers None where it did not."""

    def __init__(self, look: Callable[[str | None], tuple[T | None, str | None]]) -> None:
        self._look = look
        self._known: T | None = None
        self._tag: str | None = None
        self._looked_at: float | None = None

    def get(self) -> T | None:
        """As of a minute ago at most; None where there is none yet."""
        now = clock.timestamp()
        if self._looked_at is None or abs(now - self._looked_at) >= MEMORY_SECONDS:
            self._refresh()
            self._looked_at = now
        return self._known

    def forget(self) -> None:
        self._known = self._tag = self._looked_at = None

    def _refresh(self) -> None:
        try:
            found, tag = self._look(self._tag)
        except Exception as error:
            logs.incident("model_unusable", exc_info=error)
            return
        if found is not None:
            self._known, self._tag = found, tag


def _look_at_model(known: str | None) -> tuple[Any, str | None]:
    pointed, tag = live.read(known)
    return (load(pointed.version) if pointed else None), tag


def load(version: str) -> Any:
    """The model, fetched and checked against its manifest. Raises what is wrong with it."""
    from chalicelib.recommend import scoring

    with tempfile.TemporaryDirectory(prefix="model-") as name:
        folder = Path(name)
        storage.fetch(f"models/{version}/{MANIFEST}", folder / MANIFEST)
        for file in msgspec.json.decode((folder / MANIFEST).read_bytes())["files"]:
            storage.fetch(f"models/{version}/{Path(file).name}", folder / Path(file).name)
        return scoring.load(folder)


def _look_at_cards(known: str | None) -> tuple[dict[str, Changed] | None, str | None]:
    found = storage.read(snapshots.KEY, known=known)
    return (snapshots.read(found.data), found.tag) if found else (None, None)


MODEL: Kept[Any] = Kept(_look_at_model)
OTHERS: dict[str, Kept[Any]] = {}
MOST_OTHERS = 2
CARDS: Kept[dict[str, Changed]] = Kept(_look_at_cards)


def model(version: str = "") -> Any:
    """The one that is live, or the version that an experiment asks for; None where it is not there or cannot be read.

    Of versions two are kept beside the live one: there are two to compare at most.
    """
    if not version:
        return MODEL.get()
    if version not in OTHERS:
        while len(OTHERS) >= MOST_OTHERS:
            OTHERS.pop(next(iter(OTHERS)))
        OTHERS[version] = Kept(lambda known: (None if known else load(version), version))
    return OTHERS[version].get()


def forget() -> None:
    """As in a new process."""
    OTHERS.clear()
    MODEL.forget()
    CARDS.forget()
