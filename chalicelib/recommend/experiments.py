"""Experiments: which readers are served how, by chance and for as long as it lasts. One runs at a time.

Whose arm is which follows from the reader's pseudonym and the experiment's id alone: nothing is stored of it, and it
never changes. An answer's id carries what it was part of, and comes back with what the reader does.
"""

import hashlib
import re
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from chalicelib.audit import trail
from chalicelib.core import clock, ids, tables
from chalicelib.core.actors import Actor
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.transactions import all_or_nothing
from chalicelib.core.validation import FieldInvalid
from chalicelib.recommend import revisions
from chalicelib.recommend.models import EXPERIMENTS, ShelfRow

REMEMBERED = 50
_MARK = re.compile(r"(?P<answer>[0-9A-Z]{26})-(?P<experiment>[0-9a-z]{8})-(?P<teams>[0-9a-f]{1,16})")

Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+(?![\s\S])")]


class ExperimentRuns(Conflict):
    """Another experiment runs: readers would be in both."""

    en = "Another experiment is running: end it first."
    zh = "另一项实验正在进行：请先结束它。"


class Kind(StrEnum):
    """``split``: each reader is served by one arm. ``interleaved``: each answer is drafted from both, turn by turn."""

    SPLIT = "split"
    INTERLEAVED = "interleaved"


class Arm(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    """``percent`` of the readers. ``model``: a version, or else the live one. ``popular``: no model at all.
    ``exploration_percent``: in place of the setting."""

    name: Name
    percent: Annotated[int, Meta(ge=1, le=100)]
    model: Annotated[str, Meta(max_length=40, pattern=r"^[0-9A-Za-z]*(?![\s\S])")] = ""
    popular: bool = False
    exploration_percent: Annotated[int, Meta(ge=0, le=50)] | None = None


class NewExperiment(Struct, forbid_unknown_fields=True):
    """The first arm is what the others are compared with."""

    name: Name
    kind: Kind
    arms: Annotated[list[Arm], Meta(min_length=2, max_length=4)]


class Experiment(Struct, frozen=True, omit_defaults=True):
    """Moments are RFC 3339; without ``ended_at`` it runs."""

    experiment_id: str
    name: str
    kind: Kind
    arms: list[Arm]
    started_at: str
    ended_at: str | None = None


class Mark(NamedTuple):
    """What an answer's id says: the experiment, and whose each place was (a bit a place; 1 is the second arm's)."""

    answer: str
    experiment_id: str
    teams: int


DEFAULT = Arm("", 100)


def key() -> tuple[type[ShelfRow], str]:
    """Where they are, for ``tables.batch_get``, which answers a row for ``running`` and ``every``, or None."""
    return ShelfRow, EXPERIMENTS


def every(row: ShelfRow | None) -> list[Experiment]:
    """The latest first."""
    return msgspec.convert(row.shown, list[Experiment]) if row else []


def running(row: ShelfRow | None) -> Experiment | None:
    return next((experiment for experiment in every(row) if experiment.ended_at is None), None)


def arm_of(experiment: Experiment, reader: str) -> int:
    """The number of the reader's arm, from 0: the same for as long as the experiment runs."""
    digest = hashlib.sha256(f"{experiment.experiment_id} {reader}".encode()).digest()
    place = int.from_bytes(digest[:8]) % 100
    for number, arm in enumerate(experiment.arms):
        place -= arm.percent
        if place < 0:
            return number
    return 0


def mark(answer: str, experiment: Experiment | None, teams: int = 0) -> str:
    """The id of an answer that is part of the experiment."""
    return f"{answer}-{experiment.experiment_id}-{teams:x}" if experiment else answer


def read_mark(recommendation_id: str | None) -> Mark | None:
    found = _MARK.fullmatch(recommendation_id or "")
    return Mark(found["answer"], found["experiment"], int(found["teams"], 16)) if found else None


def start(actor: Actor, wanted: NewExperiment) -> Experiment:
    """From now on. Raises ExperimentRuns, FieldInvalid."""
    _check(wanted)
    made = Experiment(ids.new()[-8:].lower(), wanted.name, wanted.kind, wanted.arms, clock.rfc3339(clock.now()))
    _add(actor, made)
    return made


def known() -> list[Experiment]:
    """All that are remembered, the latest first."""
    return every(_row())


def find(experiment_id: str) -> Experiment:
    """Raises NotFound."""
    for experiment in known():
        if experiment.experiment_id == experiment_id:
            return experiment
    raise NotFound


@revisions.persistent
def end(actor: Actor, experiment_id: str) -> Experiment:
    """It is over; ending it again changes nothing. Raises NotFound."""
    row = _row()
    there = {each.experiment_id: each for each in every(row)}
    if experiment_id not in there:
        raise NotFound
    ended = there[experiment_id]
    if ended.ended_at is None:
        ended = msgspec.structs.replace(ended, ended_at=clock.rfc3339(clock.now()))
        _write(actor, row, list((there | {experiment_id: ended}).values()), "experiment.ended", ended)
    return ended


@revisions.persistent
def _add(actor: Actor, made: Experiment) -> None:
    row = _row()
    if running(row):
        raise ExperimentRuns
    _write(actor, row, [made, *every(row)][:REMEMBERED], "experiment.started", made)


def _check(wanted: NewExperiment) -> None:
    if sum(arm.percent for arm in wanted.arms) != 100:
        raise FieldInvalid("arms", "must come to 100 percent", "各组比例之和必须为 100%")
    if len({arm.name for arm in wanted.arms}) < len(wanted.arms):
        raise FieldInvalid("arms", "must have different names", "各组名称不能相同")
    if wanted.kind == Kind.INTERLEAVED and len(wanted.arms) != 2:
        raise FieldInvalid("arms", "must be two, to be interleaved", "交错实验必须恰好有两组")


def _row() -> ShelfRow:
    (row,) = tables.batch_get([key()], consistent=True)
    return row or ShelfRow(EXPERIMENTS, shown=[])


def _write(actor: Actor, row: ShelfRow, all_of_them: list[Experiment], deed: str, about: Experiment) -> None:
    row.shown = msgspec.to_builtins(all_of_them)
    with all_or_nothing() as tx:
        revisions.replace(tx, row)
        trail.write(tx, actor, deed, about.experiment_id, name=about.name)
