"""``make load``: many clients on the local platform for a minute; writes build/bench/load.json.

Ratios are to the sum of a request's bare calls to the emulated DynamoDB under the same load: see ``figures``.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from infra.deploy.tree import BUILD, ROOT
from infra.load.run import MOST_CLIENTS, MOST_SECONDS, run
from infra.local.supervisor import PartFailed

OUT = (BUILD / "bench" / "load.json").relative_to(ROOT)


def main() -> int:
    told = _arguments()
    try:
        found = run(told.clients, told.seconds, _say)
    except PartFailed as error:
        _say(f"a part of the platform failed: {error}")
        return 1
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(_table(found))
    for problem in found["problems"]:
        print(f"✗ {problem}")
    print(f"written to {told.out}")
    return 1 if found["problems"] else 0


def _table(found: dict[str, Any]) -> str:
    kinds: dict[str, dict[str, Any]] = {"all": found, **found["kinds"]}
    rows = [f"{'':12} {'requests':>9} {'calls':>6} {'p50_ratio':>10} {'p95_ratio':>10}"]
    for name, row in kinds.items():
        ratios = f"{row['p50_ratio']:10.2f} {row['p95_ratio']:10.2f}"
        rows.append(f"{name:12} {row['requests']:9,} {row.get('calls', ''):>6} {ratios}")
    return "\n".join(rows) + f"\n{found['errors']} errors, {found['orders_paid']} orders paid"


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--clients", type=_clients, default=32, help="how many at once (make load CLIENTS=…)")
    parser.add_argument("--seconds", type=_seconds, default=60, help="for how long (make load SECONDS=…)")
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go")
    return parser.parse_args()


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to {MOST_SECONDS}")
    return int(text)


def _clients(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_CLIENTS:
        raise argparse.ArgumentTypeError(f"{text} is not from 1 to {MOST_CLIENTS}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
