"""``python -m infra.local.fake_stripe --port 12111 --webhook-url http://127.0.0.1:8000/v1/webhooks/stripe``"""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path

from chalicelib.core import clock
from infra.local.fake_stripe.fake import FakeStripe
from infra.local.fake_stripe.merchant import Merchant
from infra.local.fake_stripe.server import serve


def main() -> None:
    told = _arguments()
    merchant = Merchant(settles_in=told.settle_in, settle_after=told.settle_after)
    seed = told.seed or str(clock.timestamp())
    fake = FakeStripe(told.webhook_secret, told.webhook_url, merchant, told.api_key, seed)
    if told.state and told.state.exists():
        fake.restore(json.loads(told.state.read_text()))
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    with serve(fake, told.port, courier=True) as running:
        print(f"fake Stripe on {running.url}", flush=True)
        stopped.wait()
    if told.state:
        told.state.write_text(json.dumps(fake.snapshot()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fake_stripe", description="A stateful stand-in for Stripe, on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=12111, help="0: a free one, which the first line of output tells")
    parser.add_argument("--webhook-url", help="where events go; none: they are only recorded")
    parser.add_argument("--webhook-secret", default="whsec_lyceum")
    parser.add_argument("--api-key", help="the only key accepted; none: any that starts with sk_test_")
    parser.add_argument("--settle-in", default="usd", help="the currency of the balance")
    parser.add_argument("--settle-after", type=int, default=2, help="seconds from a charge to its balance transaction")
    parser.add_argument("--seed", help="makes ids repeatable; none: they differ in each run")
    parser.add_argument("--state", type=Path, help="a file that keeps all state over a restart")
    return parser.parse_args()


if __name__ == "__main__":
    main()
