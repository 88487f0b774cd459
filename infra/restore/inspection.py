"""`STAGE=proddrill python -m infra.restore.inspection`: what the platform's own code says of a stage's data.

A process of its own, for the rooms name their tables when they are imported. Writes its findings as JSON to ``--to``.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from chalicelib.orders import invariants
from infra.restore import objects


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.restore.inspection", description=__doc__)
    parser.add_argument("--bucket", required=True, help="the content bucket that the rows' files lie in")
    parser.add_argument("--sample", type=int, default=0, help="look for so many files only; 0: for all")
    parser.add_argument("--to", required=True)
    told = parser.parse_args()
    Path(told.to).write_text(json.dumps(inspect(told.bucket, told.sample)), encoding="utf-8")


def inspect(bucket: str, sample: int) -> dict[str, Any]:
    books = invariants.check()
    keys = objects.named()
    chosen = objects.chosen(keys, sample)
    return {
        "journals": books.journals,
        "orders": books.orders,
        "holdings": books.holdings,
        "differences": [f"{each.invariant} {each.subject}: {each.detail}" for each in books.differences],
        "files": len(keys),
        "files_looked_for": len(chosen),
        "files_missing": objects.missing(bucket, chosen),
    }


if __name__ == "__main__":
    main()
