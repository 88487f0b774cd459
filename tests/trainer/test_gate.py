"""A new model takes the place of the live one only where it is as good on what neither has seen."""

from pathlib import Path

import pytest

from chalicelib.recommend import scoring
from infra.trainer import gate
from infra.trainer.training import train
from tests.recommend.trained import a_folder
from tests.trainer.lakes import LENGTH, TRACKS, a_lake, event, step_of, work

READERS = 120
A_DAY = 86_000
WORKS = [step_of(track, place) for track in range(TRACKS) for place in range(LENGTH)]


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> gate.Candidate:
    """Of readers who go on in their track."""
    return a_candidate(tmp_path_factory, tracks_on=0)


@pytest.fixture(scope="module")
def surprised(tmp_path_factory: pytest.TempPathFactory) -> gate.Candidate:
    """Of readers who go over to another track: nothing before told so."""
    return a_candidate(tmp_path_factory, tracks_on=1)


def a_candidate(folders: pytest.TempPathFactory, tracks_on: int) -> gate.Candidate:
    """Readers follow their track: five steps, and at the end of the day the one after the next two, there or so many
    tracks on."""
    events = []
    for reader in range(READERS):
        track, start = reader % TRACKS, reader % LENGTH
        events += [event(f"r{reader}", step_of(track, start + step), 600 * step + reader) for step in range(5)]
        events.append(event(f"r{reader}", step_of((track + tracks_on) % TRACKS, start + 7), A_DAY - reader))
    works = [work(work_id, f"subject{work_id[0]}") for work_id in WORKS]
    return train(a_lake(folders.mktemp("lake"), events, works), folders.mktemp("models"))[1]


def live(at: Path, steps: int, tracks_on: int = 0, learned_until: str = "2026-11-01T12:00:00.000Z") -> scoring.Model:
    """A model that says: so many steps on, there or so many tracks on."""
    leads = {
        step_of(track, place): {step_of((track + tracks_on) % TRACKS, place + steps): 1.0}
        for track in range(TRACKS)
        for place in range(LENGTH)
    }
    return scoring.load(a_folder(at / "live", "live", WORKS, leads, learned_until))


def test_with_nothing_live_it_must_be_better_than_popularity(candidate: gate.Candidate) -> None:
    verdict = gate.compare(candidate, None)
    assert verdict.promoted and verdict.why.startswith("nothing is live; NDCG@10")
    worse = gate.Candidate(candidate.catalogue, candidate.plan, None, {"ndcg10": 0.1, "ndcg10_popularity": 0.2})
    assert not gate.compare(worse, None).promoted


def test_it_takes_the_place_of_one_that_knows_less(candidate: gate.Candidate, tmp_path: Path) -> None:
    assert gate.compare(candidate, live(tmp_path, steps=1)).promoted


def test_it_does_not_take_the_place_of_one_that_knows_more(surprised: gate.Candidate, tmp_path: Path) -> None:
    verdict = gate.compare(surprised, live(tmp_path, steps=3, tracks_on=1))
    assert not verdict.promoted
    assert "the live model's 1.0000" in verdict.why


def test_where_too_little_was_done_since_it_is_compared_with_popularity(
    candidate: gate.Candidate, tmp_path: Path
) -> None:
    verdict = gate.compare(candidate, live(tmp_path, steps=1, learned_until="2026-11-01T23:59:00.000Z"))
    assert verdict.promoted
    assert verdict.why.startswith("only 0 readers since the live model learned")


def test_one_that_could_be_compared_with_nothing_takes_nobodys_place(candidate: gate.Candidate, tmp_path: Path) -> None:
    unknown = gate.Candidate(candidate.catalogue, candidate.plan, None, {})
    assert gate.compare(unknown, None).promoted
    assert not gate.compare(unknown, live(tmp_path, steps=3, learned_until="2026-11-01T23:59:00.000Z")).promoted
