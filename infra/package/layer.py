"""The layers: each set of requirements, stripped and compiled. Built once for what goes in, for that takes seconds."""

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path

from infra.package.bytecode import compile_folder
from infra.package.dead_weight import remove_dead_weight
from infra.package.services import Asked, asked_for
from infra.package.sets import ROOT, pins_of
from infra.package.stripping import strip_botocore
from infra.package.wheelhouse import RUNTIME, X86, fetch_wheels
from infra.package.zips import zip_folder

PREFIX = f"python/lib/{RUNTIME}/site-packages/"
"""Where Lambda's Python looks inside a layer; it unpacks layers at /opt."""


def build_layer(name: str, build: Path, architecture: str = X86) -> Path:
    """The zip of a set of requirements (see `sets`), from `build` where it was built before."""
    pins, asked = pins_of(name), asked_for(ROOT / "chalicelib")
    built = build / "package" / f"layer-{name}-{architecture}-{_recipe(pins, asked)}.zip"
    if not built.is_file():
        built.parent.mkdir(parents=True, exist_ok=True)
        wheels = fetch_wheels(pins, build / "wheelhouse", architecture)
        with tempfile.TemporaryDirectory(dir=built.parent) as scratch:
            site = Path(scratch) / "site"
            install(wheels, site)
            _slim(site, asked)
            compile_folder(site, "/opt/" + PREFIX)
            draft = Path(scratch) / built.name
            zip_folder(site, draft, PREFIX)
            draft.replace(built)
    return built


def install(wheels: Path, site: Path) -> None:
    """Unpack wheels as pip would, without their scripts."""
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    for data in sorted(site.glob("*.data")):
        for kind in ("purelib", "platlib"):
            if (data / kind).is_dir():
                shutil.copytree(data / kind, site, dirs_exist_ok=True)
        shutil.rmtree(data)


def _slim(site: Path, asked: Asked) -> None:
    remove_dead_weight(site)
    if (site / "botocore").is_dir():
        strip_botocore(site / "botocore", asked)


def _recipe(pins: str, asked: Asked) -> str:
    """Changes with what is packed and with how: the requirements, the services, and the text of this package."""
    how = [file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py"))]
    what = [pins, *sorted(asked.services), *sorted(asked.models)]
    return hashlib.sha256(b"\0".join([*(each.encode() for each in what), *how])).hexdigest()[:16]
