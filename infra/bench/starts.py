"""How long the API function takes to start and to answer, next to the baseline."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.bench.baseline import write_baseline
from infra.bench.interleaved import medians
from infra.deploy_tree import BUILD, ROOT
from infra.package.unpacked import unpacked_package
from infra.rehearsal import events
from infra.rehearsal.clean_interpreter import bare_python

PROBE = Path(__file__).parent / "probe.py"
ROUTE = events.http("GET", "/v1/health")
"""Asks no other service, so that what is timed is our layer and Chalice's, and nothing else."""


def compare_starts(say: Callable[[str], None]) -> dict[str, float]:
    """Ratios to the baseline, and the baseline's own milliseconds for orientation."""
    ours, layer = unpacked_package(ROOT, BUILD)
    bare = write_baseline(BUILD / "bench" / "baseline")
    begin, answer = _timer(layer, "import"), _timer(layer, "request")
    seconds = medians(
        {
            "bare_import": lambda: begin(bare),
            "import": lambda: begin(ours),
            "ready": lambda: _timer(layer, "ready")(ours),
            "bare_request": lambda: answer(bare),
            "request": lambda: answer(ours, LOG_LEVEL="WARNING"),
            "request_logged": lambda: answer(ours, LOG_LEVEL="INFO"),
        },
        say=say,
    )
    return {
        "cold_import_ratio": seconds["import"] / seconds["bare_import"],
        "cold_ready_ratio": seconds["ready"] / seconds["bare_import"],
        "request_ratio": seconds["request"] / seconds["bare_request"],
        "request_logged_ratio": seconds["request_logged"] / seconds["bare_request"],
        "baseline_import_ms": seconds["bare_import"] * 1000,
        "baseline_request_ms": seconds["bare_request"] * 1000,
    }


def _timer(layer: Path, what: str) -> Callable[..., float]:
    def measure(root: Path, **settings: str) -> float:
        command = [bare_python(), "-I", "-S", str(PROBE), f"{root}:{layer}", what]
        environment = {
            "STAGE": "dev",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
        }
        done = subprocess.run(
            command, input=json.dumps(_event()), capture_output=True, text=True, env=environment | settings, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return float(done.stdout)

    return measure


def _event() -> dict[str, Any]:
    return ROUTE
