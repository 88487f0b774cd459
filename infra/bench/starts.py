"""How long the API function takes to start and to answer, next to the baseline."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.bench.baseline import write_baseline, write_unstripped
from infra.bench.interleaved import medians
from infra.deploy.tree import BUILD, ROOT
from infra.package.unpacked import unpacked_package
from infra.rehearsal import events
from infra.rehearsal.clean_interpreter import bare_python

PROBE = Path(__file__).parent / "probe.py"
ROUTE = events.http(["/v1/health"], "GET", "/v1/health")
"""Asks no other service, so that what is timed is our layer and Chalice's, and nothing else."""

SURROUNDINGS = {
    "STAGE": "dev",
    "AWS_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "LOG_LEVEL": "INFO",
}


def compare_starts(say: Callable[[str], None]) -> dict[str, float]:
    """Ratios to the baseline, and the baseline's own milliseconds for orientation.

    The baseline is not stripped, and its import makes its client; ours makes none until it is needed, so
    `cold_import_ratio` is stated beside `cold_client_ratio`, and beside what a first visitor waits for,
    `cold_first_get_ratio`.
    """
    scratch = BUILD / "bench"
    shutil.rmtree(scratch / "application", ignore_errors=True)
    ours = unpacked_package(ROOT, BUILD, scratch / "application")
    bare = (write_baseline(scratch / "baseline"), write_unstripped(BUILD))
    seconds = medians(
        {
            "bare_import": lambda: _probe("import", bare),
            "import": lambda: _probe("import", ours),
            "client": lambda: _probe("client", ours),
            "bare_first": lambda: _probe("first", bare),
            "first": lambda: _probe("first", ours),
            "bare_request": lambda: _probe("request", bare),
            "request": lambda: _probe("request", ours, LOG_LEVEL="WARNING"),
            "request_logged": lambda: _probe("request", ours),
        },
        say=say,
    )
    return {
        "cold_import_ratio": seconds["import"] / seconds["bare_import"],
        "cold_client_ratio": seconds["client"] / seconds["bare_import"],
        "cold_first_get_ratio": seconds["first"] / seconds["bare_first"],
        "request_ratio": seconds["request"] / seconds["bare_request"],
        "request_logged_ratio": seconds["request_logged"] / seconds["bare_request"],
        "baseline_import_ms": seconds["bare_import"] * 1000,
        "baseline_request_ms": seconds["bare_request"] * 1000,
    }


def _probe(what: str, roots: Sequence[Path], **settings: str) -> float:
    command = [bare_python(), "-I", "-S", str(PROBE), ":".join(map(str, roots)), what]
    environment = SURROUNDINGS | settings
    done = subprocess.run(command, input=json.dumps(ROUTE), capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)
