"""Experiments over HTTP."""

from chalice import Blueprint

from chalicelib.core.actors import Actor, Who
from chalicelib.core.errors import NotFound
from chalicelib.core.web import Answer, created, ok, route
from chalicelib.recommend import experiments, results
from chalicelib.recommend.experiments import Experiment, ExperimentRuns, NewExperiment
from chalicelib.recommend.results import Result
from chalicelib.recommend.shapes import Experiments

routes = Blueprint(__name__)


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
