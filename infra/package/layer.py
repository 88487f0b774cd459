"""The layer: every requirement, compiled. Built once for a requirements file, since that takes seconds."""

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path

from infra.package.wheelhouse import RUNTIME, fetch_wheels
from infra.package.zips import compile_folder, zip_folder

PREFIX = f"python/lib/{RUNTIME}/site-packages/"
"""Where Lambda's Python looks inside a layer; it unpacks layers at /opt."""


def build_layer(requirements: Path, build: Path) -> Path:
    """The layer's zip for a requirements file, from `build` where it was built before."""
    built = build / "package" / f"layer-{_recipe(requirements)}.zip"
    if not built.is_file():
        built.parent.mkdir(parents=True, exist_ok=True)
        wheels = fetch_wheels(requirements, build / "wheelhouse")
        with tempfile.TemporaryDirectory(dir=built.parent) as scratch:
            site = Path(scratch) / "site"
            _install(wheels, site)
            compile_folder(site, "/opt/" + PREFIX)
            draft = Path(scratch) / built.name
            zip_folder(site, draft, PREFIX)
            draft.replace(built)
    return built


def _recipe(requirements: Path) -> str:
    """Changes with what is packed and with how: the requirements, and the text of this package."""
    ingredients = [requirements, *sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in ingredients)).hexdigest()[:16]


def _install(wheels: Path, site: Path) -> None:
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    for data in sorted(site.glob("*.data")):
        for kind in ("purelib", "platlib"):
            if (data / kind).is_dir():
                shutil.copytree(data / kind, site, dirs_exist_ok=True)
        shutil.rmtree(data)
