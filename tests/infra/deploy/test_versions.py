"""What was deployed is kept whole, and only what was kept comes back."""

from pathlib import Path

import pytest

from infra.deploy import rollback, versions
from infra.deploy.artefacts import Artefacts
from infra.deploy.declared import Declared
from infra.deploy.errors import Stopped
from infra.deploy.progress import Progress
from infra.deploy.releasing import DEPLOYED
from infra.deploy.run import Run
from infra.deploy.stage_settings import StageSettings
from infra.deploy.versions import ROLLING, Manifest, tree_digest

NOTHING = Declared([], [], [], [], [], [], [])


@pytest.fixture
def run(platform, tmp_path):
    run = Run("kept", Progress(9))
    Artefacts(run.account).stand()
    return run


def keep(run: Run, tree: Path, text: str, **told: object) -> Manifest:
    tree.mkdir(exist_ok=True)
    (tree / "app.py").write_text(text)
    kept = run.versions.keep(tree, NOTHING, StageSettings(**told), "api1")  # type: ignore[arg-type]
    run.artefacts.keep_json(DEPLOYED, {"tree": kept.tree})
    return kept


def test_a_version_comes_back_byte_for_byte_with_what_the_stage_was_told(run, tmp_path):
    kept = keep(run, tmp_path / "tree", "one = 1", url="https://one.example")
    run.versions.unpack(run.versions.named(kept.version), tmp_path / "back")
    assert (tmp_path / "back" / "app.py").read_text() == "one = 1"
    assert tree_digest(tmp_path / "back") == kept.tree
    assert run.versions.named(kept.version).told.url == "https://one.example"


def test_the_same_tree_again_is_the_same_version_and_another_setting_is_another(run, tmp_path):
    first = keep(run, tmp_path / "tree", "one = 1")
    assert keep(run, tmp_path / "tree", "one = 1") == first
    assert keep(run, tmp_path / "tree", "one = 1", url="https://two.example").version != first.version


def test_the_record_is_no_part_of_what_a_tree_deploys(run, tmp_path):
    keep(run, tmp_path / "tree", "one = 1")
    before = tree_digest(tmp_path / "tree")
    (tmp_path / "tree" / ".chalice" / "deployed").mkdir(parents=True)
    (tmp_path / "tree" / ".chalice" / "deployed" / "kept.json").write_text("{}")
    assert tree_digest(tmp_path / "tree") == before


def test_an_archive_that_was_changed_is_not_deployed(run, tmp_path):
    first, second = keep(run, tmp_path / "tree", "one = 1"), keep(run, tmp_path / "tree", "two = 2")
    body = run.artefacts.read(f"versions/{second.version}/tree.zip")
    run.artefacts.keep(f"versions/{first.version}/tree.zip", body)
    with pytest.raises(Stopped, match="does not hold what was deployed"):
        run.versions.unpack(first, tmp_path / "back")


def test_rolling_back_means_the_version_before_or_the_live_one_where_a_deployment_broke_off(run, tmp_path):
    first, second = keep(run, tmp_path / "tree", "one = 1"), keep(run, tmp_path / "tree", "two = 2")
    assert rollback._wanted(run) == first
    run.artefacts.forget(DEPLOYED)
    assert rollback._wanted(run) == second


def test_a_rollback_that_broke_off_goes_where_it_was_going_and_not_one_version_further(run, tmp_path):
    first, second = keep(run, tmp_path / "tree", "one = 1"), keep(run, tmp_path / "tree", "two = 2")
    keep(run, tmp_path / "tree", "three = 3")
    run.artefacts.keep_json(ROLLING, {"to": second.version})
    for broke_off_after in ("chalice deploy", "the change of the current version"):
        assert rollback._wanted(run) == second, broke_off_after
        run.artefacts.keep_json(DEPLOYED, {"tree": second.tree})
        run.versions.make_current(second.version)
    run.artefacts.forget(ROLLING)
    assert rollback._wanted(run) == first


def test_what_was_live_before_counts_and_not_what_was_deployed_before_and_found_bad(run, tmp_path):
    first, bad = keep(run, tmp_path / "tree", "one = 1"), keep(run, tmp_path / "tree", "bad = 1")
    run.versions.make_current(first.version)
    third = keep(run, tmp_path / "tree", "three = 3")
    assert bad.version < third.version
    assert rollback._wanted(run) == first


def test_there_is_nothing_before_the_first_version(run, tmp_path):
    keep(run, tmp_path / "tree", "one = 1")
    with pytest.raises(Stopped, match="nothing to roll back to"):
        rollback._wanted(run)


def test_the_newest_versions_are_kept_and_those_before_them_are_forgotten(run, tmp_path, monkeypatch):
    monkeypatch.setattr(versions, "KEPT", 2)
    first, second, third = (keep(run, tmp_path / "tree", f"turn = {turn}") for turn in range(3))
    assert run.versions.names() == [second.version, third.version]
    assert run.artefacts.read(f"versions/{first.version}/tree.zip") is None
