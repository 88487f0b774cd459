"""What ours is compared with: a bare Chalice app with as many routes, and one DynamoDB client, compiled too."""

import shutil
from pathlib import Path

import chalice

from infra.package.application import CHALICE_RUNTIME
from infra.package.zips import compile_folder

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
