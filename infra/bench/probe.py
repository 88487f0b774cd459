"""Times one thing in a clean interpreter, started by path with `python -I -S`: ROOTS WHAT. Prints seconds
of processor time, which Lambda sells by memory, and which other work on this machine hardly changes.

`import`: the app's import. `client`: that, and a DynamoDB client to work with. `first`: the import, and one GET of the
event on standard input. `request`: one such GET in process, warm. What the app prints goes nowhere,
as cheaply as to Lambda's pipe.
"""

import json
import os
import sys
from statistics import median
from time import process_time
from typing import Any

BATCHES, BATCH = 11, 200
"""The median batch counts: another process on the same core spoils one, not all."""


class Context:
    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"


def time_start(what: str) -> float:
    event = json.load(sys.stdin)
    begun = process_time()
    import app

    if what == "client" and "chalicelib" in sys.modules:
        from chalicelib.core import tables

        tables.connection().client  # noqa: B018
    if what == "first":
        app.app(event, Context())
    return process_time() - begun


def time_request() -> float:
    from app import app

    event, context = json.load(sys.stdin), Context()
    answer = app(event, context)
    if answer["statusCode"] != 200:
        raise SystemExit(f"the route answered {answer}")
    return median(time_batch(app, event, context) for _ in range(BATCHES)) / BATCH


def time_batch(app: Any, event: dict[str, Any], context: Context) -> float:
    begun = process_time()
    for _ in range(BATCH):
        app(event, context)
    return process_time() - begun


if __name__ == "__main__":
    sys.path[:0] = sys.argv[1].split(":")
    figures = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print(time_request() if sys.argv[2] == "request" else time_start(sys.argv[2]), file=figures)
