"""What `chalice deploy` left in an account, and a way to send events through it."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.package.layer import PREFIX
from infra.package.zips import unzip
from infra.rehearsal.account import Account
from infra.rehearsal.clean_interpreter import Outcome, run_handler


class NotWhatWasBuilt(Exception):
    """The account holds other bytes than the tree."""


@dataclass(frozen=True)
class Function:
    """One deployed function, as the account describes it."""

    name: str
    handler: str
    environment: dict[str, str]
    memory: int
    timeout: int
    code_digest: str
    layers: tuple[str, ...]


class Deployment:
    """The stage of an app in an account, deployed from a tree whose zips are still there."""

    def __init__(self, account: Account, tree: Path, prefix: str, layers_in: Path) -> None:
        self._account, self._tree, self._prefix, self._layers_in = account, tree, prefix, layers_in

    @cached_property
    def functions(self) -> dict[str, Function]:
        """By Chalice's name for them; the API's is `api_handler`."""
        pages = self._account.client("lambda").get_paginator("list_functions").paginate()
        found = [_function(described) for page in pages for described in page["Functions"]]
        ours = [function for function in found if function.name.startswith(self._prefix)]
        return {function.name[len(self._prefix) + 1 :] or "api_handler": function for function in ours}

    @cached_property
    def roots(self) -> tuple[Path, Path]:
        """The unzipped application and layer: of the very bytes that the account says it holds."""
        application, layer = self._zip("appcode-*.zip"), self._zip("managed-layer-*.zip")
        for function in self.functions.values():
            self._expect(function.code_digest, application)
            self._expect(self._layer_digest(*function.layers), layer)
        return unzip(application, self._tree / "unpacked"), unzip(layer, self._layers_in) / PREFIX

    def send(self, name: str, *events: Any) -> Sequence[Outcome]:
        """Through the deployed handler, with the deployed environment, from the deployed bytes."""
        function = self.functions[name]
        surroundings = {**self._account.environment, **function.environment, "AWS_LAMBDA_FUNCTION_NAME": function.name}
        return run_handler(self.roots, function.handler, events, surroundings)

    def _zip(self, pattern: str) -> Path:
        (found,) = (self._tree / ".chalice" / "deployments").glob(pattern)
        return found

    def _layer_digest(self, arn: str) -> str:
        *_, name, version = arn.split(":")
        described = self._account.client("lambda").get_layer_version(LayerName=name, VersionNumber=int(version))
        return str(described["Content"]["CodeSha256"])

    def _expect(self, digest: str, built: Path) -> None:
        if digest != base64.b64encode(hashlib.sha256(built.read_bytes()).digest()).decode():
            raise NotWhatWasBuilt(built.name)


def _function(described: dict[str, Any]) -> Function:
    return Function(
        name=described["FunctionName"],
        handler=described["Handler"],
        environment=described["Environment"]["Variables"],
        memory=described["MemorySize"],
        timeout=described["Timeout"],
        code_digest=described["CodeSha256"],
        layers=tuple(layer["Arn"] for layer in described.get("Layers", [])),
    )
