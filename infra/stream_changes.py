"""A table's changes as Lambda hands them to a function, from what the stream's own API says."""

import base64
from typing import Any

Record = dict[str, Any]


def as_handed_over(record: Record, stream_arn: str) -> Record:
    """Times in whole seconds, bytes in base64."""
    image = dict(record["dynamodb"])
    image["ApproximateCreationDateTime"] = int(image["ApproximateCreationDateTime"].timestamp())
    for name in ("Keys", "NewImage", "OldImage"):
        if name in image:
            image[name] = _jsonable(image[name])
    handed = {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": image,
        "eventSourceARN": stream_arn,
    }
    if "userIdentity" in record:
        user = record["userIdentity"]
        handed["userIdentity"] = {"type": user["Type"], "principalId": user["PrincipalId"]}
    return handed


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _jsonable(part) for name, part in value.items()}
    return [_jsonable(part) for part in value] if isinstance(value, list) else value
