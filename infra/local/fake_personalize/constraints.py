"""What the API's own model says of a request, and botocore leaves to the service: longest, most, patterns, words."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import Shape
from botocore.session import Session

from infra.local.fake_personalize.refusals import invalid

_SERVICES = ("personalize", "personalize-events", "personalize-runtime")


def check(operation: str, said: dict[str, Any]) -> None:
    """Raises Refused."""
    shape = _shapes().get(operation)
    for fault in _faults(operation, shape, said) if shape else ():
        raise invalid(fault)


def _faults(at: str, shape: Shape, value: Any) -> Iterator[str]:
    match shape.type_name:
        case "structure":
            for name in value:
                yield from _faults(f"{at}.{name}", shape.members[name], value[name])
        case "list":
            yield from _beyond(at, shape, len(value))
            for each in value:
                yield from _faults(at, shape.member, each)
        case "string":
            yield from _beyond(at, shape, len(value))
            if not re.match(shape.metadata.get("pattern", ""), value):
                yield f"{at}: {value!r} is not of the pattern {shape.metadata['pattern']}"
            if shape.enum and value not in shape.enum:
                yield f"{at}: {value!r} is none of {', '.join(shape.enum)}"
        case "integer":
            yield from _beyond(at, shape, value)


def _beyond(at: str, shape: Shape, number: int) -> Iterator[str]:
    if not shape.metadata.get("min", number) <= number <= shape.metadata.get("max", number):
        yield f"{at}: {number} is beyond what is allowed"


@cache
def _shapes() -> dict[str, Shape]:
    models = [Session().get_service_model(service) for service in _SERVICES]
    return {name: model.operation_model(name).input_shape for model in models for name in model.operation_names}
