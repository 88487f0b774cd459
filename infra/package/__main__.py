"""`python -m infra.package [stage]`: run `chalice package` over a clean tree and say how large the result is."""

import json
import shutil
import sys
from pathlib import Path

from infra.chalice_command import run_chalice
from infra.deploy_tree import BUILD, write_tree
from infra.package.sizes import measure


def package(stage: str, into: Path = BUILD) -> dict[str, float]:
    """The SAM template and both zips, in <into>/package/<stage>/, and their sizes beside them."""
    out = into / "package" / stage
    shutil.rmtree(out, ignore_errors=True)
    tree = write_tree(stage, into / "deploy" / stage)
    run_chalice(tree, "package", "--stage", stage, str(out.resolve()))
    figures = measure({"app": out / "deployment.zip", "layer": out / "layer-deployment.zip"})
    (out / "sizes.json").write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def main() -> None:
    stage = sys.argv[1] if len(sys.argv) > 1 else "dev"
    for name, mib in package(stage).items():
        print(f"{name:20} {mib:8.2f} MiB")
    print(f"written to {BUILD / 'package' / stage}")


if __name__ == "__main__":
    main()
