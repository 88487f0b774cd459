"""The functions that an account holds, run as Lambda runs them: the account's own bytes, layers and environment."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from infra.package.zips import unzip
from infra.rehearsal.account import EmulatedAccount
from infra.rehearsal.clean_interpreter import Container, Outcome

SEEN = ("python/lib/{runtime}/site-packages", "python")
"""Where Lambda's Python looks inside a layer."""


class NotWhatItSays(Exception):
    """The account gives out other bytes than the digest that it states."""


@dataclass(frozen=True)
class Function:
    """One deployed function, as the account describes it."""

    name: str
    handler: str
    runtime: str
    environment: Mapping[str, str]
    code: str
    layers: tuple[str, ...]

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.name, self.code, self.layers, tuple(sorted(self.environment.items()))


class Fleet:
    """Every function of an account, each in a clean interpreter that lives until the function changes."""

    def __init__(self, account: EmulatedAccount, keep_in: Path) -> None:
        self._account, self._keep_in = account, keep_in
        self._containers: dict[tuple[Any, ...], Container] = {}
        self._layers: dict[str, str] = {}
        self._lock = Lock()
        self.strays: dict[str, list[str]] = {}
        """Functions that loaded anything from beside their package and layers."""
        self.invoked: set[str] = set()

    def describe(self, name: str) -> Function:
        said = self._account.client("lambda").get_function_configuration(FunctionName=name)
        return Function(
            name=name,
            handler=said["Handler"],
            runtime=said["Runtime"],
            environment=said["Environment"]["Variables"],
            code=said["CodeSha256"],
            layers=tuple(layer["Arn"] for layer in said.get("Layers", [])),
        )

    def invoke(self, name: str, event: Any) -> Any:
        """What the function that is deployed now answers. Raises FunctionFailed."""
        return self.invoke_as(self.describe(name), event)

    def invoke_as(self, function: Function, event: Any) -> Any:
        """The same, for a function as it was described once: an older version, on the data of today."""
        outcome: Outcome = self._container(function).send(event)
        self.invoked.add(function.name)
        if outcome.strays:
            self.strays[function.name] = outcome.strays
        return outcome.answer

    def stop(self) -> None:
        for container in self._containers.values():
            container.stop()

    def _container(self, function: Function) -> Container:
        with self._lock:
            known = self._containers.get(function.identity)
            if known is None or not known.is_alive:
                surroundings = {
                    **self._account.environment,
                    **function.environment,
                    "AWS_LAMBDA_FUNCTION_NAME": function.name,
                }
                known = Container(self._roots(function), function.handler, surroundings)
                self._containers[function.identity] = known
            return known

    def _roots(self, function: Function) -> list[Path]:
        roots = [self._unpacked(function.name, function.code)]
        for layer in function.layers:
            folder = self._unpacked(layer, self._layer_digest(layer))
            places = [folder / place.format(runtime=function.runtime) for place in SEEN]
            roots += [place for place in places if place.is_dir()]
        return roots

    def _layer_digest(self, layer: str) -> str:
        """Remembered: a function goes on with its layer after the layer's version was deleted."""
        if layer not in self._layers:
            *_, name, version = layer.split(":")
            said = self._account.client("lambda").get_layer_version(LayerName=name, VersionNumber=int(version))
            self._layers[layer] = said["Content"]["CodeSha256"]
        return self._layers[layer]

    def _unpacked(self, name: str, digest: str) -> Path:
        """By the digest: what was fetched once is not fetched again."""
        kept = self._keep_in / f"{base64.b64decode(digest).hex()}.zip"
        if not kept.exists():
            code = self._account.code(name)
            if hashlib.sha256(code).digest() != base64.b64decode(digest):
                raise NotWhatItSays(name)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(code)
        return unzip(kept, self._keep_in)
