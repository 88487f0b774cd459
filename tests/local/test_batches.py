import pytest

from infra.local.batches import failures_named


def named(*identifiers):
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}, {"other": 1}])
def test_an_answer_that_names_no_failure_is_success(answer):
    assert failures_named(answer, ["a", "b"]) == []


def test_named_failures_come_in_the_batchs_order():
    assert failures_named(named("b", "a"), ["a", "b", "c"]) == ["a", "b"]


@pytest.mark.parametrize(
    "answer",
    [
        named("unknown"),
        named("a", ""),
        named(None),
        {"batchItemFailures": [{"id": "a"}]},
        {"batchItemFailures": ["a"]},
        {"batchItemFailures": "a"},
        "done",
        7,
    ],
)
def test_an_answer_that_cannot_be_read_fails_the_whole_batch(answer):
    assert failures_named(answer, ["a", "b"]) == ["a", "b"]
