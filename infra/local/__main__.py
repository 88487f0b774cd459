"""``make run``: the whole platform on this machine, with demo data, until Ctrl-C."""

import argparse
import os
import signal
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.local.supervisor import LocalPlatform

KEPT = Path(".lyceum")
INTERRUPTED = 130


class Stopping:
    """What Ctrl-C does: while the platform starts, it ends the start at once; once it runs, it asks it to stop."""

    def __init__(self) -> None:
        self.asked, self._runs = Event(), False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def runs(self) -> None:
        self._runs = True

    def _hear(self, *_: object) -> None:
        first = not self.asked.is_set()
        self.asked.set()
        if first and not self._runs:
            raise KeyboardInterrupt


def main() -> int:
    told = _arguments()
    try:
        return _start(told, Stopping())
    except KeyboardInterrupt:
        print("Stopped before it ran; what was kept before is as it was.")
        return INTERRUPTED


def _start(told: argparse.Namespace, stopping: Stopping) -> int:
    from infra.local.snapshot import Unreadable
    from infra.local.supervisor import AlreadyRuns, PartFailed
    from infra.local.their_stripe import Misfit

    try:
        return _run(told, stopping)
    except Misfit as error:
        print(error)
    except AlreadyRuns:
        print(f"Another make run KEEP=1 uses {KEPT}/ in this folder: stop that one first, or leave KEEP out.")
    except OSError as error:
        print(f"{error.strerror or error}.\nIf port {told.port} cannot be had, choose another: make run PORT=8080")
    except PartFailed as error:
        print(f"A part of the platform failed.\n{error}")
    except Unreadable as error:
        print(f"What is kept in {KEPT}/ cannot be read ({error}). Move it away to begin anew.")
    return 1


def _run(told: argparse.Namespace, stopping: Stopping) -> int:
    from infra.demo import seed
    from infra.local import running, their_stripe
    from infra.local.supervisor import SNAPSHOT, LocalPlatform

    fresh, theirs = not (told.keep and (KEPT / SNAPSHOT).exists()), their_stripe.told(os.environ)
    print("Starting Lyceum …", flush=True)
    with LocalPlatform(port=told.port, keep=KEPT if told.keep else None, tell=_tell, theirs=theirs) as platform:
        if fresh and not told.empty:
            with platform.keeping_nothing():
                seed.fill(platform, _tell)
        running.note(platform.env)
        stopping.runs()
        print(_welcome(platform), flush=True)
        try:
            platform.wait(stopping.asked)
        finally:
            running.forget()
        print("Stopping …", flush=True)
    return 0


def _tell(line: str) -> None:
    print(f"  {line}", flush=True)


def _welcome(platform: "LocalPlatform") -> str:
    from infra.demo.cast import PASSWORD, PEOPLE

    places = "\n".join(f"  {where:<44} {what}" for what, where in platform.places().items())
    accounts = "\n".join(f"  {part.email:<44} {part.role} {part.name}" for part in PEOPLE)
    return f"""
Lyceum runs. Begin at {platform.lobby_url}
{places}
Demo accounts, each with the password "{PASSWORD}":
{accounts}
make admin EMAIL=… STAGE=local, in another shell here, makes an administrator.
An order's pay_at opens Stripe's checkout page. Ctrl-C stops everything."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--port", type=_port, default=8000, help="where the API listens (make run PORT=…)")
    parser.add_argument("--keep", action="store_true", help=f"keep state in {KEPT}/ over a restart (make run KEEP=1)")
    parser.add_argument("--empty", action="store_true", help="without demo data")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: choose one from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
