"""What is read from a lake, and what of it is believed."""

from pathlib import Path

import pytest

from infra.trainer.catalogue import Catalogue, NothingToLearn, open_lake
from tests.trainer.lakes import a_lake, event, work


def read(tmp_path: Path, events: list, works: list | None = None) -> Catalogue:
    return open_lake(a_lake(tmp_path, events, works or []))


def met(catalogue: Catalogue) -> list[tuple[str, str]]:
    log = catalogue.log
    pairs = zip(log.reader, log.work, strict=True)
    return [(catalogue.readers[reader], catalogue.works[place].work_id) for reader, place in pairs]


def test_a_line_that_is_no_event_is_counted_and_left_out(tmp_path):
    strange = [
        "not json",
        "[]",
        '{"event_id": 1}',
        event("r", "w", 1, kind="sneeze"),
        event("r", "w", 1) | {"occurred_at": "?"},
    ]
    catalogue = read(tmp_path, [*strange, event("r", "w", 1, colour="red")])
    assert catalogue.quality.unreadable == 5
    assert met(catalogue) == [("r", "w")]


def test_a_file_that_ends_in_the_middle_is_named_and_the_others_are_read(tmp_path):
    lake = a_lake(tmp_path, [event("r", "w", 1)])
    torn = lake / "interactions" / "day=2026-11-02" / "events.jsonl.gz"
    torn.parent.mkdir()
    torn.write_bytes((lake / "interactions" / "day=2026-11-01" / "events.jsonl.gz").read_bytes()[:-12])
    catalogue = open_lake(lake)
    assert "events.jsonl.gz" in catalogue.quality.broken_files[0]
    assert met(catalogue) == [("r", "w")]


def test_unpacked_files_are_read_too(tmp_path):
    day = tmp_path / "interactions" / "day=2026-11-01"
    day.mkdir(parents=True)
    (day / "events.jsonl").write_text(
        '{"event_id": "1", "reader": "r", "work_id": "w", "kind": "click", "occurred_at": "2026-11-01T00:00:00Z"}'
    )
    assert met(open_lake(tmp_path)) == [("r", "w")]


def test_an_event_that_came_twice_counts_once(tmp_path):
    catalogue = read(tmp_path, [event("r", "w", 1), event("r", "w", 1)])
    assert (catalogue.quality.duplicates, catalogue.quality.kept) == (1, 1)


def test_times_before_clicking_was_invented_and_after_the_day_are_impossible(tmp_path):
    early, late = "1969-01-01T00:00:00Z", "2026-11-09T00:00:00Z"
    catalogue = read(
        tmp_path,
        [event("r", "w", 1), *(event("r", "v", 2) | {"occurred_at": at, "event_id": at} for at in (early, late))],
    )
    assert catalogue.quality.impossible_times == 2
    assert met(catalogue) == [("r", "w")]


def test_an_author_does_not_count_for_their_own_work(tmp_path):
    works = [work("w", author_readers=["author"])]
    catalogue = read(tmp_path, [event("author", "w", 1), event("r", "w", 2)], works)
    assert catalogue.quality.self_views == 1
    assert met(catalogue) == [("r", "w")]


def test_a_machine_is_believed_what_it_bought_and_nothing_that_it_claims(tmp_path):
    claims = [event("bot", f"w{number}", 10 * number) for number in range(300)]
    bought = event("bot", "w7", 4000, kind="purchase")
    catalogue = read(tmp_path, [*claims, bought, event("r", "w1", 1)])
    assert catalogue.quality.bots == ["bot"]
    assert met(catalogue) == [("bot", "w7"), ("r", "w1")]


def test_a_burst_is_left_out_and_what_the_reader_did_besides_is_not(tmp_path):
    burst = [event("r", f"w{number}", 100 + number // 10) for number in range(40)]
    catalogue = read(tmp_path, [event("r", "before", 1), *burst, event("r", "after", 500)])
    assert catalogue.quality.in_bursts == 40
    assert met(catalogue) == [("r", "before"), ("r", "after")]


def test_a_reader_meets_a_work_when_they_first_do_as_strongly_as_they_ever_do(tmp_path):
    catalogue = read(
        tmp_path,
        [
            event("r", "w", 1),
            event("r", "v", 2),
            event("r", "w", 3, kind="purchase"),
            event("r", "u", 4, kind="dismiss"),
        ],
    )
    assert met(catalogue) == [("r", "w"), ("r", "v")]
    assert catalogue.log.strength.tolist() == pytest.approx([1.0, 0.4])


def test_works_that_nobody_met_stand_behind_those_that_somebody_did(tmp_path):
    catalogue = read(tmp_path, [event("r", "w", 1)], [work("a"), work("w"), work("a", title="the latest line counts")])
    assert [(each.work_id, each.title) for each in catalogue.works] == [
        ("w", "About w"),
        ("a", "the latest line counts"),
    ]
    assert catalogue.met == 1


def test_a_lake_without_events_teaches_nothing(tmp_path):
    with pytest.raises(NothingToLearn):
        read(tmp_path, [event("r", "w", 1, kind="impression")])
