"""Heavy layers in the account: published once for their bytes, named in the configuration of who needs them."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.package.layer import build_layer
from infra.package.sets import HEAVY, needed_by
from infra.package.wheelhouse import RUNTIME, X86


def publish_layers(
    client: Any, stage: str, settings: Mapping[str, str], build: Path, architecture: str = X86
) -> dict[str, str]:
    """The ARN of each heavy set that a stage with these settings needs, built and published where it is not yet.

    ``client`` is botocore's for Lambda.
    """
    return {
        name: publish(client, layer_name(stage, name), build_layer(name, build, architecture), architecture)
        for name in needed_by(settings)
    }


def standing_layers(
    client: Any, stage: str, settings: Mapping[str, str], build: Path, architecture: str = X86
) -> dict[str, str]:
    """The same where nothing may be published: `unpublished:<layer>` stands for an ARN that a deployment would make."""
    return {
        name: _find(client, layer_name(stage, name), _digest(build_layer(name, build, architecture).read_bytes()))
        or f"unpublished:{layer_name(stage, name)}"
        for name in needed_by(settings)
    }


def layer_name(stage: str, name: str) -> str:
    """Stages share no layer, so that one can be taken down without the other."""
    return f"lyceum-{stage}-{name}"


def publish(client: Any, layer: str, zip_path: Path, architecture: str = X86) -> str:
    """The ARN of the layer's version with these bytes: one that stands already, else a new one."""
    content = zip_path.read_bytes()
    digest = _digest(content)
    return _find(client, layer, digest) or str(
        client.publish_layer_version(
            LayerName=layer,
            Description=digest,
            Content={"ZipFile": content},
            CompatibleRuntimes=[RUNTIME],
            CompatibleArchitectures=[architecture],
        )["LayerVersionArn"]
    )


def withdraw_layers(client: Any, stage: str) -> None:
    """Delete every version of the stage's heavy layers. Functions that have one go on with it."""
    for name in HEAVY:
        for version in list(_versions(client, layer_name(stage, name))):
            client.delete_layer_version(LayerName=layer_name(stage, name), VersionNumber=version["Version"])


def _digest(content: bytes) -> str:
    """As Lambda states it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _find(client: Any, layer: str, digest: str) -> str | None:
    """Versions are told apart by their description: a list of them does not say what they hold."""
    found = (version["LayerVersionArn"] for version in _versions(client, layer) if version.get("Description") == digest)
    return next(found, None)


def _versions(client: Any, layer: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("list_layer_versions").paginate(LayerName=layer):
        yield from page["LayerVersions"]
