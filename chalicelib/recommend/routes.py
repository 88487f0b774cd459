"""Recommendations over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.recommend import experiments, picks, results
from chalicelib.recommend.experiments import Experiment, ExperimentRuns, NewExperiment
from chalicelib.recommend.results import Result
from chalicelib.recommend.shapes import (
    Experiments,
    PersonalQuery,
    PopularQuery,
    Ranked,
    Ranking,
    Recommendations,
    SimilarQuery,
)

routes = Blueprint(__name__)


@route(
    routes,
    "GET",
    "/v1/recommendations",
    who=Who.ANYONE,
    query=PopularQuery,
    answers={200: Recommendations},
    public_seconds=60,
)
def read_popular(query: PopularQuery) -> Answer:
    """What is popular now, among all works or in a subject."""
    return ok(picks.popular(query))


@route(
    routes,
    "GET",
    "/v1/me/recommendations",
    who=Who.READER,
    query=PersonalQuery,
    answers={200: Recommendations},
)
def read_personal(actor: Actor, query: PersonalQuery) -> Answer:
    """What is recommended to me, and why."""
    return ok(picks.personal(actor, query.limit))


@route(
    routes,
    "GET",
    "/v1/works/{work_id}/similar",
    who=Who.ANYONE,
    query=SimilarQuery,
    answers={200: Recommendations},
    refuses=(NotFound,),
    public_seconds=300,
)
def read_similar(work_id: str, query: SimilarQuery) -> Answer:
    """What goes with a published work."""
    return ok(picks.similar(work_id, query.limit))


@route(
    routes,
    "POST",
    "/v1/me/rankings",
    who=Who.READER,
    body=Ranking,
    answers={200: Ranked},
    fresh=False,
)
def rank(actor: Actor, body: Ranking) -> Answer:
    """Put works, such as those of a search, into the order that suits me best. Nothing is kept of it."""
    return ok(picks.ranked(actor, body.work_ids))


@route(
    routes,
    "POST",
    "/v1/admin/experiments",
    who=Who.ADMIN,
    body=NewExperiment,
    answers={201: Experiment},
    refuses=(ExperimentRuns,),
)
def start_experiment(actor: Actor, body: NewExperiment) -> Answer:
    """Serve readers in different ways from now on, and count what comes of it."""
    made = experiments.start(actor, body)
    return created(made, f"/v1/admin/experiments/{made.experiment_id}")


@route(routes, "GET", "/v1/admin/experiments", who=Who.ADMIN, answers={200: Experiments})
def read_experiments() -> Answer:
    """What is tried, and what was: the last 50."""
    return ok(Experiments(experiments.known()))


@route(
    routes,
    "GET",
    "/v1/admin/experiments/{experiment_id}",
    who=Who.ADMIN,
    answers={200: Result},
    refuses=(NotFound,),
)
def read_experiment(experiment_id: str) -> Answer:
    """What came of it so far, and how sure that is."""
    return ok(results.of(experiments.find(experiment_id)))


@route(
    routes,
    "POST",
    "/v1/admin/experiments/{experiment_id}/endings",
    who=Who.ADMIN,
    answers={200: Experiment},
    refuses=(NotFound,),
)
def end_experiment(actor: Actor, experiment_id: str) -> Answer:
    """Serve all readers alike again. What came of it stays."""
    return ok(experiments.end(actor, experiment_id))
