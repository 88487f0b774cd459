"""The platform that tests stand on: a real emulator over HTTP, one a process, emptied for every test.

Loading this module sets the environment, for the app's decorators read it at import; the emulator itself starts when
the first test asks for ``platform``. Under xdist every worker has its own.
"""

import atexit
import os
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from infra.local.http_front import HttpFront
from infra.local.provisioning import Provisioner, environment
from infra.policies import comparison
from tests import least_privilege

_front = HttpFront()
_folder = tempfile.TemporaryDirectory(prefix="lyceum-tests-")
atexit.register(_folder.cleanup)
CLOCK_FILE = Path(_folder.name, "clock")
CLOCK_FILE.write_bytes(bytes(8))

ENVIRONMENT = environment(_front.url) | {"LYCEUM_CLOCK_FILE": str(CLOCK_FILE)}
for _name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_DYNAMODB"):
    os.environ.pop(_name, None)
os.environ.update(ENVIRONMENT)


class Platform:
    """The running emulator, its environment, its clock and the event sources of the app."""

    def __init__(self) -> None:
        from infra.local.clockwork import MovableClock
        from infra.local.emulator import Emulator

        self.emulator = Emulator(_front)
        self.env = ENVIRONMENT
        self.clock = MovableClock()
        self.emulator.start()
        self._provisioner = Provisioner(self.emulator.url)
        self._provisioner.provision()

    def client(self, service: str) -> Any:
        """A client of the emulated AWS that never retries."""
        return self._provisioner.client(service)

    @cached_property
    def app(self) -> Any:
        """The app as deployed: everything that ``app.py`` registers."""
        from app import app
        from infra.local.functions import called

        self.emulator.functions |= called(app)
        return app

    def answer(self, event: dict[str, Any]) -> Any:
        """The app's answer to an event of API Gateway, with the API function's rights."""
        from infra.local.acting import acting_as

        with acting_as("api_handler"):
            return self.app(event, None)

    @cached_property
    def sources(self) -> Any:
        from infra.local.event_sources import EventSources

        return EventSources(self.app, emulator=self.emulator)

    def pump(self, **how: Any) -> int:
        """Let every waiting message and change reach its handler, until nothing moves. See EventSources.pump."""
        return int(self.sources.pump(**how))

    def run_schedule(self, name: str) -> None:
        """Let a schedule come due now, such as ``outbox_sweep``."""
        self.sources.run_schedule(name)

    def reset(self) -> None:
        from chalicelib.recommend import memory

        self.clock.reset()
        self.emulator.empty()
        memory.forget()
        self.__dict__.pop("sources", None)

    def stop(self) -> None:
        self.emulator.stop()


@pytest.fixture(scope="session")
def running_platform() -> Iterator[Platform]:
    """The one platform of this process, as the tests before left it."""
    platform = Platform()
    yield platform
    least_privilege.used |= platform.emulator.guard.used
    platform.stop()


@pytest.fixture
def platform(running_platform: Platform) -> Iterator[Platform]:
    """The platform, empty, at the real time. Fails where a function asked for what its policy does not allow."""
    running_platform.reset()
    yield running_platform
    if refused := running_platform.emulator.guard.take_refused():
        pytest.fail(comparison.advice(missing=comparison.missing(refused)), pytrace=False)


@pytest.fixture
def guard(platform: Platform) -> Iterator[Any]:
    """The platform's guard, for tests that want its refusals. What is used in them proves no need of it."""
    guard = platform.emulator.guard
    known, guard.used = guard.used, set()
    yield guard
    guard.used = known
    guard.take_refused()
