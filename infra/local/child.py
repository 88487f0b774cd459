"""One part of the local platform in a process of its own: ``python -m infra.local.child api --port 8000``.

It ends when told to (SIGTERM), and when its standard input closes: so it never outlives the supervisor.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable


def main() -> int:
    told = _arguments()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()
    PARTS[told.part](told, stop)
    return 0


def _end_with_parent(stop: threading.Event) -> None:
    sys.stdin.buffer.read()
    stop.set()


def _api(told: argparse.Namespace, stop: threading.Event) -> None:
    from app import app
    from infra.local.gateway import Gateway, gateway_front

    gateway = Gateway(app, gateway_front(told.port))
    gateway.start()
    _say(gateway.url)
    stop.wait()
    gateway.stop()


def _jobs(told: argparse.Namespace, stop: threading.Event) -> None:
    from app import app
    from infra.local.event_sources import EventSources
    from infra.local.functions import called
    from infra.local.http_front import HttpFront
    from infra.local.jobs_desk import JobsDesk

    sources, front = EventSources(app, told.places), HttpFront()
    front.start(JobsDesk(sources, called(app)).answer)
    _say(front.url)
    sources.run_forever(stop)
    front.stop()


def _stripe(told: argparse.Namespace, stop: threading.Event) -> None:
    import json

    from chalicelib.core import clock
    from chalicelib.core.keyrings import ring
    from chalicelib.core.secrets import secret
    from infra.local.fake_stripe.fake import FakeStripe
    from infra.local.fake_stripe.merchant import Merchant
    from infra.local.fake_stripe.server import serve

    merchant = Merchant(settles_in="usd", settle_after=2)
    signs, key = ring("stripe-webhook-secret").key.split(","), secret("stripe-key")
    seed = str(clock.timestamp())
    fake = FakeStripe(signs[0], told.webhook_url, merchant, key, seed, connect_secret=signs[-1])
    if told.state and told.state.exists():
        fake.restore(json.loads(told.state.read_text(encoding="utf-8")))
    with serve(fake, told.port, courier=True) as running:
        _say(running.url)
        stop.wait()
    if told.state:
        told.state.write_text(json.dumps(fake.snapshot()), encoding="utf-8")


PARTS: dict[str, Callable[[argparse.Namespace, threading.Event], None]] = {
    "api": _api,
    "jobs": _jobs,
    "stripe": _stripe,
}


def _say(line: str) -> None:
    """The first line of output tells the supervisor that this part is there, and where."""
    print(line, flush=True)


def _arguments() -> argparse.Namespace:
    from pathlib import Path

    parser = argparse.ArgumentParser(prog="python -m infra.local.child", description=__doc__)
    parser.add_argument("part", choices=sorted(PARTS))
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    parser.add_argument("--webhook-url")
    parser.add_argument("--state", type=Path, help="a file that keeps what the part remembers")
    parser.add_argument("--places", type=Path, help="a folder that keeps how far the streams were read")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
