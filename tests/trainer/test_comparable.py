"""A lake that is too large is compared on a part of it, with nothing mixed up."""

from infra.trainer.benchmark import comparable as sampling
from infra.trainer.benchmark.comparable import comparable
from infra.trainer.catalogue import Catalogue, open_lake
from tests.trainer.lakes import a_lake, event, tracks


def pairs(catalogue: Catalogue) -> set[tuple[str, str]]:
    log = catalogue.log
    rows = zip(log.reader, log.work, strict=True)
    return {(catalogue.readers[reader], catalogue.works[work].work_id) for reader, work in rows}


def test_a_small_lake_is_compared_whole(tmp_path):
    catalogue = open_lake(tracks(tmp_path))
    assert comparable(catalogue) is catalogue


def test_a_large_one_is_compared_on_its_most_met_works_and_some_readers(tmp_path, monkeypatch):
    often = [event(f"r{reader}", f"often{work}", work) for reader in range(9) for work in range(3)]
    seldom = [event("r1", f"seldom{work}", 10 + work) for work in range(9)]
    catalogue = open_lake(a_lake(tmp_path, [*seldom, *often]))
    monkeypatch.setattr(sampling, "MOST_WORKS", 3)
    monkeypatch.setattr(sampling, "MOST_READERS", 5)
    smaller = comparable(catalogue)
    assert {work.work_id for work in smaller.works} == {"often0", "often1", "often2"}
    assert (smaller.log.readers, smaller.log.works, len(smaller.log)) == (5, 3, 15)
    assert pairs(smaller) < pairs(catalogue)
    assert smaller.log.starts()[-1] == 15
