"""The package as Lambda has it on disk: the built zips, unpacked."""

from pathlib import Path

from infra.package.application import build_application
from infra.package.layer import PREFIX, build_layer
from infra.package.zips import unzip


def unpacked_package(project: Path, build: Path, application_in: Path) -> tuple[Path, Path]:
    """The folders that Lambda puts on the path, in order: the application (/var/task), then the layer's packages.

    The layer is kept in `build` for the next time; the application is built anew.
    """
    zip_path = application_in / "application.zip"
    build_application(project, zip_path)
    layer = unzip(build_layer(project / "requirements.txt", build), build / "unpacked")
    return unzip(zip_path, application_in), layer / PREFIX
