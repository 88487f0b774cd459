"""The stack that trains a stage's recommender once a day: infra/trainer.yaml.

It is asked for by ``"further": {"trainer": {"Image": …, "Subnets": …, "SecurityGroups": …}}`` in
infra/stages/<stage>.json.
"""

import json
from pathlib import Path
from typing import Any, Protocol

from infra.local import template

TEMPLATE = Path(__file__).parents[1] / "trainer.yaml"


class Deployed(Protocol):
    """A stage whose functions stand, as the deployer describes it to the makers of further stacks."""

    @property
    def told(self) -> Any: ...

    def stack(self, name: str, template: str, **parameters: str) -> Any: ...


def trainer(deployed: Deployed) -> Any:
    """The stack; None where the stage's settings ask for none."""
    if "trainer" not in deployed.told.further:
        return None
    return deployed.stack("trainer", json.dumps(template.load(TEMPLATE)))
