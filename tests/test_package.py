"""What is uploaded: complete, compiled, small enough for Lambda, and configured for every function there is."""

import json
import sys
import zipfile
from pathlib import Path

import pytest
from chalice.app import SQSEventConfig

from app import app
from chalicelib.core import settings
from infra import policies
from infra.deploy_tree import BUILD, ROOT
from infra.local import template
from infra.local.provisioning import ACCOUNT, REGION
from infra.package.__main__ import package
from infra.package.application import build_application
from infra.package.layer import build_layer

CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())
UNCHECKED = 0b01
"""A .pyc's second word (PEP 552): it holds the source's hash, which is not compared at import."""


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    zip_path = tmp_path_factory.mktemp("package") / "application.zip"
    build_application(ROOT, zip_path)
    return zip_path


def test_chalice_package_succeeds_and_reports_sizes_that_lambda_takes(tmp_path):
    figures = package("dev", tmp_path)
    out = tmp_path / "package" / "dev"
    assert json.loads((out / "sizes.json").read_text()) == figures
    assert {path.name for path in out.iterdir()} >= {"sam.json", "deployment.zip", "layer-deployment.zip"}
    assert figures["app_zip_mib"] > 0 < figures["layer_zip_mib"]
    assert figures["zip_mib"] < 50
    assert figures["unzipped_mib"] < 250


def test_every_shipped_module_is_compiled_and_needs_no_check_at_import(application):
    for zip_path in (application, build_layer(ROOT / "requirements.txt", BUILD)):
        with zipfile.ZipFile(zip_path) as archive:
            names = set(archive.namelist())
            sources = [name for name in names if name.endswith(".py")]
            compiled = [_compiled(name) for name in sources]
            assert compiled and set(compiled) <= names
            assert {archive.read(name)[4] for name in compiled} == {UNCHECKED}


def _compiled(source: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc".lstrip("/")


def test_the_same_sources_give_the_same_bytes(application, tmp_path):
    again = tmp_path / "again.zip"
    build_application(ROOT, again)
    assert again.read_bytes() == application.read_bytes()


def test_the_application_holds_chalices_runtime_and_ours_and_nothing_else(application):
    with zipfile.ZipFile(application) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
        assert tops == {"app.py", "chalice", "chalicelib", "__pycache__"}
        chalice_files = {name for name in archive.namelist() if name.startswith("chalice/") and name.endswith(".py")}
        assert chalice_files == {"chalice/__init__.py", "chalice/app.py"}


def test_every_function_has_its_memory_and_timeout_in_the_configuration_and_no_other_has():
    registered = {source.name for source in app.event_sources} | {"api_handler"}
    assert set(CONFIG["lambda_functions"]) == registered
    assert all(set(entry) >= {"lambda_memory_size", "lambda_timeout"} for entry in CONFIG["lambda_functions"].values())


def test_a_queues_messages_stay_hidden_six_times_as_long_as_their_function_may_run():
    resolved = template.Resolved(stage="dev", account=ACCOUNT, region=REGION)
    hidden = {
        queue["QueueName"]: queue.get("VisibilityTimeout", 30) for queue in resolved.properties_of("AWS::SQS::Queue")
    }
    for source in app.event_sources:
        if isinstance(source, SQSEventConfig):
            queue = source.queue.replace(f"lyceum-{settings.stage()}-", "lyceum-dev-")
            assert hidden[queue] >= 6 * CONFIG["lambda_functions"][source.name]["lambda_timeout"], source.name


def test_the_configuration_sets_only_documented_settings_and_no_secret():
    for stage in CONFIG["stages"].values():
        assert set(stage["environment_variables"]) <= set(settings.ENVIRONMENT)
    text = json.dumps(CONFIG)
    assert "sk_" not in text and "whsec_" not in text


def test_the_committed_policy_is_the_generated_one_and_names_every_resource_and_action():
    committed = (policies.POLICIES / "dev.json").read_text()
    assert committed == policies.written("dev")
    for statement in json.loads(committed)["Statement"]:
        assert not any(action.endswith("*") for action in statement["Action"])
        assert all("lyceum" in arn or "ses" in arn for arn in statement["Resource"]) or statement["Action"] == [
            "dynamodb:ListStreams"
        ]
