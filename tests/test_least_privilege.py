"""A whole run of the tests fails where a function has a right that none of them needs, on one worker or on many."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

NOTHING = "def test_nothing():\n    pass\n"
EVERYTHING = """
from infra.policies.declaration import declared
from infra.policies.resources import service_of
from tests import least_privilege
from tests.least_privilege import PLACE, Use

def test_everything():
    for function, rights in declared().functions.items():
        for resource, actions in rights.grants.items():
            for action in actions:
                right = Use(function, f"{service_of(resource)}:{action}", PLACE.arn(resource))
                least_privilege.used.add(right)
"""


def run(folder: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = .\n")
    (folder / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "tests.least_privilege", "-p", "no:cacheprovider", *options]
    surroundings = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_that_used_everything_passes(tmp_path, workers):
    done = run(tmp_path, EVERYTHING, "-n", workers)
    assert (done.returncode, "Unused" in done.stdout) == (0, False), done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_that_left_a_right_unused_fails_and_names_it(tmp_path, workers):
    done = run(tmp_path, NOTHING, "-n", workers)
    assert done.returncode == 1, done.stdout
    assert "mail_send: sender: SendEmail" in done.stdout


@pytest.mark.parametrize("choice", [["-k", "nothing"], ["test_it.py"], ["--deselect", "x"]])
def test_a_part_of_the_tests_proves_nothing_and_fails_nothing(tmp_path, choice):
    assert run(tmp_path, NOTHING, *choice).returncode == 0
