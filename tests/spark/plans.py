"""A plan that needs no tuning."""

from infra.spark.factors import START
from infra.trainer.tuning import newcomers
from infra.trainer.tuning.candidates import EASE, FACTORS, OUTLOOK, SEQUENCE
from infra.trainer.tuning.guessing import CONTENT
from infra.trainer.tuning.plan import Plan

PLAN = Plan(
    popularity={"half_life": 0.0},
    ease=EASE.start,
    sequence=SEQUENCE.start,
    factors={**START, "factors": 8.0, "ridge": 1.0},
    shares={EASE.name: 0.0, SEQUENCE.name: 0.0, FACTORS.name: 1.0, OUTLOOK.name: 0.0},
    newcomers={**newcomers.START, "interest": 1.0, "settled": 3.0},
    content=CONTENT,
)
