"""``make run`` in a process of its own, for tests that meet it as an operator does."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
AWS = ("AWS_", "STREAM_", "STAGE", "LYCEUM_", "STRIPE_", "PUBLIC_URL")


def environment(**told: str) -> dict[str, str]:
    """Only what a shell has that knows nothing of the platform, and what is told."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(AWS)}
    return clean | {"PYTHONPATH": str(ROOT), "AWS_EC2_METADATA_DISABLED": "true"} | told


def python(folder: Path, *arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(**told), capture_output=True, text=True, timeout=60)


@contextmanager
def running(folder: Path, port: int, *options: str, **told: str) -> Iterator[list[str]]:
    """The lines that it printed until it ran; afterwards it has stopped cleanly."""
    command = [sys.executable, "-m", "infra.local", "--empty", *options, "--port", str(port)]
    process = subprocess.Popen(command, cwd=folder, env=environment(**told), stdout=subprocess.PIPE, text=True)
    assert process.stdout
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if "Ctrl-C stops everything" in line:
                break
        yield lines
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
