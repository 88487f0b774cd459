"""Models small enough to know by heart: which work leads to which."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.recommend import live, memory
from infra.trainer import publishing


def a_folder(
    at: Path,
    version: str,
    works: Sequence[str],
    leads: Mapping[str, Mapping[str, float]],
    learned_until: str = "2026-11-20T00:00:00.000Z",
) -> Path:
    """A model's files: having met a work says so much for others. Nothing else speaks."""
    table = np.zeros((len(works), len(works)), np.float16)
    for met, others in leads.items():
        for other, strength in others.items():
            table[works.index(met), works.index(other)] = strength
    factors = np.eye(len(works), 2, dtype=np.float16)
    arrays: dict[str, Any] = {
        "works.npy": np.array([work.encode() for work in works]),
        "next.npy": table,
        "factors.npy": factors,
        "popularity.npy": np.zeros(len(works), np.float32),
        "subjects.npy": np.zeros((0, 2), np.int32),
    }
    at.mkdir(parents=True)
    files = {name: _save(at / name, array) for name, array in arrays.items()}
    (at / memory.MANIFEST).write_text(
        json.dumps(_manifest(version, files, len(works), learned_until)), encoding="utf-8"
    )
    return at


def goes_live(folder: Path, version: str) -> None:
    """Without being compared with anything."""
    standing, _ = live.read()
    publishing.upload(folder, version)
    live.point_to(version, standing.version if standing else None)


def _save(path: Path, array: Any) -> str:
    out = io.BytesIO()
    np.save(out, array)
    path.write_bytes(out.getvalue())
    return hashlib.sha256(out.getvalue()).hexdigest()


def _manifest(version: str, files: Mapping[str, str], works: int, learned_until: str) -> dict[str, Any]:
    return {
        "format": 1,
        "version": version,
        "parts": [{"name": "next", "fading": 0.5, "share": 1.0, "cut": False}],
        "factors": {"fading": 1.0, "share": 0.0, "confidence": 1.0, "ridge": 1.0, "met": works},
        "outlook": {"name": "next", "fading": 0.5, "share": 0.0, "cut": False},
        "settled": 1,
        "strengths": {"view": 1.0, "click": 1.0, "progress": 1.0, "purchase": 1.0},
        "doubt": 0.0,
        "interest": 1.0,
        "subjects": [],
        "files": dict(files),
        "metrics": {},
        "window": {"first": "2026-11-01T00:00:00.000Z", "last": learned_until},
        "versions": {},
    }
