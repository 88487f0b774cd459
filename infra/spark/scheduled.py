"""The stack that trains a stage's recommender past one machine: infra/spark.yaml.

It is asked for by ``"further": {"spark": {"Image": …}}`` in infra/stages/<stage>.json.
"""

import json
from pathlib import Path
from typing import Any

from infra.local import template
from infra.trainer.scheduled import Deployed

TEMPLATE = Path(__file__).parents[1] / "spark.yaml"


def spark(deployed: Deployed) -> Any:
    """The stack; None where the stage's settings ask for none."""
    if "spark" not in deployed.told.further:
        return None
    return deployed.stack("spark", json.dumps(template.load(TEMPLATE)))
