"""How large the package is, in the units of Lambda's limits (50 MB zipped for a direct upload, 250 MB unzipped)."""

import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

MIB = 1024 * 1024
EVERYWHERE = ("app", "base")
"""What every function is made of; the rest is attached to some."""

_UNCHECKED = 0b01
"""A .pyc's second word (PEP 552): it holds the source's hash, which is not compared at import."""


def measure(zips: Mapping[str, Path]) -> dict[str, float]:
    """Flat figures: MiB of each zip, zipped and unzipped, and of the app with its base layer; and the share of all
    modules that start from bytecode which needs no check."""
    figures: dict[str, float] = {}
    for name, path in zips.items():
        with zipfile.ZipFile(path) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
        figures[f"{name}_zip_mib"] = round(path.stat().st_size / MIB, 3)
        figures[f"{name}_unzipped_mib"] = round(unzipped / MIB, 3)
    for kind in ("zip_mib", "unzipped_mib"):
        figures[kind] = round(sum(figures[f"{name}_{kind}"] for name in EVERYWHERE), 3)
    return figures | {"precompiled_share": precompiled_share(*zips.values())}


def precompiled_share(*zips: Path) -> float:
    """Of the modules in these zips, those with unchecked bytecode of this Python beside them; 1.0 is all."""
    modules = ready = 0
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            compiled = [_compiled(name) for name in names if name.endswith(".py")]
            modules += len(compiled)
            ready += sum(name in names and archive.read(name)[4] == _UNCHECKED for name in compiled)
    return ready / modules


def _compiled(source: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc".lstrip("/")
