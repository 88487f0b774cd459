"""`make rotate-keys STAGE=prod KEY=token-keys`: replaces a secret while it is in use. Run it again to take the old one
away, once nobody needs it. No secret is ever shown, and none is taken from the command line."""

import argparse
import getpass
import sys

from infra import on_stage
from infra.deploy.errors import Stopped

NAMES = ("token-keys", "cursor-key", "stripe-webhook-secret", "stripe-key")
"""What this command replaces."""

_EDGE = "changes together with the edge, in several deployments: see docs/edge.md, Changing keys."
ELSEWHERE = {
    "edge-proof": _EDGE,
    "content-keys": _EDGE,
    "pseudonym-key": "never changes: it is part of rows' keys. See docs/runbooks/restore.md.",
}
"""The other secrets, and what becomes of them."""


def main() -> int:
    told = _arguments()
    return on_stage.perform(lambda: _perform(told))


def _perform(told: argparse.Namespace) -> int:
    if told.key in ELSEWHERE:
        raise Stopped(f"{told.key} {ELSEWHERE[told.key]}")
    on_stage.enter(told.stage)
    print(_rotate(told))
    return 0


def _rotate(told: argparse.Namespace) -> str:
    from infra.rotate import rotation

    if told.key == "stripe-key" and (told.retire or told.compromised):
        raise Stopped("stripe-key has one value: replace it without --retire or --compromised.")
    if told.retire:
        return rotation.retire(told.key)
    return rotation.replace(told.key, _ask) if told.compromised else rotation.rotate(told.key, _ask)


def _ask(what: str) -> str:
    """From the terminal without an echo, or from a pipe."""
    return (getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make rotate-keys", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--key", required=True, choices=[*NAMES, *ELSEWHERE], metavar="KEY", help=", ".join(NAMES))
    parser.add_argument("--retire", action="store_true", help="only take the old key away; never begin a rotation")
    parser.add_argument("--compromised", action="store_true", help="others know the key: it stops counting at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
