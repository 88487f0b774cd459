"""`python -m infra.deploy_tree [stage]`: writes a clean Chalice project for one stage, ready for `chalice deploy`.

The tree holds the sources; the committed configuration with what only the account knows (its number, and the streams'
ARNs, which hold their creation time) added to the environment; and both zips under the names that Chalice looks for,
so that it uploads our compiled bytes instead of building its own. What Chalice recorded of earlier deployments stays.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalice.deploy.packager import AppOnlyDeploymentPackager, DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils

from chalicelib.core import settings
from infra import policies as policies_of
from infra.package.application import build_application, copy_sources
from infra.package.layer import build_layer
from infra.package.wheelhouse import RUNTIME
from infra.package.zips import compile_folder

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"


class UnknownStage(Exception):
    """.chalice/config.json has no such stage."""


def write_tree(stage: str, at: Path, *, build: Path = BUILD, environment: Mapping[str, str] | None = None) -> Path:
    """The project's folder. Running it again renews everything but the record of what is deployed."""
    _clear(at)
    copy_sources(ROOT, at)
    compile_folder(
        at / "chalicelib", "/var/task/chalicelib"
    )  # else running `chalice` writes there, and renames the zip
    shutil.copyfile(ROOT / "requirements.txt", at / "requirements.txt")
    _write_policy(stage, at / ".chalice" / "policies")
    config = configuration(stage, environment or {})
    (at / ".chalice" / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    _put_zips(at, build)
    return at


def configuration(stage: str, environment: Mapping[str, str]) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text())
    if stage not in config["stages"]:
        raise UnknownStage(stage)
    config["stages"] = {stage: config["stages"][stage] | {"iam_policy_file": f"policies/{stage}.json"}}
    config["stages"][stage]["environment_variables"].update(environment)
    return config


def account_environment(stage: str, client: Any) -> dict[str, str]:
    """What only the account knows, asked for with `client(service)`. The stage's tables must stand."""
    found = {"STAGE": stage, "AWS_ACCOUNT_ID": client("sts").get_caller_identity()["Account"]}
    for name in (name for name in settings.ENVIRONMENT if name.startswith("STREAM_")):
        table = f"lyceum-{stage}-{name.removeprefix('STREAM_').lower()}"
        found[name] = client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    return found


def _clear(tree: Path) -> None:
    for name in ("app.py", "requirements.txt"):
        (tree / name).unlink(missing_ok=True)
    for name in ("chalicelib", ".chalice/policies", ".chalice/deployments"):
        shutil.rmtree(tree / name, ignore_errors=True)
    (tree / ".chalice" / "deployments").mkdir(parents=True)


def _write_policy(stage: str, policies: Path) -> None:
    policies.mkdir(parents=True)
    (policies / f"{stage}.json").write_text(policies_of.written(stage))


def _put_zips(tree: Path, build: Path) -> None:
    application = AppOnlyDeploymentPackager(OSUtils(), DependencyBuilder(OSUtils()), UI())
    build_application(tree, Path(application.deployment_package_filename(str(tree), RUNTIME)))
    layer = LayerDeploymentPackager(OSUtils(), DependencyBuilder(OSUtils()), UI())
    shutil.copyfile(
        build_layer(tree / "requirements.txt", build), layer.deployment_package_filename(str(tree), RUNTIME)
    )


def main() -> None:
    import botocore.session

    stage = sys.argv[1] if len(sys.argv) > 1 else "dev"
    session = botocore.session.get_session()
    at = write_tree(stage, BUILD / "deploy" / stage, environment=account_environment(stage, session.create_client))
    print(f"Ready: chalice --project-dir {at} deploy --stage {stage}")


if __name__ == "__main__":
    main()
