"""Makes a model live: its files go up under a name of their own, are fetched back and checked, and are compared with
the model that is live; only then does the pointer move, in one write.

Killed at any moment it leaves files that nobody points to. A version's files never change: the manifest comes last, and
what is there already is not written again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib.core.errors import Conflict
from chalicelib.recommend import live, memory, storage
from infra.trainer.gate import Verdict

ATTEMPTS = 3


Compare = Callable[[Any | None], Verdict]
"""With the model that is live; None where there is none, or it cannot be read any more."""


def publish(folder: Path, version: str, compare: Compare) -> Verdict:
    """Raises what is wrong with the files, before anything points to them; Conflict where others are always quicker."""
    upload(folder, version)
    memory.load(version)
    for _ in range(ATTEMPTS):
        standing, _ = live.read()
        if standing and standing.version == version:
            return Verdict(True, "it was made live before")
        verdict = compare(_standing_model(standing))
        if not verdict.promoted:
            return verdict
        try:
            live.point_to(version, standing.version if standing else None)
        except Conflict:
            continue
        return verdict
    raise Conflict


def upload(folder: Path, version: str) -> None:
    """Every file of the folder, the manifest last."""
    names = sorted(path.name for path in folder.iterdir() if path.name != memory.MANIFEST)
    for name in [*names, memory.MANIFEST]:
        storage.upload(folder / name, f"models/{version}/{name}")


def _standing_model(standing: live.Live | None) -> Any | None:
    """A live model that cannot be read is no reason to keep a good one waiting."""
    if standing is None:
        return None
    try:
        return memory.load(standing.version)
    except Exception:
        return None
