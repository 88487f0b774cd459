"""Every handler that Chalice would deploy starts alone and light, from the zip and the layers that it is given."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from app import app
from infra.deploy.tree import BUILD, ROOT
from infra.package.sets import layers_of
from infra.package.unpacked import unpacked_application, unpacked_layers
from infra.rehearsal import events
from infra.rehearsal.clean_interpreter import FunctionFailed, Outcome, bare_python, load_handler, run_handler

HEAVY = {
    "argon2",
    "aws_lambda_powertools",
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

MODULES = {
    "app": 408,
    "chalicelib.admin.jobs": 258,
    "chalicelib.catalog.jobs": 172,
    "chalicelib.content.jobs": 212,
    "chalicelib.interactions.jobs": 181,
    "chalicelib.lake.jobs": 186,
    "chalicelib.library.jobs": 181,
    "chalicelib.mail.jobs": 172,
    "chalicelib.orders.jobs": 280,
    "chalicelib.outbox.jobs": 166,
    "chalicelib.recommend.jobs": 198,
    "chalicelib.reconciliation.jobs": 276,
    "chalicelib.reviews.jobs": 174,
}
"""How many modules, ours and libraries', a cold start may load: each costs a fifth of a millisecond of a slow core, and
what it defines. A budget is raised in the open, and lowered where it is not used."""
UNUSED = 15

JOB_HANDLERS = {each.name: each.handler_string for each in (*app.event_sources, *app.pure_lambda_functions)}
HANDLERS = JOB_HANDLERS | {"api_handler": "app.app"}
JOBS = sorted(set(HANDLERS) - {"api_handler"})
SERVERS = {"/v1/health", "/openapi.json", "/docs"}
ENVIRONMENT = {"STAGE": "dev", "AWS_REGION": "eu-central-1", "LOG_LEVEL": "INFO", "AWS_LAMBDA_FUNCTION_NAME": "any"}
"""What Lambda sets, and the configuration."""
FILES = [
    str(path)
    for path in sorted((ROOT / "infra/local/corpus").glob("*.*"))
    if path.suffix in (".md", ".html", ".pdf", ".txt")
]
EXTRACT = """
import pathlib, sys
sys.path[:0] = sys.argv[1].split(":")
from chalicelib.content.extraction.extracting import extract
for path in map(pathlib.Path, sys.argv[2:]):
    print(extract(path.name, path.read_bytes()).characters)
"""
OIDC = {"OIDC_ISSUER": "https://issuer.example", "OIDC_AUDIENCE": "lyceum", "OIDC_JWKS_URL": "https://issuer.example/k"}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked_application(ROOT, tmp_path_factory.mktemp("package"))


def roots(application: Path, function: str, **settings: str) -> tuple[Path, ...]:
    """All that the function's interpreter sees."""
    return application, *unpacked_layers(layers_of(function, settings), BUILD)


@cache
def started(application: Path) -> dict[str, Outcome]:
    """Each function in an interpreter of its own, that sees its package alone and no network."""
    with ThreadPoolExecutor(2) as pool:
        outcomes = pool.map(
            lambda function: load_handler(roots(application, function), HANDLERS[function], ENVIRONMENT), HANDLERS
        )
        return dict(zip(HANDLERS, outcomes, strict=True))


@pytest.mark.parametrize("function", sorted(HANDLERS))
def test_a_function_starts_alone_from_its_package_and_light(application, function):
    outcome = started(application)[function]
    assert outcome.strays == []
    assert outcome.modules & HEAVY <= NEEDED_AT_IMPORT.get(HANDLERS[function], set())


@pytest.mark.parametrize("function", sorted(HANDLERS))
def test_a_cold_start_loads_no_more_modules_than_its_budget(application, function):
    budget = MODULES[HANDLERS[function].rpartition(".")[0]]
    modules = started(application)[function].modules
    loaded = [name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names]
    assert budget - UNUSED <= len(loaded) <= budget


@pytest.mark.parametrize("function", JOBS)
def test_a_job_starts_without_the_api(application, function):
    modules = started(application)[function].modules
    assert "app" not in modules
    assert not [name for name in modules if name.startswith("chalicelib.") and name.endswith(".routes")]


def test_the_api_starts_without_the_jobs(application):
    assert not [name for name in started(application)["api_handler"].modules if name.endswith(".jobs")]


@pytest.mark.parametrize("path", sorted(SERVERS))
def test_an_anonymous_get_leaves_the_heavy_modules_unloaded(application, path):
    get = events.http(app.routes, "GET", path)
    (outcome,) = run_handler(roots(application, "api_handler"), "app.app", [get], ENVIRONMENT)
    assert outcome.answer["statusCode"] == 200
    assert outcome.strays == []
    assert outcome.modules & HEAVY == {"aws_lambda_powertools"}  # the request's line in the log


@pytest.mark.parametrize("loaded_later", ["argon2.PasswordHasher", "stripe.StripeClient", "zoneinfo.ZoneInfo"])
def test_what_a_route_loads_later_is_in_the_package_too(application, loaded_later):
    assert load_handler(roots(application, "api_handler"), loaded_later, ENVIRONMENT).strays == []


def test_ingestion_reads_every_kind_of_file_with_its_own_layer(application):
    seen = ":".join(map(str, roots(application, "content_ingest")))
    done = subprocess.run([bare_python(), "-I", "-S", "-c", EXTRACT, seen, *FILES], capture_output=True, text=True)
    assert [int(characters) > 500 for characters in done.stdout.split()] == [True] * len(FILES), done.stderr


def test_no_other_function_carries_the_readers(application):
    with pytest.raises(FunctionFailed, match="No module named"):
        load_handler(roots(application, "api_handler"), "chalicelib.content.extraction.extracting.extract", ENVIRONMENT)


def test_the_api_has_what_foreign_tokens_need_only_where_a_stage_accepts_them(application):
    def verifier(**settings: str) -> Outcome:
        seen = roots(application, "api_handler", **settings)
        return load_handler(seen, "chalicelib.accounts.foreign_tokens.admit", ENVIRONMENT | settings)

    assert "cryptography.hazmat.primitives.asymmetric.ec" in verifier(**OIDC).modules
    assert "cryptography" not in verifier().modules
