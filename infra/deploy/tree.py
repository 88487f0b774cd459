"""A clean Chalice project for one stage, in build/deploy/<stage>/, ready for `chalice deploy`.

The tree holds the sources; the committed configuration with what only the account knows (its number, and the streams'
ARNs, which hold their creation time) added to the environment; a policy for each function; and both zips under the
names that Chalice looks for, so that it uploads our compiled bytes instead of building its own.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalice.deploy.packager import AppOnlyDeploymentPackager, DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils

from chalicelib.core import settings
from infra import policies
from infra.deploy.stage_settings import StageSettings, settings_of
from infra.package.application import build_application, copy_sources
from infra.package.bytecode import compile_folder
from infra.package.layer import build_layer
from infra.package.sets import BASE, attach, pins_of
from infra.package.wheelhouse import RUNTIME, X86

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build"


def write_tree(
    stage: str,
    at: Path,
    *,
    build: Path = BUILD,
    environment: Mapping[str, str] | None = None,
    architecture: str = "",
    layers: Mapping[str, Any] | None = None,
) -> Path:
    """The project's folder, renewed but for Chalice's record. ``environment``: what only the account knows.

    ``architecture``: another than the stage is told. ``layers``: where each heavy set that the stage needs is published
    (see `package.publishing`); without it no function is given one.
    """
    _clear(at)
    copy_sources(ROOT, at)
    compile_folder(
        at / "chalicelib", "/var/task/chalicelib"
    )  # else running `chalice` writes there, and renames the zip
    (at / "requirements.txt").write_text(pins_of(BASE))
    config = configuration(stage, environment or {}, architecture, layers)
    _write_policies(stage, config["stages"][stage]["environment_variables"], at / ".chalice" / "policies" / stage)
    (at / ".chalice" / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    _put_zips(at, build, config["stages"][stage]["lambda_architecture"])
    return at


def configuration(
    stage: str, environment: Mapping[str, str], architecture: str = "", layers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Chalice's configuration of one stage. Raises Stopped where the stage cannot be deployed."""
    told = settings_of(stage, ROOT)
    config: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text())
    variables = {"STAGE": stage, **told.environment, **environment}
    for name, function in config["lambda_functions"].items():
        function["iam_policy_file"] = f"policies/{stage}/{name}.json"
    if layers is not None:
        attach(config["lambda_functions"], variables, layers)
    own = {name: value for name, value in told.chalice.items() if name != "iam_policy_file"}
    own["lambda_architecture"] = architecture or architecture_of(told)
    config["stages"] = {stage: own | {"environment_variables": variables}}
    return config


def architecture_of(told: StageSettings) -> str:
    return str(told.chalice.get("lambda_architecture", X86))


def account_environment(stage: str, client: Any) -> dict[str, str]:
    """What only the account knows, asked for with `client(service)`. The stage's tables must stand."""
    found = {"AWS_ACCOUNT_ID": client("sts").get_caller_identity()["Account"]}
    for name in (name for name in settings.ENVIRONMENT if name.startswith("STREAM_")):
        table = f"lyceum-{stage}-{name.removeprefix('STREAM_').lower()}"
        found[name] = client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    return found


def no_account() -> dict[str, str]:
    """What stands in for it where nothing is deployed: packaging asks no network."""
    return {name: "unknown" for name in settings.ENVIRONMENT if name.startswith("STREAM_")}


def _clear(tree: Path) -> None:
    for name in ("app.py", "requirements.txt"):
        (tree / name).unlink(missing_ok=True)
    for name in ("chalicelib", ".chalice/policies", ".chalice/deployments"):
        shutil.rmtree(tree / name, ignore_errors=True)
    (tree / ".chalice" / "deployments").mkdir(parents=True)


def _write_policies(stage: str, variables: Mapping[str, str], folder: Path) -> None:
    account = variables.get("AWS_ACCOUNT_ID", policies.ANY)
    policies.write_all(folder, stage, account, sender=settings.mail_identity(variables))


def _put_zips(tree: Path, build: Path, architecture: str) -> None:
    system = OSUtils()
    application = AppOnlyDeploymentPackager(system, DependencyBuilder(system), UI(), architecture)
    build_application(tree, Path(application.deployment_package_filename(str(tree), RUNTIME)))
    layer = LayerDeploymentPackager(system, DependencyBuilder(system), UI(), architecture)
    shutil.copyfile(build_layer(BASE, build, architecture), layer.deployment_package_filename(str(tree), RUNTIME))
