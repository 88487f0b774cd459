"""What the deeds of a rehearsal share: the account, the project, what stands around its stages, how far they are."""

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from chalicelib.core import clock
from infra.deploy.lock import LEASE
from infra.rehearsal.account import EmulatedAccount
from infra.rehearsal.deployment import Function
from infra.rehearsal.play import Play
from infra.rehearsal.project import Kill, Project, Ran
from infra.rehearsal.sources import AccountSources
from infra.rehearsal.surroundings import Surroundings

STAGE, SECOND = "prod", "dev"


class NotAsItShould(Exception):
    """The rehearsal found something wrong."""


@dataclass
class Life:
    account: EmulatedAccount
    project: Project
    place: Surroundings
    second: Surroundings
    offset: float = 0.0
    sources: AccountSources | None = None
    stripe: ExitStack = field(default_factory=ExitStack)
    """While somebody asks it, from the main job on."""
    play: Play = field(init=False)
    before: Function | None = None
    """The API's function as it was in the version before."""

    def __post_init__(self) -> None:
        self.play = Play(self.place)
        for place, live in ((self.place, "0"), (self.second, "1")):
            environment = {**place.told, "STRIPE_LIVEMODE": live}
            told = {"environment": environment, "resources": {"UploadOrigins": place.lobby_url}}
            path = self.project.at / "infra" / "stages" / f"{place.stage}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(told))

    def lease_runs_out(self) -> None:
        self.offset += LEASE.total_seconds() + 60
        clock.move(self.offset)

    def stop_sources(self) -> None:
        if self.sources:
            self.sources.stop()

    def deploy(self, command: str, place: Surroundings, kill: Kill | None = None) -> Ran:
        return self.project.deployer(command, "--stage", place.stage, "--url", place.api_url, kill=kill)

    def migrate(self, *arguments: str, kill: Kill | None = None) -> Ran:
        return self.project.migrator("--stage", STAGE, *arguments, kill=kill)

    def old(self, method: str, path: str, body: Any = None) -> Any:
        """What the version before answers to the reader, on today's data."""
        assert self.before
        return self.place.door.ask(self.before, method, path, body, self.play.reader.authorization)

    def digests(self) -> dict[str, str]:
        functions = self.account.client("lambda").list_functions()["Functions"]
        return {each["FunctionName"]: each["CodeSha256"] for each in functions}

    def count(self, table: str) -> int:
        return int(self.account.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"])


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotAsItShould(otherwise)


def succeeded(ran: Ran) -> str:
    """Its last line."""
    expect(ran.code == 0, ran.text[-3000:])
    return ran.lines[-1].strip()
