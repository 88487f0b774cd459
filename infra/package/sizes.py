"""How large the package is, in the units of Lambda's limits (50 MB zipped for a direct upload, 250 MB unzipped)."""

import zipfile
from pathlib import Path

MIB = 1024 * 1024


def measure(zips: dict[str, Path]) -> dict[str, float]:
    """Flat figures, in MiB: for each zip and for all of them together, zipped and unzipped."""
    figures: dict[str, float] = {}
    for name, path in zips.items():
        with zipfile.ZipFile(path) as archive:
            unzipped = sum(entry.file_size for entry in archive.infolist())
        figures[f"{name}_zip_mib"] = round(path.stat().st_size / MIB, 3)
        figures[f"{name}_unzipped_mib"] = round(unzipped / MIB, 3)
    figures["zip_mib"] = round(sum(figures[f"{name}_zip_mib"] for name in zips), 3)
    figures["unzipped_mib"] = round(sum(figures[f"{name}_unzipped_mib"] for name in zips), 3)
    return figures
