"""`python -m infra.package`: run `chalice package` over a clean tree, with the heavy layers beside it, and say how
large each part is."""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from infra.chalice_command import run_chalice
from infra.deploy.tree import BUILD, configuration, no_account, write_tree
from infra.package.layer import build_layer
from infra.package.sets import BASE, HEAVY, needed_by
from infra.package.sizes import measure
from infra.package.wheelhouse import ARM, RUNTIME, X86


def package(stage: str, into: Path = BUILD, architecture: str = X86) -> dict[str, float]:
    """The SAM template and every zip, in <into>/package/<stage>-<architecture>/, and their sizes beside them."""
    out = into / "package" / f"{stage}-{architecture}"
    shutil.rmtree(out, ignore_errors=True)
    heavy = needed_by(configuration(stage, {})["stages"][stage]["environment_variables"])
    references = {name: {"Ref": _resource(name)} for name in heavy}
    tree = write_tree(
        stage,
        into / "deploy" / f"package-{stage}",
        environment=no_account(),
        architecture=architecture,
        layers=references,
    )
    merged = tree / "layers.json"
    merged.write_text(json.dumps({"Resources": {_resource(name): _declared(name, architecture) for name in heavy}}))
    run_chalice(tree, "package", "--stage", stage, "--merge-template", str(merged.resolve()), str(out.resolve()))
    for name in HEAVY:
        shutil.copyfile(build_layer(name, BUILD, architecture), out / _file(name))
    zips = {"app": out / "deployment.zip", BASE: out / "layer-deployment.zip"}
    figures = measure(zips | {name: out / _file(name) for name in HEAVY})
    (out / "sizes.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def _resource(name: str) -> str:
    return f"{name.capitalize()}Layer"


def _file(name: str) -> str:
    return f"layer-{name}.zip"


def _declared(name: str, architecture: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Serverless::LayerVersion",
        "Properties": {
            "ContentUri": f"./{_file(name)}",
            "CompatibleRuntimes": [RUNTIME],
            "CompatibleArchitectures": [architecture],
        },
    }


def report(figures: dict[str, float]) -> str:
    """A table of what was measured, for people."""
    lines = [f"{'':12} {'zipped':>9} {'unzipped':>9}  MiB"]
    for name in ("app", BASE, *HEAVY):
        users = ", ".join(sorted(HEAVY[name].functions)) if name in HEAVY else "every function"
        asked = f" if {' or '.join(HEAVY[name].settings)}" if name in HEAVY and HEAVY[name].settings else ""
        lines.append(
            f"{name:12} {figures[f'{name}_zip_mib']:9.2f} {figures[f'{name}_unzipped_mib']:9.2f}  {users}{asked}"
        )
    lines.append(f"{'app + base':12} {figures['zip_mib']:9.2f} {figures['unzipped_mib']:9.2f}")
    return "\n".join([*lines, f"compiled: {figures['precompiled_share']:.2%} of all modules"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.package")
    parser.add_argument("--stage", default="dev")
    parser.add_argument("--architecture", choices=[X86, ARM], default=X86)
    wanted = parser.parse_args()
    print(report(package(wanted.stage, BUILD, wanted.architecture)))
    print(f"written to {BUILD / 'package' / f'{wanted.stage}-{wanted.architecture}'}")


if __name__ == "__main__":
    main()
