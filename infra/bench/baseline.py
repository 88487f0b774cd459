"""What ours is compared with: a bare Chalice app with 40 routes and one DynamoDB client, over the pinned wheels as pip
installs them: compiled too, and with nothing stripped."""

import hashlib
import shutil
import tempfile
from pathlib import Path

import chalice

from infra.package.application import CHALICE_RUNTIME
from infra.package.bytecode import compile_folder
from infra.package.layer import install
from infra.package.sets import BASE, pins_of
from infra.package.wheelhouse import fetch_wheels, settle

ROUTES = 40

SOURCE = f"""
from chalice import Chalice
import botocore.session

app = Chalice(app_name="bare")

@app.route("/v1/health", methods=["GET"])
def health():
    return {{"stage": "dev", "status": "ok"}}

def declare(number):
    @app.route(f"/v1/things-{{number}}/{{{{thing}}}}", methods=["GET"], name=f"thing_{{number}}")
    def read(thing):
        return {{"thing": thing}}

for number in range({ROUTES - 1}):
    declare(number)

client = botocore.session.Session().create_client("dynamodb", region_name="eu-central-1")
"""


def write_baseline(folder: Path) -> Path:
    """The folder to put on the path before the layer."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "chalice").mkdir(parents=True)
    for name in CHALICE_RUNTIME:
        shutil.copyfile(Path(chalice.__file__).parent / name, folder / "chalice" / name)
    (folder / "app.py").write_text(SOURCE)
    compile_folder(folder, "/var/task")
    return folder


def write_unstripped(build: Path) -> Path:
    """The base set as it is installed, to put on the path after the baseline; kept in `build` for the next time."""
    pins = pins_of(BASE)
    folder = build / "bench" / f"unstripped-{hashlib.sha256(pins.encode()).hexdigest()[:16]}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            install(fetch_wheels(pins, build / "wheelhouse"), Path(scratch))
            compile_folder(Path(scratch), "/opt/python")
            settle(Path(scratch), folder)
    return folder
