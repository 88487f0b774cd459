"""The stacks that can only be made once the app is deployed, since they need to know its API or its functions.

A maker looks at what was deployed and answers a stack, or None where the stage's settings do not ask for it. Each takes
its parameters from the stage's settings (``further.<name>``) and from what was deployed. To add one, write its maker in
the house that it belongs to, and name it here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from infra.deploy.account import Account
from infra.deploy.declared import Declared
from infra.deploy.stack import Stack
from infra.deploy.stage_settings import StageSettings
from infra.edge.stack import edge
from infra.operation.stack import operation
from infra.spark.scheduled import spark
from infra.trainer.scheduled import trainer


@dataclass(frozen=True)
class Deployed:
    """What stands once `chalice deploy` and the hardening are through."""

    account: Account
    declared: Declared
    told: StageSettings
    api_id: str

    def stack(self, name: str, template: str, **parameters: str) -> Stack:
        """A stack lyceum-<stage>-<name>, with the stage's own parameters over these."""
        told = {"Stage": self.account.stage, **parameters, **self.told.further.get(name, {})}
        return Stack(f"{self.account.prefix}-{name}", template, told)


Maker = Callable[[Deployed], Stack | None]
MAKERS: tuple[Maker, ...] = (edge, operation, spark, trainer)


def stacks(deployed: Deployed) -> list[Stack]:
    return [stack for maker in MAKERS if (stack := maker(deployed))]
