"""Every handler that Chalice would deploy starts alone and light, from the package that is uploaded."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from app import app
from infra.deploy_tree import BUILD, ROOT
from infra.package.unpacked import unpacked_package
from infra.rehearsal import events
from infra.rehearsal.clean_interpreter import Outcome, load_handler, run_handler

HEAVY = {
    "argon2",
    "aws_xray_sdk",
    "boto3",
    "cryptography",
    "jinja2",
    "lxml",
    "markdown_it",
    "nh3",
    "numpy",
    "pypdf",
    "pypdfium2",
    "requests",
    "stripe",
}

NEEDED_AT_IMPORT: dict[str, set[str]] = {}
"""Handler → the heavy modules that it may load before its first event. A new line here is a slower cold start."""

JOBS = sorted({source.handler_string for source in app.event_sources})
SERVERS = {"/v1/health", "/openapi.json"}
ENVIRONMENT = {"STAGE": "dev", "AWS_REGION": "eu-central-1", "LOG_LEVEL": "INFO"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return unpacked_package(ROOT, BUILD, tmp_path_factory.mktemp("package"))


@cache
def started(package: tuple[Path, Path]) -> dict[str, Outcome]:
    """Each handler in an interpreter of its own, that sees the package alone and no network."""
    handlers = [*JOBS, "app.app"]
    with ThreadPoolExecutor(2) as pool:
        outcomes = pool.map(lambda handler: load_handler(package, handler, ENVIRONMENT), handlers)
        return dict(zip(handlers, outcomes, strict=True))


@pytest.mark.parametrize("handler", [*JOBS, "app.app"])
def test_a_handler_starts_alone_from_the_package_and_light(package, handler):
    outcome = started(package)[handler]
    assert outcome.strays == []
    assert outcome.modules & HEAVY <= NEEDED_AT_IMPORT.get(handler, set())


@pytest.mark.parametrize("handler", JOBS)
def test_a_job_starts_without_the_api(package, handler):
    modules = started(package)[handler].modules
    assert "app" not in modules
    assert not [name for name in modules if name.startswith("chalicelib.") and name.endswith(".routes")]


@pytest.mark.parametrize("path", sorted(SERVERS))
def test_an_anonymous_get_leaves_the_heavy_modules_unloaded(package, path):
    (outcome,) = run_handler(package, "app.app", [events.http(app.routes, "GET", path)], ENVIRONMENT)
    assert outcome.answer["statusCode"] == 200
    assert outcome.strays == []
    assert not outcome.modules & HEAVY
