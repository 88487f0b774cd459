"""A model becomes live whole and better, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.recommend import live
from infra import models
from infra.trainer.gate import Verdict
from infra.trainer.publishing import publish
from tests.crashes import Cut, cut
from tests.recommend.trained import a_folder
from tests.world import World

WORKS = ("A", "B", "C")
LEADS = {"A": {"B": 1.0}}
BETTER, WORSE = Verdict(True, "better"), Verdict(False, "worse")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return a_folder(tmp_path / "model", "two", WORKS, LEADS)


@pytest.fixture(autouse=True)
def standing(world: World, tmp_path: Path) -> None:
    """Version one is live."""
    publish(a_folder(tmp_path / "standing", "one", WORKS, LEADS), "one", lambda live: BETTER)


def which() -> str:
    found, _ = live.read()
    assert found
    return found.version


def test_a_better_model_takes_the_place_of_the_live_one_which_it_was_compared_with(folder: Path) -> None:
    compared: list[Any] = []
    assert publish(folder, "two", lambda model: compared.append(model) or BETTER) == BETTER
    assert which() == "two"
    assert [model.manifest.version for model in compared] == ["one"]


def test_a_worse_one_does_not(folder: Path) -> None:
    assert publish(folder, "two", lambda model: WORSE) == WORSE
    assert which() == "one"


def test_a_damaged_one_does_not(folder: Path) -> None:
    (folder / "next.npy").write_bytes(b"damaged")
    with pytest.raises(Exception, match="not the file that was written"):
        publish(folder, "two", lambda model: BETTER)
    assert which() == "one"


def test_cut_off_at_any_call_the_live_one_is_one_of_the_two_and_it_can_be_done_again(tmp_path: Path) -> None:
    with cut() as wire:
        publish(a_folder(tmp_path / "v0", "v0", WORKS, LEADS), "v0", lambda model: BETTER)
    for call in range(1, len(wire.calls) + 1):
        before, version = which(), f"v{call}"
        folder = a_folder(tmp_path / version, version, WORKS, LEADS)
        with pytest.raises(Cut), cut(call, done=call % 2 == 0):
            publish(folder, version, lambda model: BETTER)
        assert which() in (before, version)
        publish(folder, version, lambda model: BETTER)
        assert which() == version


def test_who_was_overtaken_compares_again_with_what_is_live_by_now(folder: Path, tmp_path: Path) -> None:
    other = a_folder(tmp_path / "other", "three", WORKS, LEADS)
    compared: list[str] = []

    def compare(model: Any) -> Verdict:
        if not compared:
            publish(other, "three", lambda live: BETTER)
        compared.append(model.manifest.version)
        return BETTER

    publish(folder, "two", compare)
    assert compared == ["one", "three"]
    assert which() == "two"


def test_an_operator_sees_what_is_live_and_goes_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(folder, "two", lambda model: BETTER)
    assert models.main(["--stage", "dev", "--back"]) == 0
    assert "live    one" in capsys.readouterr().out
    assert models.main(["--stage", "dev", "--back"]) == 1
    assert "no model before" in capsys.readouterr().err
