"""The running platform is killed and whole again: a slice of what ``make prove`` does a hundred times."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AWS = ("AWS_", "STREAM_", "STAGE", "LYCEUM_", "STRIPE_", "PUBLIC_URL")


def test_after_kills_all_holds_and_what_does_not_is_noticed():
    clean = {name: value for name, value in os.environ.items() if not name.startswith(AWS)}
    command = [sys.executable, "-m", "tests.prove.kills_slice"]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-6000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["kills"] >= 2, report["found"], report["kills_played"]["payment"] > 0) == (True, [], True)
    assert any("is missing from the book" in told for told in report["noticed"])
    assert any("was told of" in told for told in report["noticed"])
    unknown, forgotten, too_soon = report["forgotten"]
    assert (len(unknown), forgotten, len(too_soon)) == (1, [], 1), report["forgotten"]
