"""Writing a model to a folder that is whole or not there."""

import io
import os
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np

from chalicelib.core import clock
from chalicelib.recommend.scoring.arrays import Floats, Stored
from chalicelib.recommend.scoring.artefact import digest, load
from chalicelib.recommend.scoring.manifest import (
    ATTENTIVE,
    FORMAT,
    NAME,
    AttentionShape,
    FactorsShape,
    Manifest,
    PartShape,
    Window,
)
from infra.trainer.catalogue import Catalogue
from infra.trainer.fitting import Fitted
from infra.trainer.lake.lines import POSITIVE
from infra.trainer.models.content import reader_of_texts
from infra.trainer.tuning.candidates import EASE, FACTORS, OUTLOOK, SEQUENCE
from infra.trainer.tuning.plan import Plan
from infra.trainer.tuning.search import Settings

DENSE = 2_048
"""Up to so many works, tables hold all pairs; beyond, the strongest of each row."""
STRONGEST = 200
UNFINISHED = ".unfinished-"
LIBRARIES = ("numpy", "scipy", "implicit", "pyspark", "torch")


def write(folder: Path, fitted: Fitted, plan: Plan, catalogue: Catalogue, metrics: Mapping[str, float]) -> Path:
    """The folder ``<folder>/<version>``. It appears by one rename, after what was written has been read back."""
    named = clock.now().strftime("%Y%m%dT%H%M%S%fZ")
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(UNFINISHED + "*"):
        shutil.rmtree(left)
    unfinished = folder / (UNFINISHED + named)
    unfinished.mkdir()
    files = {name: _packed(array) for name, array in _arrays(fitted, catalogue).items()}
    manifest = _manifest(named, fitted, plan, catalogue, metrics, {name: digest(files[name]) for name in files})
    for name, content in {**files, NAME: msgspec.json.format(msgspec.json.encode(manifest))}.items():
        _save(unfinished / name, content)
    load(unfinished)
    return unfinished.rename(folder / named)


def _arrays(fitted: Fitted, catalogue: Catalogue) -> dict[str, Stored]:
    works = [catalogue.works[number] for number in fitted.order]
    column = {subject: number for number, subject in enumerate(catalogue.subjects)}
    pairs = [(column[subject], place) for place, work in enumerate(works) for subject in work.subjects]
    arrays: dict[str, Stored] = {
        "works.npy": np.array([work.work_id.encode() for work in works]),
        "factors.npy": fitted.factors.astype(np.float16),
        "popularity.npy": fitted.popularity,
        "subjects.npy": np.array(pairs, np.int32).reshape(-1, 2),
    }
    for name, table in fitted.tables.items():
        arrays |= _table(name, table)
    for name, attention in fitted.further.items():
        learned = attention.weights._asdict().items()
        arrays |= {f"{name}.{weights}.npy": array.astype(np.float16) for weights, array in learned}
    return arrays


def _table(name: str, table: Floats) -> dict[str, Stored]:
    if not is_cut(table):
        return {f"{name}.npy": table.astype(np.float16)}
    columns, values = strongest(table, STRONGEST)
    return {f"{name}.columns.npy": columns, f"{name}.values.npy": values.astype(np.float16)}


def is_cut(table: Floats) -> bool:
    """Whether only the strongest of each row are kept."""
    return len(table) > DENSE


def strongest(table: Floats, count: int) -> tuple[Stored, Floats]:
    """The columns of the greatest values by amount of each row, in the columns' order, and the values."""
    found = np.argpartition(-np.abs(table), count - 1, axis=1)[:, :count]
    found.sort(axis=1)
    return found.astype(np.int32), np.take_along_axis(table, found, axis=1)


def _manifest(
    named: str, fitted: Fitted, plan: Plan, catalogue: Catalogue, metrics: Mapping[str, float], files: dict[str, str]
) -> Manifest:
    factors = plan.factors
    return Manifest(
        format=ATTENTIVE if fitted.further else FORMAT,
        version=named,
        parts=[
            _shape("ease", fitted, plan.ease, plan.shares[EASE.name]),
            _shape("sequence", fitted, plan.sequence, plan.shares[SEQUENCE.name]),
        ],
        outlook=_shape("outlook", fitted, plan.newcomers, plan.shares[OUTLOOK.name]),
        factors=FactorsShape(
            factors["fading"], plan.shares[FACTORS.name], factors["confidence"], factors["ridge"], fitted.met
        ),
        settled=int(plan.newcomers["settled"]),
        doubt=plan.newcomers["doubt"],
        interest=plan.newcomers["interest"],
        strengths=POSITIVE,
        subjects=catalogue.subjects,
        files=files,
        metrics=dict(metrics),
        window=_window(fitted.window),
        versions=_versions() | {"texts": reader_of_texts()},
        attention=[AttentionShape(name, each.heads, plan.shares[name]) for name, each in fitted.further.items()],
    )


def _shape(name: str, fitted: Fitted, settings: Settings, share: float) -> PartShape:
    return PartShape(name, settings["fading"], share, is_cut(fitted.tables[name]))


def _window(learned: tuple[float, float]) -> Window:
    first, last = (clock.rfc3339(clock.of(int(at))) for at in learned)
    return Window(first, last)


def _versions() -> dict[str, str]:
    """Of the libraries that took part."""
    return {name: version(name) for name in LIBRARIES if name in sys.modules}


def _packed(array: Stored) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _save(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
