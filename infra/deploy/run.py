"""What every command works with: the account, the bucket, the stage's settings, the place of its tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.deploy.account import Account
from infra.deploy.artefacts import Artefacts
from infra.deploy.lock import Lock
from infra.deploy.progress import Progress
from infra.deploy.stack import Stack, Stacks
from infra.deploy.stage_settings import StageSettings, settings_of
from infra.deploy.tree import BUILD, ROOT
from infra.deploy.versions import Versions
from infra.local import template


@dataclass(frozen=True)
class Run:
    stage: str
    progress: Progress
    take_over: bool = False
    url: str = ""
    """Where the API answers, if not where the stage's settings or API Gateway say."""

    @cached_property
    def told(self) -> StageSettings:
        return settings_of(self.stage, ROOT)

    @cached_property
    def account(self) -> Account:
        return Account(self.stage)

    @cached_property
    def artefacts(self) -> Artefacts:
        return Artefacts(self.account)

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.account, self.artefacts)

    @cached_property
    def stacks(self) -> Stacks:
        return Stacks(self.account, self.artefacts)

    @property
    def tree(self) -> Path:
        return BUILD / "deploy" / self.stage

    @contextmanager
    def locked(self) -> Iterator[Lock]:
        with Lock(self.account).held(self.take_over) as lock:
            self.progress.each_time = lock.renew
            yield lock
            self.progress.each_time = lambda: None

    def resources(self, told: StageSettings, **parameters: str) -> Stack:
        """The stack of what keeps data and carries messages."""
        return Stack(
            self.account.prefix,
            template.TEMPLATE.read_text(),
            {"Stage": self.stage, "Recommender": told.recommender, **told.resources, **parameters},
            keeps_data=True,
        )
