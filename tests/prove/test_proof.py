"""A slice of the proof, in a process of its own: it puts a world in memory under everything."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


PARTS = ("histories", "every", "sequences", "runs", "kills", "mutants")


def prove(folder: Path, **how: int) -> subprocess.CompletedProcess[str]:
    """Only what is named of the proof's parts."""
    wanted = dict.fromkeys(PARTS, 0) | how
    command = [sys.executable, "-m", "infra.prove", *(f"--{name}={number}" for name, number in wanted.items())]
    surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=300)


def test_a_slice_of_the_proof_holds(tmp_path):
    done = prove(tmp_path, histories=100, every=97, sequences=100, runs=5, processes=1)
    assert done.returncode == 0, done.stderr[-6000:]
    report = json.loads((tmp_path / "build" / "prove.json").read_text())
    assert (report["histories"], report["violations"], report["residues"]) == (100, 0, 0)
    assert report["faults"] > 100 and report["boundaries_hit"] > 50
    assert {"J1", "J1b", "J1s", "J2", "J4"} <= set(report["journals"])
    assert (report["state_machine_runs"] >= 5, report["state_machine_failures"]) == (True, 0)
    assert report["state_machine_steps"] > report["state_machine_runs"]


def test_a_history_is_played_again_by_its_seed(tmp_path):
    done = prove(tmp_path, histories=1, seed=46)
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
