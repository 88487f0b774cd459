"""Making, asking after, listing and deleting, with the order that Personalize insists on."""

from typing import Any

from chalicelib.core import clock
from infra.local.fake_personalize import filters, jobs
from infra.local.fake_personalize.refusals import exists, in_use
from infra.local.fake_personalize.state import State
from infra.local.fake_personalize.things import DONE, KINDS, Thing, arn_of

STEPS = {
    "CREATE PENDING": "CREATE IN_PROGRESS",
    "CREATE IN_PROGRESS": DONE,
    "PENDING": "IN_PROGRESS",
    "IN_PROGRESS": "COMPLETED",
    "DELETE PENDING": "DELETE IN_PROGRESS",
    "DELETE IN_PROGRESS": "",
}
KEPT_BY = {
    "DatasetGroup": ("Dataset", "EventTracker", "Filter", "Solution"),
    "Schema": ("Dataset",),
    "Solution": ("Campaign",),
}
"""A thing cannot go while one of these stands on it (the pages of the Delete operations)."""

LATEST = "/$LATEST"
AT_ONCE = "Schema"
"""Stands as soon as it is made, and goes as soon as it is deleted."""


def make(state: State, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    for name in KINDS[kind].stands_on:
        _must_stand(state, said[name])
    if kind == "Filter":
        filters.parse(said["filterExpression"])
    arn = arn_of(kind, said, len(state.things) + 1)
    if arn in state.things or (kind == "EventTracker" and _beside(state, "EventTracker", said["datasetGroupArn"])):
        raise exists(arn)
    thing = Thing(kind, arn, said, "CREATE PENDING", clock.timestamp())
    if kind == AT_ONCE:
        thing.status = DONE
    elif kind == "DataDeletionJob":
        thing.status = "PENDING"
    elif kind == "EventTracker":
        thing.more["trackingId"] = f"tracking-{len(state.things) + 1}"
    elif kind == "Campaign":
        thing.more["solutionArn"] = _solution_of(said["solutionVersionArn"])
    state.things[arn] = thing
    return {KINDS[kind].arn_name: arn, **thing.more}


def tell(state: State, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """As it stands now; then it is a step further."""
    thing = state.find(said[KINDS[kind].arn_name])
    shown = thing.shown()
    _step(state, thing)
    return {KINDS[kind].key: shown}


def listed(state: State, kind: str, said: dict[str, Any]) -> list[dict[str, Any]]:
    of = KINDS[kind].listed_by
    things = [thing for thing in state.things.values() if thing.kind == kind]
    return [each.shown() for each in things if not said.get(of) or {**each.said, **each.more}.get(of) == said[of]]


def delete(state: State, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    thing = state.find(said[KINDS[kind].arn_name])
    if thing.status not in (DONE, "CREATE FAILED"):
        raise in_use(f"{thing.arn} is {thing.status}")
    for other in state.things.values():
        if other.kind in KEPT_BY.get(kind, ()) and thing.arn in (*other.said.values(), *other.more.values()):
            raise in_use(f"{other.arn} stands on {thing.arn}")
    if kind == "Dataset" and any(
        each.said.get("datasetArn") == thing.arn and each.status.startswith("CREATE ") for each in state.things.values()
    ):
        raise in_use(f"{thing.arn} is being filled")
    thing.status = "DELETE PENDING"
    if kind == AT_ONCE:
        del state.things[thing.arn]
    return {}


def _step(state: State, thing: Thing) -> None:
    if thing.status not in STEPS:
        return
    thing.status = STEPS[thing.status]
    if not thing.status:
        _take_away(state, thing)
    elif thing.status == DONE and thing.kind == "DatasetImportJob":
        jobs.take_in(state, thing)
    elif thing.status == DONE and thing.kind == "SolutionVersion":
        jobs.train(state, thing)
    elif thing.status == "COMPLETED":
        jobs.forget(state, thing)


def _take_away(state: State, thing: Thing) -> None:
    """What was made within it goes along: a dataset's import jobs, a solution's versions, a group's deletion jobs."""
    state.things = {
        arn: each for arn, each in state.things.items() if arn != thing.arn and thing.arn not in each.said.values()
    }


def _must_stand(state: State, arn: str) -> None:
    found = state.find(arn if not arn.endswith(LATEST) else state.latest(arn.removesuffix(LATEST)))
    if found.status != DONE:
        raise in_use(f"{arn} is {found.status}")


def _beside(state: State, kind: str, group: str) -> bool:
    return any(each.kind == kind and each.said["datasetGroupArn"] == group for each in state.things.values())


def _solution_of(version: str) -> str:
    return version.rpartition("/")[0]
