"""Reading a model from its folder: all of it as it was written, or none."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from chalicelib.recommend.scoring.arrays import Stored
from chalicelib.recommend.scoring.attention import Attention, Weights, shapes
from chalicelib.recommend.scoring.manifest import ATTENTIVE, FORMAT, NAME, AttentionShape, Manifest, PartShape
from chalicelib.recommend.scoring.model import Factors, Model, Part, index
from chalicelib.recommend.scoring.tables import Dense, Strongest, Table


class Corrupt(Exception):
    """A model's folder is not what its manifest says."""


def load(folder: Path) -> Model:
    """Raises Corrupt where a file is missing, hashes otherwise, or does not fit the others."""
    try:
        manifest = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
        if manifest.format != (ATTENTIVE if manifest.attention else FORMAT):
            raise Corrupt(f"format {manifest.format} is none that is known")
        return _assembled(manifest, {name: _read(folder / name, digest) for name, digest in manifest.files.items()})
    except (OSError, ValueError, KeyError, msgspec.MsgspecError) as error:
        raise Corrupt(f"{folder.name}: {error}") from error


def digest(content: bytes) -> str:
    """What the manifest keeps of a file."""
    return hashlib.sha256(content).hexdigest()


def _read(path: Path, expected: str) -> Stored:
    content = path.read_bytes()
    if digest(content) != expected:
        raise Corrupt(f"{path.name} is not the file that was written")
    stored: Stored = np.load(io.BytesIO(content), allow_pickle=False)
    return stored.astype(np.float32) if stored.dtype == np.float16 else stored


def _assembled(manifest: Manifest, files: Mapping[str, Stored]) -> Model:
    ids, places = index(files["works.npy"])
    *parts, outlook = (_part(shape, files) for shape in (*manifest.parts, manifest.outlook))
    factors, subjects = _factors(manifest, files), _subjects(manifest, files)
    spoken = tuple(part for part in (*parts, outlook) if part.share)
    attention = tuple(_attention(shape, files) for shape in manifest.attention)
    model = Model(manifest, ids, places, spoken, outlook, factors, files["popularity.npy"], subjects, attention)
    _must_fit(model)
    return model


def _part(shape: PartShape, files: Mapping[str, Stored]) -> Part:
    return Part(_table(shape, files), shape.fading, shape.share)


def _table(shape: PartShape, files: Mapping[str, Stored]) -> Table:
    if shape.cut:
        return Strongest(files[f"{shape.name}.columns.npy"], files[f"{shape.name}.values.npy"])
    return Dense(files[f"{shape.name}.npy"])


def _factors(manifest: Manifest, files: Mapping[str, Stored]) -> Factors:
    shape, works = manifest.factors, files["factors.npy"]
    lengths = np.linalg.norm(works, axis=1, keepdims=True)
    met = works[: shape.met]
    unit = works / np.maximum(lengths, np.float32(1e-9))
    return Factors(works, unit, met.T @ met, shape.fading, shape.share, shape.confidence, shape.ridge)


def _attention(shape: AttentionShape, files: Mapping[str, Stored]) -> Attention:
    return Attention(
        Weights(*(files[f"{shape.name}.{name}.npy"] for name in Weights._fields)), shape.heads, shape.share
    )


def _subjects(manifest: Manifest, files: Mapping[str, Stored]) -> dict[str, Stored]:
    """The file holds (subject, place of a work) pairs."""
    subject, work = files["subjects.npy"].T
    return {name: work[subject == number].astype(np.intp) for number, name in enumerate(manifest.subjects)}


def _must_fit(model: Model) -> None:
    works = len(model.ids)
    if len(model.places) != works or len(model.factors.works) != works or len(model.popularity) != works:
        raise Corrupt("the files speak of different works")
    tables = [part.table for part in (*model.parts, model.outlook)]
    if {table.size for table in tables} != {model.tabled} or not 0 < model.tabled <= works:
        raise Corrupt("the tables have different works")
    for attention in model.attention:
        _must_attend(attention, model.tabled)
    learned = [array for attention in model.attention for array in attention.weights]
    values = [model.popularity, model.factors.works, *(table.values for table in tables), *learned]
    if not all(np.isfinite(each).all() for each in values):
        raise Corrupt("a value is not a number")


def _must_attend(attention: Attention, works: int) -> None:
    weights, heads = attention.weights, attention.heads
    (reach, width), (layers, _, inside) = weights.positions.shape, weights.inner.shape
    if {name: array.shape for name, array in weights._asdict().items()} != shapes(works, width, reach, layers, inside):
        raise Corrupt("the weights of attention do not fit one another")
    if min(reach, width, layers, heads) < 1 or width % heads:
        raise Corrupt(f"attention of width {width} cannot have {heads} heads")
