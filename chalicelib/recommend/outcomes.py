"""What came of an experiment, reader by reader: each counts once, whatever comes twice.

A reader's marks and the sums that they are part of change in one transaction. Readers are what is compared, for what
one of them does is not independent of what else they do.
"""

from collections import Counter
from collections.abc import Iterable

from chalicelib.core import tables
from chalicelib.core.pseudonyms import reader_of
from chalicelib.core.transactions import all_or_nothing
from chalicelib.recommend import experiments, revisions
from chalicelib.recommend.engine import Event, Heard, Kind
from chalicelib.recommend.experiments import Experiment, Mark
from chalicelib.recommend.models import OutcomeRow, TookRow, outcome_key, took_key

IMPRESSION = "impression"
SEEN, CLICKED, BOUGHT = "seen", "clicked", "bought"
ERASED = "erased"
"""In the place of what was erased: nothing of this reader counts any more, also not what comes late."""
MOST_MARKS = 200
"""Of one reader: more clicks than that are none of a person."""


def record(heard: Heard) -> None:
    """Count what an account did with the answers of the experiment that runs. Nothing is read where none is named."""
    marked = [(event, mark) for event in heard.events if (mark := experiments.read_mark(event.recommendation_id))]
    bought = [event for event in heard.events if event.kind == Kind.PURCHASE]
    if not marked and not bought:
        return
    (row,) = tables.batch_get([experiments.key()])
    if running := experiments.running(row):
        reader = reader_of(heard.account_id)
        ours = [(event, mark) for event, mark in marked if mark.experiment_id == running.experiment_id]
        if fresh := set(_marks(running, ours)) | ({BOUGHT} if bought else set()):
            _count(running, reader, fresh)


@revisions.persistent
def forget(account_id: str) -> None:
    """Forget what an account did with answers of experiments. The numbers that it is part of stay: they name nobody."""
    (row,) = tables.batch_get([experiments.key()])
    reader = reader_of(account_id)
    keys = [(TookRow, took_key(each.experiment_id, reader)) for each in experiments.every(row)]
    found = [took for took in tables.batch_get(keys, consistent=True) if took] if keys else []
    for took in found:
        took.marks = {ERASED}
        with all_or_nothing() as tx:
            revisions.replace(tx, took)


def figures(experiment: Experiment) -> Counter[str]:
    """``{arm}.{mark}`` → readers of a split; ``wins.{team}`` and ``wins.none`` → readers of an interleaved one."""
    (row,) = tables.batch_get([(OutcomeRow, outcome_key(experiment.experiment_id))], consistent=True)
    return Counter(row.sums if row else {})


def _marks(experiment: Experiment, events: Iterable[tuple[Event, Mark]]) -> Iterable[str]:
    for event, mark in events:
        if event.kind == IMPRESSION:
            yield SEEN
        if event.kind == Kind.CLICK:
            yield CLICKED
            if experiment.kind == experiments.Kind.INTERLEAVED and event.position is not None:
                yield f"{mark.teams >> min(event.position, 63) & 1} {mark.answer} {event.work_id}"


@revisions.persistent
def _count(experiment: Experiment, reader: str, fresh: set[str]) -> None:
    took, outcome = _rows(experiment, reader)
    before = set(took.marks or ())
    if fresh == {BOUGHT} and SEEN not in before and CLICKED not in before:
        return  # of somebody whom the experiment did not reach
    after = before | fresh
    if after == before or ERASED in before or len(after) > MOST_MARKS:
        return
    sums = Counter(outcome.sums)
    arm = experiments.arm_of(experiment, reader)
    sums.subtract(_part(experiment, arm, before))
    sums.update(_part(experiment, arm, after))
    took.marks, outcome.sums = after, {name: number for name, number in sums.items() if number}
    with all_or_nothing() as tx:
        revisions.replace(tx, took)
        revisions.replace(tx, outcome)


def _rows(experiment: Experiment, reader: str) -> tuple[TookRow, OutcomeRow]:
    took, outcome = took_key(experiment.experiment_id, reader), outcome_key(experiment.experiment_id)
    mine, all_of_it = tables.batch_get([(TookRow, took), (OutcomeRow, outcome)], consistent=True)
    return mine or TookRow(took, marks=set()), all_of_it or OutcomeRow(outcome, sums={})


def _part(experiment: Experiment, arm: int, marks: set[str]) -> Counter[str]:
    """What a reader with these marks adds to the sums."""
    if experiment.kind == experiments.Kind.SPLIT:
        return Counter(f"{arm}.{mark}" for mark in (SEEN, CLICKED, BOUGHT) if mark in marks)
    clicks = Counter(mark[0] for mark in marks if mark[0] in "01")
    if not clicks:
        return Counter()
    lead = clicks["1"] - clicks["0"]
    return Counter({"wins.none" if lead == 0 else f"wins.{int(lead > 0)}": 1})
