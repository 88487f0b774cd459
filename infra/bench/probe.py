"""Times one thing in a clean interpreter, started by path with `python -I -S`: ROOTS WHAT. Prints seconds.

`import`: the app's import. `ready`: that, and a DynamoDB client to work with. `request`: one GET of the event on
standard input, in process, warm, the mean of many. What the app prints goes nowhere, as cheaply as to Lambda's pipe.
"""

import json
import os
import sys
from time import perf_counter

REQUESTS = 400
WARM_UP = 50


class Context:
    function_name = "bench"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:bench"
    aws_request_id = "00000000-0000-4000-8000-000000000000"


def time_import(what):
    begun = perf_counter()
    import app  # noqa: F401

    if what == "ready" and "chalicelib" in sys.modules:
        from chalicelib.core import tables

        tables.connection().client  # noqa: B018
    return perf_counter() - begun


def time_request():
    from app import app

    event, context = json.load(sys.stdin), Context()
    for _ in range(WARM_UP):
        answer = app(event, context)
    if answer["statusCode"] != 200:
        raise SystemExit(f"the route answered {answer}")
    begun = perf_counter()
    for _ in range(REQUESTS):
        app(event, context)
    return (perf_counter() - begun) / REQUESTS


if __name__ == "__main__":
    sys.path[:0] = sys.argv[1].split(":")
    figures = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print(time_request() if sys.argv[2] == "request" else time_import(sys.argv[2]), file=figures)
