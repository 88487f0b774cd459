"""From nothing to three campaigns that answer. Each step asks first what stands, so a run that broke off goes on."""

from collections.abc import Iterator
from typing import Any

from chalicelib.core import clock
from chalicelib.recommend import arns
from infra.personalize import exporting, role
from infra.personalize.schemas import schema
from infra.personalize.service import STANDS, Service

RECIPE = "arn:aws:personalize:::recipe"
WEEKLY = {"autoTrainingConfig": {"schedulingExpression": "rate(7 days)"}}
RUNNING = ("PENDING", "IN_PROGRESS")


def set_up(service: Service, iam: Any, *, anew: bool = False) -> Iterator[str]:
    """All of it; then the lines for the stage's settings. Raises Stopped."""
    reader = role.stand(iam)
    group = arns.of("dataset-group")
    service.stand("DatasetGroup", group, name=arns.name())
    for dataset in arns.DATASETS:
        _stand_dataset(service, group, dataset)
    tracking_id = _stand_tracker(service, group)
    for dataset in arns.DATASETS:
        _fill(service, dataset, reader, anew)
    for part, expression in arns.FILTERS.items():
        said = {"name": arns.name(part), "datasetGroupArn": group, "filterExpression": expression}
        service.stand("Filter", arns.of("filter", part), **said)
    for part, recipe in arns.CAMPAIGNS.items():
        _train(service, group, part, recipe, anew)
    for part in arns.CAMPAIGNS:
        _stand_campaign(service, part)
    yield "Write into the stage's settings, then deploy it:"
    yield f'"environment": {{"RECOMMENDER": "personalize", "PERSONALIZE_TRACKING_ID": "{tracking_id}"}}'


def _stand_dataset(service: Service, group: str, dataset: str) -> None:
    part = dataset.lower()
    service.stand("Schema", arns.of("schema", part), name=arns.name(part), schema=schema(dataset))
    service.stand(
        "Dataset",
        arns.dataset(dataset),
        name=arns.name(part),
        schemaArn=arns.of("schema", part),
        datasetGroupArn=group,
        datasetType=dataset,
    )


def _stand_tracker(service: Service, group: str) -> str:
    """Its id for events. Its ARN is Personalize's to choose, so it is looked for: a group has one."""
    found = [each["eventTrackerArn"] for each in service.list("EventTracker", datasetGroupArn=group)]
    arn = found[0] if found else service.make("EventTracker", name=arns.name("events"), datasetGroupArn=group)
    return str(service.wait("EventTracker", arn)["trackingId"])


def _fill(service: Service, dataset: str, reader: str, anew: bool) -> None:
    """From the lake, in the place of what was imported before. What was written for it does not stay."""
    arn = _last(service, "DatasetImportJob", anew, datasetArn=arns.dataset(dataset))
    if arn is None:
        arn = service.make(
            "DatasetImportJob",
            jobName=arns.name(f"{dataset.lower()}-{int(clock.timestamp() * 1000)}"),
            datasetArn=arns.dataset(dataset),
            dataSource={"dataLocation": exporting.write(dataset)},
            roleArn=reader,
            importMode="FULL",
        )
    service.wait("DatasetImportJob", arn)
    exporting.clear(dataset)


def _train(service: Service, group: str, part: str, recipe: str, anew: bool) -> None:
    """A first version at once; from then on Personalize makes one each week, and the campaign takes it over."""
    solution = arns.of("solution", part)
    service.stand(
        "Solution",
        solution,
        name=arns.name(part),
        datasetGroupArn=group,
        recipeArn=f"{RECIPE}/{recipe}",
        performAutoTraining=True,
        solutionConfig=WEEKLY,
    )
    version = _last(service, "SolutionVersion", anew, solutionArn=solution)
    service.wait("SolutionVersion", version or service.make("SolutionVersion", solutionArn=solution))


def _stand_campaign(service: Service, part: str) -> None:
    """Answers by the solution's latest version, whichever that is."""
    service.stand(
        "Campaign",
        arns.of("campaign", part),
        name=arns.name(part),
        solutionVersionArn=f"{arns.of('solution', part)}/$LATEST",
        minProvisionedTPS=1,
        campaignConfig={"syncWithLatestSolutionVersion": True},
    )


def _last(service: Service, kind: str, anew: bool, **of: str) -> str | None:
    """The one to wait for: one that is under way, or else one that was done, where that is good enough."""
    found = [each for each in service.list(kind, **of) if "FAILED" not in each["status"]]
    under_way = [each for each in found if each["status"].endswith(RUNNING)]
    done = [each for each in found if each["status"] in STANDS and not anew]
    chosen = under_way or done
    return str(chosen[-1][f"{kind[0].lower()}{kind[1:]}Arn"]) if chosen else None
