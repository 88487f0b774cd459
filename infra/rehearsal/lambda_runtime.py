"""Runs one function as Lambda would, in an interpreter that sees the standard library and the package alone.

Started by path, with `python -I -S`: ROOTS (folders, separated by colons) HANDLER. Standard library only. Loads the
handler, then reads a JSON event a line. Writes a JSON line for the loading and one for each event: `answer` or `error`,
`modules` in memory, and `strays`, those of them that came from elsewhere than the package and the standard library.
What the function prints goes to standard error.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Context:
    """What Lambda hands to a handler beside the event."""

    function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "function")
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    log_group_name = f"/aws/lambda/{function_name}"
    log_stream_name = "rehearsal"

    def __init__(self, number: int) -> None:
        self.aws_request_id = f"00000000-0000-4000-8000-{number:012}"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


def load(handler: str) -> Callable[[Any, Any], Any]:
    module, name = handler.rsplit(".", 1)
    function: Callable[[Any, Any], Any] = getattr(importlib.import_module(module), name)
    return function


def strays(roots: list[str]) -> list[str]:
    known = (*roots, *STANDARD_LIBRARY)
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    return sorted(name for name, file in files.items() if file and not file.startswith(known) and name != "__main__")


def serve(handler: str, events: Iterable[str]) -> Iterator[Any]:
    function = load(handler)
    yield None
    for number, line in enumerate(events):
        yield function(json.loads(line), Context(number))


def said(roots: list[str], handler: str, events: Iterable[str]) -> Iterator[dict[str, Any]]:
    try:
        for answer in serve(handler, events):
            yield {"answer": answer, "modules": sorted(sys.modules), "strays": strays(roots)}
    except Exception:
        yield {"error": traceback.format_exc()}


if __name__ == "__main__":
    STANDARD_LIBRARY = tuple(sys.path)
    roots = sys.argv[1].split(":")
    sys.path[:0] = roots
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in said(roots, sys.argv[2], sys.stdin):
        print(json.dumps(line), file=answers, flush=True)
