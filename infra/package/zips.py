"""Folders into zips: the same bytes from the same files."""

import hashlib
import tempfile
import zipfile
from pathlib import Path

from infra.package.wheelhouse import settle

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_folder(folder: Path, zip_path: Path, prefix: str = "") -> None:
    """Sorted names, no times, one mode: the same files give the same bytes."""
    draft = zip_path.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = zipfile.ZipInfo(prefix + path.relative_to(folder).as_posix(), _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    draft.replace(zip_path)


def unzip(zip_path: Path, keep_in: Path) -> Path:
    """The zip's contents in a folder named by its digest, so that what was looked at is what was uploaded."""
    folder = keep_in / hashlib.sha256(zip_path.read_bytes()).hexdigest()[:16]
    if not folder.is_dir():
        keep_in.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=keep_in) as scratch:
            with zipfile.ZipFile(zip_path) as archive:
                archive.extractall(scratch)
            settle(Path(scratch), folder)
    return folder
