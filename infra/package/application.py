"""The application's zip, as Chalice lays it out: its one-file runtime, app.py and chalicelib. Compiled, too."""

import shutil
import tempfile
from pathlib import Path

import chalice

from infra.package.bytecode import compile_folder
from infra.package.zips import zip_folder

CHALICE_RUNTIME = ("__init__.py", "app.py")
"""The files of Chalice that run inside Lambda; the rest of it is the command line."""


def build_application(project: Path, zip_path: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        copy_sources(project, root)
        (root / "chalice").mkdir()
        for name in CHALICE_RUNTIME:
            shutil.copyfile(Path(chalice.__file__).parent / name, root / "chalice" / name)
        compile_folder(root, "/var/task")
        zip_path.parent.mkdir(parents=True, exist_ok=True)
        zip_folder(root, zip_path)


def copy_sources(project: Path, to: Path) -> None:
    """What of the project runs in Lambda, without the caches that lie beside it."""
    shutil.copyfile(project / "app.py", to / "app.py")
    shutil.copytree(project / "chalicelib", to / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
