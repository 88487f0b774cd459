"""A slice of the proof, in a process of its own: it puts a world in memory under everything."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def prove(folder: Path, *how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.prove", *how]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=300)


def test_a_slice_of_the_proof_holds(tmp_path):
    how = (
        "--histories",
        "100",
        "--every",
        "97",
        "--sequences",
        "100",
        "--kills",
        "0",
        "--mutants",
        "0",
        "--processes",
        "1",
    )
    done = prove(tmp_path, *how)
    assert done.returncode == 0, done.stderr[-6000:]
    report = json.loads((tmp_path / "build" / "prove.json").read_text())
    assert (report["histories"], report["violations"], report["residues"]) == (100, 0, 0)
    assert report["faults"] > 100 and report["boundaries_hit"] > 50
    assert {"J1", "J1b", "J1s", "J2", "J4"} <= set(report["journals"])


def test_a_history_is_played_again_by_its_seed(tmp_path):
    again = ("--histories", "1", "--every", "0", "--sequences", "0", "--kills", "0", "--mutants", "0", "--seed", "46")
    done = prove(tmp_path, *again)
    assert (done.returncode, done.stderr.strip()) == (0, "history 46 holds")


def test_a_guard_that_is_gone_is_noticed(tmp_path):
    from infra.prove import mutants

    [mutant] = [one for one in mutants.MUTANTS if one.guard == "a refund reserves the payment"]
    assert mutants.dies(mutant)


def test_every_mutant_is_of_a_text_that_is_there_once():
    from infra.prove import mutants

    assert len(mutants.MUTANTS) >= 25
    for mutant in mutants.MUTANTS:
        text = (ROOT / mutant.path).read_text()
        assert text.count(mutant.old) == 1, mutant.guard
        assert mutant.new != mutant.old
