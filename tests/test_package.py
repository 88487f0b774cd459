"""What is uploaded: complete, compiled, small enough, the same from the same sources, and configured for every function
there is."""

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from chalice.app import SQSEventConfig

from app import app
from chalicelib.core import settings
from infra.deploy.tree import BUILD, ROOT
from infra.local import template
from infra.local.provisioning import ACCOUNT, REGION
from infra.package.__main__ import package
from infra.package.application import build_application
from infra.package.layer import build_layer
from infra.package.services import Asked, NotLiteral, asked_for
from infra.package.sets import BASE, HEAVY, SETS, SHIPPED, SIGNING, layers_of, needed_by, pins, pins_of
from infra.package.sizes import MIB, precompiled_share
from infra.package.unpacked import unpacked_application, unpacked_layers
from infra.package.wheelhouse import ARM, X86, fetch_wheels
from infra.policies.__main__ import COMMITTED, COMMITTED_STAGE
from infra.policies.documents import written
from infra.rehearsal.clean_interpreter import bare_python

CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text())
GOAL_MIB = 30e6 / MIB
UNZIPPED_LIMIT_MIB = 250
DISTRIBUTIONS = packages_distributions()
PROCESSORS = {X86: 62, ARM: 183}
"""ELF's numbers of machines."""


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    zip_path = tmp_path_factory.mktemp("package") / "application.zip"
    build_application(ROOT, zip_path)
    return zip_path


@pytest.fixture(scope="module")
def zips(application: Path) -> dict[str, Path]:
    return {"app": application} | {name: build_layer(name, BUILD) for name in SETS}


def names(zip_path: Path) -> set[str]:
    with zipfile.ZipFile(zip_path) as archive:
        return set(archive.namelist())


def test_chalice_package_succeeds_and_reports_sizes_within_the_goal_and_lambdas_limits(tmp_path):
    figures = package("dev", tmp_path)
    out = tmp_path / "package" / "dev-x86_64"
    assert json.loads((out / "sizes.json").read_text()) == figures
    assert {path.name for path in out.iterdir()} >= {"deployment.zip", "layer-deployment.zip", "layer-extraction.zip"}
    assert figures["app_zip_mib"] > 0 < figures["base_zip_mib"]
    assert figures["zip_mib"] <= GOAL_MIB
    assert figures["precompiled_share"] == 1
    assert figures["unzipped_mib"] + sum(figures[f"{name}_unzipped_mib"] for name in HEAVY) < UNZIPPED_LIMIT_MIB
    resources = json.loads((out / "sam.json").read_text())["Resources"]
    layers = {name: resources[name]["Properties"]["Layers"] for name in ("APIHandler", "ContentIngest")}
    assert layers["APIHandler"] == [{"Ref": "ManagedLayer"}]
    assert layers["ContentIngest"] == [{"Ref": "ManagedLayer"}, {"Ref": "ExtractionLayer"}]
    assert (out / resources["ExtractionLayer"]["Properties"]["ContentUri"]).is_file()


def test_a_module_without_bytecode_of_its_own_is_counted_as_not_compiled(tmp_path):
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as archive:
        archive.writestr("ready.py", "")
        archive.writestr(f"__pycache__/ready.{sys.implementation.cache_tag}.pyc", b"\0\0\0\0\1\0\0\0")
        archive.writestr("checked.py", "")
        archive.writestr(f"__pycache__/checked.{sys.implementation.cache_tag}.pyc", b"\0\0\0\0\3\0\0\0")
        archive.writestr("folder/bare.py", "")
        archive.writestr("folder/bare.txt", "")
    assert precompiled_share(tmp_path / "half.zip") == 1 / 3


def test_nothing_ships_that_no_function_loads(zips):
    for zip_path in zips.values():
        shipped = names(zip_path)
        assert not [name for name in shipped if "tests" in name.split("/") or name.endswith((".pyi", ".pxd", ".h"))]
        assert len([each for each in shipped if each.endswith(".pyc")]) == len(
            [each for each in shipped if each.endswith(".py")]
        )


BUILD_ALL = """
import os, pathlib, sys
os.umask(0o077)
from infra.package.application import build_application
from infra.package.layer import build_layer
build_application(pathlib.Path(sys.argv[1]), pathlib.Path("application.zip"))
print(build_layer("base", pathlib.Path("build").resolve()))
"""


def test_the_same_sources_give_the_same_bytes_in_another_folder_at_another_hour(zips, tmp_path):
    checkout = tmp_path / "elsewhere" / "checkout"
    for folder in ("chalicelib", "infra"):
        shutil.copytree(ROOT / folder, checkout / folder)
    for file in ("app.py", SHIPPED, SIGNING):
        shutil.copyfile(ROOT / file, checkout / file)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "wheelhouse").symlink_to(BUILD / "wheelhouse")
    surroundings = os.environ | {"PYTHONPATH": str(checkout), "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    done = subprocess.run(
        [sys.executable, "-c", BUILD_ALL, str(checkout)], cwd=tmp_path, env=surroundings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "application.zip") == digests(zips["app"])
    assert digests(Path(done.stdout.strip())) == digests(zips[BASE])


def digests(zip_path: Path) -> dict[str, str]:
    """Of the zip as a whole, and of each member: so that a failure names what differs."""
    with zipfile.ZipFile(zip_path) as archive:
        members = {name: sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    return members | {"zip": sha256(zip_path.read_bytes()).hexdigest()}


def test_the_application_holds_chalices_runtime_and_ours_and_nothing_else(application):
    assert {name.partition("/")[0] for name in names(application)} == {"app.py", "chalice", "chalicelib", "__pycache__"}
    chalice_files = {name for name in names(application) if name.startswith("chalice/") and name.endswith(".py")}
    assert chalice_files == {"chalice/__init__.py", "chalice/app.py"}


def third_party(path: Path) -> Iterator[str]:
    """The distributions that a module imports, at once or later."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import():
                modules = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module)):
                modules = [module]
            case _:
                continue
        for top in (
            {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - {"chalicelib", "chalice"}
        ):
            yield DISTRIBUTIONS[top][0].lower().replace("_", "-")


def test_every_import_of_the_code_is_pinned_and_the_readers_are_imported_by_extraction_alone():
    for path in (ROOT / "chalicelib").rglob("*.py"):
        imported = set(third_party(path))
        assert imported <= {*pins(SHIPPED), *HEAVY["signing"].distributions}, path
        if path.name != "content_domain.py":
            assert not imported & HEAVY["signing"].distributions, path
        if path.parent != ROOT / "chalicelib/content/extraction":
            assert not imported & HEAVY["extraction"].distributions, path


def test_every_pinned_distribution_ships_in_exactly_one_set_and_both_files_pin_the_same():
    shipped = [line for name in SETS for line in pins_of(name).splitlines()]
    assert len(shipped) == len(set(shipped))
    assert {line.partition("==")[0] for line in shipped} == {*pins(SHIPPED), *pins(SIGNING)}
    for name in set(pins(SHIPPED)) & set(pins(SIGNING)):
        assert pins(SHIPPED)[name].split()[0] == pins(SIGNING)[name].split()[0]


def test_a_heavy_layer_goes_to_the_functions_that_load_it_where_the_stage_asks_for_it():
    registered = {each.name for each in (*app.event_sources, *app.pure_lambda_functions)} | {"api_handler"}
    assert all(heavy.functions <= registered for heavy in HEAVY.values())
    assert layers_of("content_ingest", {}) == ("extraction",)
    assert layers_of("mail_send", {"OIDC_ISSUER": "https://issuer.example"}) == ()
    assert layers_of("api_handler", {"OIDC_ISSUER": ""}) == ()
    assert layers_of("api_handler", {"OIDC_ISSUER": "https://issuer.example"}) == ("signing",)
    assert layers_of("api_handler", {"CONTENT_DOMAIN": "content.example"}) == ("signing",)
    assert layers_of("recommend_rank", {}) == ("scoring",)
    assert needed_by({}) == ("extraction", "scoring")


CLIENTS = """
import sys, json
sys.path[:0] = sys.argv[1].split(":")
import botocore.session
session = botocore.session.Session()
for service in sys.argv[2:]:
    client = session.create_client(service, region_name="eu-central-1")
    print(service, client.meta.endpoint_url, client.meta.service_model.operation_names[0])
print(*session.get_available_services())
"""


def test_a_client_of_every_service_that_the_code_asks_for_can_be_made_from_the_package_and_of_no_other(tmp_path):
    asked = sorted(asked_for(ROOT / "chalicelib").services)
    seen = ":".join(map(str, (unpacked_application(ROOT, tmp_path), *unpacked_layers((), BUILD))))
    done = subprocess.run(
        [bare_python(), "-I", "-S", "-c", CLIENTS, seen, *asked], capture_output=True, text=True, env={}
    )
    *clients, available = done.stdout.splitlines()
    assert [line.split()[0] for line in clients] == asked, done.stderr
    assert all(".eu-central-1.amazonaws.com" in line for line in clients)
    assert available.split() == asked


def test_services_are_read_from_the_code_and_a_name_that_only_shows_at_run_time_is_refused(tmp_path):
    code = tmp_path / "code.py"
    code.write_text('aws.client("sqs").get_paginator("list_queues")')
    assert asked_for(tmp_path) == Asked(
        frozenset({"dynamodb", "sqs"}), frozenset({"endpoint-rule-set-1", "paginators-1", "service-2"})
    )
    code.write_text("aws.client(name)")
    with pytest.raises(NotLiteral, match="name"):
        asked_for(tmp_path)


@pytest.mark.parametrize("architecture", [X86, ARM])
def test_every_set_has_wheels_for_the_processor(architecture):
    for name in SETS:
        wheels = list(fetch_wheels(pins_of(name), BUILD / "wheelhouse", architecture).glob("*.whl"))
        assert len(wheels) == len(pins_of(name).splitlines())
        machines = {machine for wheel in wheels for machine in _machines(wheel)}
        assert machines == {PROCESSORS[architecture]}


def _machines(wheel: Path) -> Iterator[int]:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if ".so" in Path(name).suffixes:
                yield int.from_bytes(archive.read(name)[18:20], "little")


def test_every_function_has_its_memory_and_timeout_in_the_configuration_and_no_other_has():
    registered = {each.name for each in (*app.event_sources, *app.pure_lambda_functions)} | {"api_handler"}
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


def test_every_function_has_a_policy_of_its_own_and_the_committed_ones_are_as_generated():
    files = {name: entry["iam_policy_file"] for name, entry in CONFIG["lambda_functions"].items()}
    assert files == {name: f"policies/dev/{name}.json" for name in files}
    assert not any("iam_policy_file" in place for place in (CONFIG, *CONFIG["stages"].values()))
    committed = {path.stem: path.read_text() for path in COMMITTED.iterdir()}
    assert committed == {name: written(name, COMMITTED_STAGE) for name in files}, "run make policies"
