"""The kinds of things that can be made: how they are named, on what they stand, and what is listed of them.

Source: docs.aws.amazon.com/personalize/latest/dg/API_Operations_Amazon_Personalize.html, page by page.
"""

from dataclasses import dataclass, field
from typing import Any

from infra.local.provisioning import ACCOUNT, REGION

PLACE = f"arn:aws:personalize:{REGION}:{ACCOUNT}"
DONE = "ACTIVE"


@dataclass(frozen=True)
class Kind:
    """``key``: as answers name it. ``stands_on``: the parameters that name things which must be ACTIVE first."""

    key: str
    path: str
    stands_on: tuple[str, ...] = ()
    listed_by: str = ""

    @property
    def arn_name(self) -> str:
        return f"{self.key}Arn"


KINDS = {
    "Schema": Kind("schema", "schema"),
    "DatasetGroup": Kind("datasetGroup", "dataset-group"),
    "Dataset": Kind("dataset", "dataset", ("schemaArn", "datasetGroupArn"), "datasetGroupArn"),
    "DatasetImportJob": Kind("datasetImportJob", "dataset-import-job", ("datasetArn",), "datasetArn"),
    "EventTracker": Kind("eventTracker", "event-tracker", ("datasetGroupArn",), "datasetGroupArn"),
    "Filter": Kind("filter", "filter", ("datasetGroupArn",), "datasetGroupArn"),
    "Solution": Kind("solution", "solution", ("datasetGroupArn",), "datasetGroupArn"),
    "SolutionVersion": Kind("solutionVersion", "solution", ("solutionArn",), "solutionArn"),
    "Campaign": Kind("campaign", "campaign", ("solutionVersionArn",), "solutionArn"),
    "DataDeletionJob": Kind("dataDeletionJob", "data-deletion-job", ("datasetGroupArn",), "datasetGroupArn"),
}
PLURALS = {f"{name}s": name for name in KINDS}


@dataclass
class Thing:
    """Something that was made. ``said`` is what it was made of."""

    kind: str
    arn: str
    said: dict[str, Any]
    status: str
    made_at: float
    more: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        stamps = {"creationDateTime": self.made_at, "lastUpdatedDateTime": self.made_at}
        return {**self.said, **self.more, KINDS[self.kind].arn_name: self.arn, "status": self.status, **stamps}


def arn_of(kind: str, said: dict[str, Any], number: int) -> str:
    """What Personalize names by itself bears a number here."""
    match kind:
        case "Dataset":
            return f"{PLACE}:dataset/{said['datasetGroupArn'].rpartition('/')[2]}/{said['datasetType'].upper()}"
        case "EventTracker":
            return f"{PLACE}:event-tracker/{number:08x}"
        case "SolutionVersion":
            return f"{said['solutionArn']}/{number:08x}"
    return f"{PLACE}:{KINDS[kind].path}/{said.get('name') or said['jobName']}"
