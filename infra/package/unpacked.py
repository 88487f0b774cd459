"""The package as Lambda has it on disk: the built zips, unpacked."""

from pathlib import Path

from infra.package.application import build_application
from infra.package.layer import PREFIX, build_layer
from infra.package.zips import unzip


def unpacked_package(project: Path, build: Path) -> tuple[Path, Path]:
    """The folders that Lambda puts on the path, in order: the application (/var/task), then the layer's packages."""
    zip_path = build / "package" / "application.zip"
    build_application(project, zip_path)
    layer = unzip(build_layer(project / "requirements.txt", build), build / "unpacked")
    return unzip(zip_path, build / "unpacked"), layer / PREFIX
