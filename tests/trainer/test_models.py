"""Each model finds what was put there for it to find."""

import numpy as np
import pytest

from infra.trainer.log import Log
from infra.trainer.models import content, factors, histories
from infra.trainer.models.ease import ease
from infra.trainer.models.popularity import popularity
from infra.trainer.models.ratings import Descent, Ratings, fit
from infra.trainer.models.sequence import sequence
from infra.trainer.tuning.descents import chosen, curve
from infra.trainer.tuning.search import search


def a_log(rows: list[list[int]], works: int) -> Log:
    reader = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    work = np.concatenate([np.array(row, np.intp) for row in rows])
    ones = np.ones(len(work), np.float32)
    return Log(len(rows), works, reader, work, ones, np.arange(len(work), dtype=float) * 86_400, ones)


def some_log(readers: int = 40, works: int = 12, each: int = 5) -> Log:
    generator = np.random.default_rng(4)
    return a_log([generator.choice(works, each, replace=False).tolist() for _ in range(readers)], works)


def test_what_comes_next_is_known_to_the_sequential_model_alone():
    rounds = [[(start + step) % 10 for step in range(4)] for start in range(10)] * 3
    log = a_log(rounds, 10)
    ahead = sequence(log, ridge=0.1, past=0.3, ahead=0.0)
    alike = ease(log, ridge=0.1)
    assert ahead.argmax(axis=1).tolist() == [(work + 1) % 10 for work in range(10)]
    assert alike[5, 6] == pytest.approx(alike[5, 4], abs=1e-4)  # before or after is the same to it


@pytest.mark.parametrize("work", [0, 7])
def test_ease_is_each_work_by_ridge_regression_on_the_others(work):
    log = some_log()
    met = histories.faded(log, np.arange(log.readers))
    others = np.delete(np.arange(log.works), work)
    regressed = np.linalg.solve(
        met[:, others].T @ met[:, others] + 2 * np.eye(len(others)), met[:, others].T @ met[:, work]
    )
    found = ease(log, ridge=2.0)
    assert found[others, work] == pytest.approx(regressed, abs=1e-3)
    assert found[work, work] == 0


def test_a_reach_that_ends_nowhere_is_plain_ease():
    log = some_log()
    assert histories.close_together(log, 1.0) == pytest.approx(histories.together(log))


def test_the_past_fades_by_works_met_since():
    log = a_log([[3, 1, 0]], 4)
    assert histories.faded(log, np.array([0]), 0.5)[0].tolist() == pytest.approx([1.0, 0.5, 0.0, 0.25])


def test_a_reader_folded_in_stands_where_training_put_them():
    log = some_log(80, 20, 6)
    learned = factors.als(log, 6, 1.0, 4.0, rounds=60)
    met = histories.faded(log, np.arange(log.readers))
    folded = factors.fold_in(learned.works, met, 1.0, 4.0)
    near = np.abs(folded @ learned.works.T - learned.readers @ learned.works.T)
    assert np.median(near) < 0.02


def test_popularity_with_a_half_life_forgets():
    log = a_log([[0], [0], [1]], 3)
    assert popularity(log).tolist() == [2, 1, 0]
    assert popularity(log, half_life_days=0.25).argmax() == 1


def test_a_new_work_is_placed_among_works_about_the_same():
    about = np.eye(3, dtype=np.float32)[[0, 0, 1, 1, 2, 2, 0, 1]]
    targets = (about @ np.array([[5, 0], [0, 5], [3, 3]], np.float32))[:6]
    told = {"content_ridge": 0.01, "subjects": 1.0, "evidence": 1.0}
    guessed = content.guess(about, targets, np.full(6, 50), told, 3)
    assert guessed[6:] == pytest.approx(np.array([[5, 0], [0, 5]]), abs=0.1)


def test_texts_without_a_model_are_alike_where_their_words_are():
    told = content._hashed(["learning to sail", "sailing, learned", "会计学原理"])
    assert told[0] @ told[1] > 3 * abs(told[0] @ told[2])


def planted(noise: float = 0.05) -> Ratings:
    generator = np.random.default_rng(2)
    reader, work = np.divmod(np.arange(1500), 50)
    bias = generator.normal(0, 0.5, 30)[reader] + generator.normal(0, 0.5, 50)[work]
    value = np.clip(3 + bias + generator.normal(0, noise, 1500), 0, 5).astype(np.float32)
    return Ratings(30, 50, reader, work, value)


def test_descent_finds_biases_that_were_planted():
    ratings = planted()
    held = np.random.default_rng(1).random(1500) < 0.2
    found = fit(ratings.only(~held), Descent(0.02, 4, 0.01, 60))
    assert found.rmse(ratings.only(held)) < 0.15 < ratings.value.std()


def test_no_prediction_leaves_the_scale():
    found = fit(planted(), Descent(0.01, 2, 0.0, 2))
    found.readers[:, :] = 100
    assert set(found.predict(np.array([0, 1]), np.array([0, 1])).tolist()) <= {0.0, 5.0}


def test_a_learning_rate_that_diverges_is_not_chosen():
    found = curve(planted(), Descent(0.01, 4, 0.01, 15), folds=5, tried=1)
    found[9.0] = [float("inf")] * 15
    assert chosen(found, Descent(0.01, 4, 0.01, 15)).rate < 9.0


def test_a_search_finds_the_best_step_by_step_and_keeps_to_its_tries():
    def reached(settings: dict[str, float]) -> float:
        return -((settings["a"] - 3) ** 2) - (settings["b"] - 1) ** 2

    values = {"a": (0.0, 1.0, 2.0, 3.0, 4.0), "b": (0.0, 1.0, 2.0)}
    assert search({"a": 0.0, "b": 2.0}, values, reached).settings == {"a": 3.0, "b": 1.0}
    assert search({"a": 0.0, "b": 2.0}, values, reached, budget=3).tries == 3
