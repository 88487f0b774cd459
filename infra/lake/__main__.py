"""`make replay-lake STAGE=prod FROM=2026-11-20 TO=2026-11-26`: the recommender hears again what readers did then.

For when it lost or miscounted something; what it has counted, it does not count twice. See docs/operation.md.
"""

import argparse
import sys
from datetime import date

from infra import on_stage


def main() -> int:
    parser = argparse.ArgumentParser(prog="make replay-lake", description=__doc__)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--first", required=True, type=_day, help="the first day, in UTC: 2026-11-20")
    parser.add_argument("--last", required=True, type=_day, help="the last day")
    wanted = parser.parse_args()
    return on_stage.perform(lambda: _replay(wanted.stage, wanted.first, wanted.last))


def _replay(stage: str, first: date, last: date) -> int:
    on_stage.enter(stage)
    from infra.lake.replaying import replay

    replay(first, last, lambda line: print(line, flush=True))
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write 2026-11-20") from None


if __name__ == "__main__":
    sys.exit(main())
