"""What wheels carry that no function of ours loads: each new container would fetch and unpack it."""

import shutil
from collections.abc import Iterable
from pathlib import Path

UNLOADED = (
    "**/*.pyi", "**/py.typed",  # for type checkers
    "**/*.h", "**/*.pxd", "**/*.pxi", "**/*.pyx",  # for compilers
    "**/tests",
    "*.dist-info/RECORD", "*.dist-info/WHEEL", "*.dist-info/sboms", "*.dist-info/top_level.txt", "*.dist-info/zip-safe",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/middleware_factory",
    "aws_lambda_powertools/utilities/[!_jt]*",  # jmespath_utils and typing are what the logger and the metrics load
    "lxml/isoschematron",
    "pypdfium2_cli",
)  # fmt: skip
"""Licences stay: they travel with what they license. METADATA and entry points stay: importlib.metadata reads them."""


def remove_dead_weight(site: Path) -> None:
    for pattern in UNLOADED:
        _remove(list(site.glob(pattern)))


def _remove(found: Iterable[Path]) -> None:
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
