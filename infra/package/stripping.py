"""botocore, cut down to what our clients need: of 440 services those that the code asks for, and no documentation.

What stays of the data is plain JSON, for botocore unpacks and parses it at every cold start. The package that writes
docstrings goes with the texts that it would write from: seventeen modules, and an HTML parser.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

from infra.package.services import Asked

_SERVICE = "service-2.json.gz"
_EXTRAS = ".sdk-extras"
_DOCSTRING = '''"""Docstrings of clients, made from documentation that does not ship."""


class Undocumented(str):
    def __new__(cls, *sources, **more_sources):
        return super().__new__(cls)

    def __init__(self, *sources, **more_sources):
        pass


ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = Undocumented
'''


def strip_botocore(botocore: Path, asked: Asked) -> None:
    """Cut the package's folder down, in place."""
    _strip_data(botocore / "data", asked)
    docs = botocore / "docs"
    utils = (docs / "utils.py").read_text()
    shutil.rmtree(docs)
    docs.mkdir()
    (docs / "__init__.py").touch()
    (docs / "utils.py").write_text(utils)  # among other things, parameters that botocore fills in
    (docs / "docstring.py").write_text(_DOCSTRING)


def _strip_data(data: Path, asked: Asked) -> None:
    """Cut the folder down, in place: each service in its newest version, and the regions where those services are."""
    for folder in [entry for entry in data.iterdir() if entry.is_dir()]:
        if folder.name not in asked.services:
            shutil.rmtree(folder)
    prefixes = {_strip_service(data / service, asked.models) for service in sorted(asked.services)}
    endpoints = _read(data / "endpoints.json")
    for partition in endpoints["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in prefixes}
    _write(data / "endpoints.json", endpoints)


def _strip_service(service: Path, models: frozenset[str]) -> str:
    """The name by which endpoints.json knows the service."""
    newest = max(path.parent for path in service.glob(f"*/{_SERVICE}"))
    prefix = str(_read(newest / _SERVICE)["metadata"]["endpointPrefix"])
    for version in [version for version in service.iterdir() if version != newest]:
        shutil.rmtree(version)
    for file in list(newest.iterdir()):
        model = file.name.partition(".json")[0]
        content = _read(file)
        file.unlink()
        if model.removesuffix(_EXTRAS) in models:
            _write(newest / f"{model}.json", _undocumented(content))
    return prefix


def _undocumented(node: Any) -> Any:
    """Without its prose. A member that happens to be called `documentation` is a shape, no text, and stays; botocore
    reads the text of `clientContextParams`, which S3 has, at every endpoint, so there an empty one stays."""
    if isinstance(node, list):
        return [_undocumented(each) for each in node]
    if not isinstance(node, dict):
        return node
    said = {
        name: _undocumented(each)
        for name, each in node.items()
        if not (name == "documentation" and isinstance(each, str))
    }
    for parameter in said.get("clientContextParams", {}).values():
        parameter["documentation"] = ""
    return said


def _read(file: Path) -> Any:
    raw = file.read_bytes()
    return json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)


def _write(file: Path, content: Any) -> None:
    file.write_text(json.dumps(content, separators=(",", ":")))
