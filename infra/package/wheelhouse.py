"""The wheels that ship: fetched once for Lambda's Python and processor, kept under the digest of what was asked for."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
RUNTIME = f"python{PYTHON}"
"""Lambda's runtime is the Python that builds and tests the package; Chalice chooses it so, too."""

_ABI = f"cp{PYTHON.replace('.', '')}"
_GLIBC_MINORS = range(17, 27 if sys.version_info < (3, 12) else 35)
"""Up to Python 3.11 Lambda has Amazon Linux 2 and its glibc 2.26; later 2.34. pip takes platform tags literally."""

_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's names of architectures → the wheels'."""
X86, ARM = _MACHINES

_ATTEMPTS = 3


class WheelsMissing(Exception):
    """pip could not fetch a wheel that Lambda can load for each requirement."""


def fetch_wheels(pins: str, keep_in: Path, architecture: str = X86) -> Path:
    """The folder of wheels for pinned requirements, one a line. Only the first call for them needs a network."""
    folder = keep_in / f"{hashlib.sha256(pins.encode()).hexdigest()[:16]}-{architecture}"
    if not folder.is_dir():
        keep_in.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=keep_in) as scratch:
            _download(pins, Path(scratch), _MACHINES[architecture])
            settle(Path(scratch), folder)
    return folder


def settle(finished: Path, place: Path) -> None:
    """Give finished work its name in one step. Where another process was first, its equal work stays."""
    try:
        finished.rename(place)
        finished.mkdir()  # the temporary directory's own cleaning expects to find it
    except OSError:
        if not place.is_dir():
            raise
        shutil.rmtree(finished)
        finished.mkdir()


def _download(pins: str, into: Path, machine: str) -> None:
    requirements = into / "requirements.txt"
    requirements.write_text(pins)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--implementation", "cp", "--abi", _ABI, "--python-version", PYTHON]
    for platform in [*(f"manylinux_2_{minor}_{machine}" for minor in _GLIBC_MINORS), f"manylinux2014_{machine}"]:
        command += ["--platform", platform]
    command += ["--requirement", str(requirements), "--dest", str(into)]
    for attempt in range(_ATTEMPTS):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(2**attempt)
    raise WheelsMissing(done.stderr)
