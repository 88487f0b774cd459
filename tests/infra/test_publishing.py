"""Heavy layers in an account: one version for the same bytes, whoever asks."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.deploy.tree import BUILD, configuration
from infra.package.layer import build_layer
from infra.package.publishing import layer_name, publish, publish_layers, standing_layers, withdraw_layers
from infra.package.sets import needed_by
from infra.package.wheelhouse import ARM
from infra.package.zips import zip_folder
from infra.rehearsal.account import EmulatedAccount, emulated_account


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAccount]:
    with emulated_account(tmp_path_factory.mktemp("account") / "clock") as account:
        yield account


def a_layer(at: Path, text: str) -> Path:
    (at / "folder").mkdir(exist_ok=True)
    (at / "folder" / "module.py").write_text(text)
    zip_folder(at / "folder", at / f"{text}.zip", "python/")
    return at / f"{text}.zip"


def test_the_same_bytes_are_published_once_and_other_bytes_beside_them(account, tmp_path):
    client = account.client("lambda")
    first = publish(client, "lyceum-dev-readers", a_layer(tmp_path, "one"))
    second = publish(client, "lyceum-dev-readers", a_layer(tmp_path, "two"), ARM)
    assert publish(client, "lyceum-dev-readers", a_layer(tmp_path, "one")) == first != second
    versions = client.list_layer_versions(LayerName="lyceum-dev-readers")["LayerVersions"]
    assert {version["LayerVersionArn"] for version in versions} == {first, second}


def test_two_stages_share_no_layer(account, tmp_path):
    client, layer = account.client("lambda"), a_layer(tmp_path, "shared")
    assert publish(client, "lyceum-dev-shared", layer) != publish(client, "lyceum-prod-shared", layer)


def test_a_stage_that_is_taken_down_leaves_no_layer_and_its_neighbours_theirs(account, tmp_path):
    client, layer = account.client("lambda"), a_layer(tmp_path, "neighbours")
    for stage in ("gone", "kept"):
        publish(client, layer_name(stage, "signing"), layer)
    publish(client, layer_name("gone", "signing"), a_layer(tmp_path, "newer"))
    withdraw_layers(client, "gone")
    names = {each["LayerName"] for each in client.list_layers()["Layers"]}
    assert layer_name("kept", "signing") in names
    assert layer_name("gone", "signing") not in names


def test_a_stages_functions_are_given_the_published_layers_that_they_load(account):
    client = account.client("lambda")
    unpublished = {name: f"unpublished:lyceum-dev-{name}" for name in ("extraction", "scoring")}
    assert standing_layers(client, "dev", {}, BUILD) == unpublished
    layers = publish_layers(client, "dev", {}, BUILD)
    assert standing_layers(client, "dev", {}, BUILD) == layers
    assert tuple(layers) == needed_by({})
    functions = configuration("dev", {}, layers=layers)["lambda_functions"]
    given = {name: entry["layers"] for name, entry in functions.items() if "layers" in entry}
    assert given == {"content_ingest": [layers["extraction"]], "recommend_rank": [layers["scoring"]]}
    name, number = layers["extraction"].split(":")[-2:]
    stands = client.get_layer_version(LayerName=name, VersionNumber=int(number))["Content"]["CodeSha256"]
    built = build_layer("extraction", BUILD)
    assert stands == base64.b64encode(hashlib.sha256(built.read_bytes()).digest()).decode()
