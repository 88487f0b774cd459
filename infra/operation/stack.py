"""The stack of a stage's alarms, dashboard and budget. Every stage has it; ``"further": {"operation": {…}}`` in
infra/stages/<stage>.json sets its parameters."""

import json
from typing import Any, Protocol

from infra.operation.template import operation_template


class Deployed(Protocol):
    """A stage whose functions stand, as the deployer describes it to the makers of further stacks."""

    def stack(self, name: str, template: str, **parameters: str) -> Any: ...


def operation(deployed: Deployed) -> Any:
    return deployed.stack("operation", json.dumps(operation_template()))
