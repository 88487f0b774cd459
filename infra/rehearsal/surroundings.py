"""What stands around a deployed stage in a rehearsal: people's mailboxes, Stripe, and a door to its API."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.http_front import HttpAnswer, HttpFront, HttpRequest
from infra.local.lobby import Lobby
from infra.local.supervisor import free_port
from infra.rehearsal.account import EmulatedAccount
from infra.rehearsal.deployment import Fleet
from infra.rehearsal.door import Door


@dataclass
class Surroundings:
    """A stage is told these addresses before it is deployed."""

    account: EmulatedAccount
    stage: str
    fleet: Fleet
    door: Door
    lobby_url: str
    stripe_url: str

    @property
    def api_url(self) -> str:
        return self.door.url

    @property
    def env(self) -> dict[str, str]:
        return {**self.account.environment, "STAGE": self.stage}

    @property
    def told(self) -> dict[str, str]:
        """What of this the stage must be told."""
        return {"PUBLIC_URL": self.lobby_url, "STRIPE_API_BASE": self.stripe_url}

    @contextmanager
    def stripe(self) -> Iterator[None]:
        """The fake Stripe, with the stage's own keys, which must be there."""
        port, webhook = self.stripe_url.rpartition(":")[2], f"{self.api_url}/v1/webhooks/stripe"
        command = [sys.executable, "-m", "infra.local.child", "stripe", "--port", port, "--webhook-url", webhook]
        environment = {**os.environ, **self.env}
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as running:
            try:
                assert running.stdout
                running.stdout.readline()
                yield
            finally:
                running.terminate()


@contextmanager
def around(account: EmulatedAccount, stage: str, keep_in: Path) -> Iterator[Surroundings]:
    with ExitStack() as stack:
        fleet, lobby = Fleet(account, keep_in), HttpFront()
        stack.callback(fleet.stop)
        lobby.start(lambda request: _lobby(account, request))
        stack.callback(lobby.stop)
        door = Door(account, stage, fleet, HttpFront()).start()
        stack.callback(door.stop)
        yield Surroundings(account, stage, fleet, door, lobby.url, f"http://127.0.0.1:{free_port(0)}")


def _lobby(account: EmulatedAccount, request: HttpRequest) -> HttpAnswer:
    return Lobby(account.mails(), dict).answer(request)
