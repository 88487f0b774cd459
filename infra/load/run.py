"""One load run: start the platform, fill it, record, load, settle, and say what was found."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from infra.demo import cast, seed
from infra.demo.caller import Caller
from infra.load import audience, bare, settling
from infra.load.connection import Connection
from infra.load.figures import figures
from infra.load.mix import SHARES, Reader
from infra.local.supervisor import LocalPlatform

MOST_CLIENTS = 50
"""Each registers from this machine's one address, and registrations are limited by address."""

MOST_SECONDS = 300
"""Their tokens live for ten minutes, from before the load until after it."""

Say = Callable[[str], None]


def run(clients: int, seconds: float, say: Say) -> dict[str, Any]:
    """The figures; ``problems`` says in words what does not hold. Raises PartFailed."""
    with LocalPlatform(tell=say) as platform:
        seed.fill(platform, say)
        readers = audience.gather(platform, clients + 1, say)
        plan = {
            "api_url": platform.api_url,
            "aws_url": platform.emulator.url,
            "seconds": seconds,
            "readers": readers[:clients],
            "bare": _record(platform, readers[-1], say),
        }
        say(f"{clients} clients for {seconds:g} s")
        measured = _drive(plan)
        admin = Caller(platform, cast.ADMIN).sign_in()
        problems = settling.drain(platform, admin, say) + settling.differences(admin)
        problems += settling.unpaid(platform, readers, measured["orders"])
    found = figures(measured["requests"], measured["bare"], len(measured["errors"]))
    about = {"clients": clients, "seconds": seconds, "orders_paid": len(measured["orders"])}
    return about | found | {"problems": measured["errors"][:20] + problems}


def _record(platform: LocalPlatform, told: dict[str, Any], say: Say) -> dict[str, Any]:
    """The bare calls of each kind of request, as one reader's requests make them while nobody else asks."""
    bare.make_tables(platform.emulator)
    reader, recorded = Reader(told), {}
    connection = Connection(platform.api_url, reader.token)
    for kind in SHARES:
        ask = reader.ask(kind)
        recorded[kind] = bare.record(platform.emulator, partial(connection.send, ask)).plain()
    say("recorded: " + ", ".join(f"{kind} {len(each['calls'])}" for kind, each in recorded.items()) + " calls")
    return recorded


def _drive(plan: dict[str, Any]) -> dict[str, Any]:
    """Let the clients live in a process of their own, so that they and the emulator do not share an interpreter."""
    command = [sys.executable, "-m", "infra.load.driver"]
    done = subprocess.run(command, input=json.dumps(plan), stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
