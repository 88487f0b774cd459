"""``make run`` as an operator meets it: started, used from another shell, stopped, started again."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.make_run import environment, free_port, python, running


def test_what_is_kept_is_found_at_the_same_addresses_and_another_shell_reaches_it(tmp_path: Path) -> None:
    port, notes = free_port(), tmp_path / ".lyceum" / "running"
    with running(tmp_path, port, "--keep") as first:
        (note,) = notes.iterdir()
        env = json.loads(note.read_text(encoding="utf-8"))
        told = python(tmp_path, "infra.admin", "--email", "nobody@example.com", "--stage", "local")
        assert "No account of stage local" in told.stdout
        assert env["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
        second_one = python(tmp_path, "infra.local", "--empty", "--keep", "--port", str(free_port()))
        assert (second_one.returncode, "stop that one first" in second_one.stdout) == (1, True)
    assert list(notes.iterdir()) == []
    with running(tmp_path, port, "--keep") as second:
        assert _places(second) == _places(first)
    assert "No platform runs" in python(tmp_path, "infra.admin", "--email", "a@b.cd", "--stage", "local").stdout


def test_who_breaks_off_the_start_is_heard_at_once_and_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    kept = tmp_path / ".lyceum"
    with running(tmp_path, free_port(), "--keep"):
        pass
    before = (kept / "aws.zip").read_bytes()
    command = [sys.executable, "-m", "infra.local", "--keep", "--port", str(free_port())]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout
    while "AWS (emulated)" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, "Stopped before it ran" in said, "Lyceum runs" in said) == (130, True, False)
    assert (kept / "aws.zip").read_bytes() == before


def test_what_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    kept = tmp_path / ".lyceum"
    kept.mkdir()
    (kept / "aws.zip").write_bytes(b"junk")
    told = python(tmp_path, "infra.local", "--keep", "--port", str(free_port()))
    assert (told.returncode, "Move it away" in told.stdout) == (1, True)
    assert (kept / "aws.zip").read_bytes() == b"junk"


def _places(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("Stripe", "API", "lobby", "Lyceum runs"))]


@pytest.mark.parametrize("port", ["abc", "0", "80000", "-1"])
def test_what_is_no_port_is_said_to_be_none(tmp_path: Path, port: str) -> None:
    told = python(tmp_path, "infra.local", f"--port={port}")
    assert told.returncode == 2
    assert f"{port} is no port" in told.stderr


def test_a_port_that_is_taken_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = subprocess.run(
            [sys.executable, "-m", "infra.local", "--port", port],
            cwd=tmp_path,
            env=environment() | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert told.returncode == 1
    assert port in told.stdout
    assert "make run PORT=" in told.stdout
    assert list(tmp_path.iterdir()) == []
