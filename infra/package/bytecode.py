"""Bytecode that is the same whoever compiles it, and when.

What CPython writes of a module depends on which strings the compiling process has met before: `marshal` marks what is
referred to more than once, and interned strings are shared by all modules. So every module is compiled by a fork of an
interpreter that has met nothing yet.
"""

import os
import py_compile
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_AS_BORN = {"PYTHONHASHSEED": "0"}
"""Sets of constants are written in the order of their hashes."""


class NotCompilable(Exception):
    """A module of the package is no Python of this version."""


def compile_folder(folder: Path, seen_as: str) -> None:
    """Compile every module beside its source. `seen_as` is the folder's path inside Lambda, for stack traces.

    Unchecked hashes: a zip's times are all of 1980, so a timestamp-checked .pyc would be stale at every start.
    """
    command = [sys.executable, "-P", "-s", "-S", __file__, str(folder), seen_as]
    done = subprocess.run(command, env=_AS_BORN, capture_output=True, text=True)
    if done.returncode:
        raise NotCompilable(done.stderr)


def _compile_all(folder: Path, seen_as: Path) -> bool:
    """As many at once as there are processors. Whether all could be compiled."""
    modules, lanes = sorted(folder.rglob("*.py")), os.cpu_count() or 1
    return _succeeded([_fork(_compile_in_turn, modules[lane::lanes], folder, seen_as) for lane in range(lanes)])


def _compile_in_turn(modules: list[Path], folder: Path, seen_as: Path) -> bool:
    outcomes = [_succeeded([_fork(_compile_one, each, seen_as / each.relative_to(folder))]) for each in modules]
    return all(outcomes)


def _compile_one(module: Path, seen_as: Path) -> bool:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    try:
        py_compile.compile(str(module), dfile=str(seen_as), doraise=True, invalidation_mode=mode)
    except py_compile.PyCompileError as error:
        print(error.msg, file=sys.stderr, flush=True)
        return False
    return True


def _fork(deed: Callable[..., bool], *given: Any) -> int:
    """The process that does the deed, and ends with 0 where it succeeds."""
    child = os.fork()
    if not child:
        os._exit(not deed(*given))
    return child


def _succeeded(children: list[int]) -> bool:
    outcomes = [os.waitpid(child, 0)[1] == 0 for child in children]
    return all(outcomes)


if __name__ == "__main__":
    sys.exit(not _compile_all(Path(sys.argv[1]), Path(sys.argv[2])))
