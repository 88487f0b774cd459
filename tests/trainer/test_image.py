"""The training image holds all that training on a stage loads."""

import re
import subprocess
import sys
from importlib.metadata import packages_distributions

from infra.deploy.tree import ROOT

LOADS = """
import sys
import infra.trainer.__main__, infra.trainer.stage, infra.trainer.training, infra.trainer.publishing, infra.on_stage
from chalicelib.core import aws, logs
from infra.trainer.benchmark import plots
from infra.trainer.models import factors
aws.client("s3"), logs.logger()
factors.als
print(*sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)))
"""
OPTIONAL = {"blinker", "certifi", "charset-normalizer", "pip", "setuptools"}
"""Loaded by libraries that do without them where they are not there."""


def test_what_training_loads_is_in_its_requirements() -> None:
    done = subprocess.run([sys.executable, "-c", LOADS], cwd=ROOT, capture_output=True, text=True, check=True)
    known = packages_distributions()
    loaded = {distribution for name in done.stdout.split() for distribution in known.get(name, [])}
    text = (ROOT / "infra/trainer/requirements.txt").read_text(encoding="utf-8")
    pinned = {_plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    assert {_plain(name) for name in loaded} - pinned <= OPTIONAL


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
