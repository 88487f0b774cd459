"""A short load run, as ``make load`` runs it: the platform in its own processes, and clients in another."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.load.mix import SHARES

OURS = ("AWS_", "STREAM_", "STAGE", "LYCEUM_", "STRIPE_", "PUBLIC_URL")
SHELL = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
"""What a shell has that knows nothing of the platform of these tests."""


def test_a_few_readers_at_once_meet_no_error_and_leave_the_books_whole(tmp_path: Path) -> None:
    out = tmp_path / "load.json"
    command = [sys.executable, "-m", "infra.load", "--clients", "3", "--seconds", "4", "--out", str(out)]
    told = subprocess.run(command, env=SHELL, capture_output=True, text=True, timeout=300)
    assert told.returncode == 0, told.stdout + told.stderr
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["errors"], found["problems"]) == (0, [])
    assert {"requests", "errors", "p50_ratio", "p95_ratio", "kinds"} <= set(found)
    assert found["requests"] > 3
    assert set(found["kinds"]) <= set(SHARES)
    assert "3 clients for 4 s" in told.stderr


@pytest.mark.parametrize(("wish", "said"), [("--clients=51", "from 1 to 50"), ("--seconds=long", "from 1 to 300")])
def test_what_cannot_be_is_refused_with_what_can(wish: str, said: str) -> None:
    command = [sys.executable, "-m", "infra.load", wish]
    told = subprocess.run(command, env=SHELL, capture_output=True, text=True, timeout=60)
    assert told.returncode == 2
    assert said in told.stderr
