"""The rehearsal rehearses everything: `make rehearse` runs it."""

import py_compile
import re

from infra.deploy import up
from infra.rehearsal import versions
from infra.rehearsal.beginning import KILLS
from infra.rehearsal.project import Project


def test_the_deployer_is_killed_in_every_step():
    begun = {step for step in range(1, up.STEPS + 1) if any(re.search(kill.line, f"[{step}/11] x") for kill in KILLS)}
    assert begun == set(range(1, up.STEPS + 1))


def test_the_changed_versions_can_be_made_of_the_project_as_it_is(tmp_path):
    project = Project(tmp_path / "project", {})
    project.edit(*versions.EXPAND)
    project.edit(*versions.CONTRACT)
    for name in ("models", "profiles", "shapes"):
        py_compile.compile(str(project.at / "chalicelib" / "accounts" / f"{name}.py"), doraise=True)
