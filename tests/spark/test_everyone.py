"""What all readers teach, on the cluster: the same counts as on one machine, and factors that rank."""

import numpy as np
import pytest
from pyspark.sql import SparkSession

from infra.spark.catalogue import open_lake
from infra.spark.everyone import Everyone
from infra.spark.factors import START, OnSpark
from infra.trainer.catalogue import Catalogue
from infra.trainer.fitting import learn_whole
from infra.trainer.models import histories
from infra.trainer.splits import last_out
from infra.trainer.tuning.candidates import EASE, SEQUENCE
from infra.trainer.tuning.choosing import answers, judged
from infra.trainer.tuning.plan import Plan
from tests.spark.plans import PLAN
from tests.trainer.lakes import tracks


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> tuple[Catalogue, Everyone]:
    return open_lake(spark, str(tracks(tmp_path_factory.mktemp("lake"), readers=120)))


@pytest.mark.parametrize("half_life", [0.0, 0.01])
def test_counts_popularity_and_window_are_those_of_one_machine(
    opened: tuple[Catalogue, Everyone], spark: SparkSession, half_life: float
) -> None:
    catalogue, everyone = opened
    plan: Plan = PLAN._replace(popularity={"half_life": half_life})
    found = everyone.learn(plan)
    expected = learn_whole(catalogue.log, plan, (EASE, SEQUENCE, OnSpark(spark).candidate()))
    assert found.counts.tolist() == expected.counts.tolist()
    assert found.popularity == pytest.approx(expected.popularity, abs=1e-5)
    assert found.window == expected.window
    assert found.factors.shape == expected.factors.shape
    assert np.linalg.norm(found.factors, axis=1).min() > 0


def test_what_came_later_than_a_moment_is_not_learned(opened: tuple[Catalogue, Everyone]) -> None:
    catalogue, everyone = opened
    moment = float(np.median(catalogue.log.at))
    earlier = catalogue.log.only(catalogue.log.at <= moment)
    found = everyone.learn(PLAN, moment)
    assert found.counts.tolist() == earlier.counts().tolist()
    assert found.window == (earlier.at.min(), earlier.at.max())


def test_factors_rank_better_than_popularity_and_are_the_same_again(
    opened: tuple[Catalogue, Everyone], spark: SparkSession
) -> None:
    split = last_out(opened[0].log)
    told = {**START, "factors": 8.0, "ridge": 1.0}
    candidate, again = OnSpark(spark).candidate(), OnSpark(spark).candidate()
    popular = np.repeat(split.train.counts()[None].astype(np.float32), len(split.readers), axis=0)
    ranked = answers(candidate, told, split)
    assert judged(ranked, split) > 2 * judged(popular + histories.seen(split.past, split.readers), split)
    assert np.array_equal(again.learn(split.train, told).works, candidate.learn(split.train, told).works)
