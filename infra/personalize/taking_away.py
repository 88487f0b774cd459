"""All of it down, what stands on something before that: first of all what is paid for."""

from typing import Any

from chalicelib.recommend import arns
from infra.personalize import exporting, role
from infra.personalize.service import Service


def take_away(service: Service, iam: Any) -> None:
    """Nothing of the stage is left at Personalize. What is gone already is no matter. Raises Stopped."""
    group = arns.of("dataset-group")
    for part in arns.CAMPAIGNS:
        service.take_away("Campaign", arns.of("campaign", part))
    for part in arns.FILTERS:
        service.take_away("Filter", arns.of("filter", part))
    if service.find("DatasetGroup", group):
        for tracker in service.list("EventTracker", datasetGroupArn=group):
            service.take_away("EventTracker", tracker["eventTrackerArn"])
    for part in arns.CAMPAIGNS:
        service.take_away("Solution", arns.of("solution", part))
    for dataset in arns.DATASETS:
        service.take_away("Dataset", arns.dataset(dataset))
    service.take_away("DatasetGroup", group)
    for dataset in arns.DATASETS:
        service.take_away("Schema", arns.of("schema", dataset.lower()))
    role.take_away(iam)
    exporting.clear()
    service.say("Nothing is left at Amazon Personalize.")
