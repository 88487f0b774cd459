"""The package as Lambda has it on disk: the built zips, unpacked."""

from collections.abc import Iterable
from pathlib import Path

from infra.package.application import build_application
from infra.package.layer import PREFIX, build_layer
from infra.package.sets import BASE
from infra.package.zips import unzip


def unpacked_package(project: Path, build: Path, application_in: Path) -> tuple[Path, ...]:
    """The folders that Lambda puts on the path, in order: the application (/var/task), then the base layer's packages.

    Layers are kept in `build` for the next time; the application is built anew.
    """
    return unpacked_application(project, application_in), *unpacked_layers((), build)


def unpacked_application(project: Path, at: Path) -> Path:
    zip_path = at / "application.zip"
    build_application(project, zip_path)
    return unzip(zip_path, at)


def unpacked_layers(heavy: Iterable[str], build: Path) -> list[Path]:
    """The packages of the base, and of each heavy set after it."""
    return [unzip(build_layer(name, build), build / "unpacked") / PREFIX for name in (BASE, *heavy)]
