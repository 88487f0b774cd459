"""Looks for anything that does not hold in the sources around it, and ends with FOUND at the first: for mutants.

Most die of a story that nothing disturbs; the longer one lives, the closer it is looked at. With few histories the look
is a short one."""

import sys
from collections.abc import Iterator

from infra.prove import singles, work
from infra.prove.mutants import FOUND
from infra.prove.work import Seen

UNDISTURBED = 10**9
HISTORIES, MANY = 25, 1_000


def main() -> int:
    return FOUND if any(seen.violations for seen in _looks(int(sys.argv[1]))) else 0


def _looks(histories: int) -> Iterator[Seen]:
    yield from _stories(UNDISTURBED)
    yield from _histories(0, histories // 4)
    yield from _stories(7)
    yield from _histories(histories // 4, histories)
    if histories >= MANY:
        yield from _stories(2)


def _stories(every: int) -> Iterator[Seen]:
    for story, variant in singles.PLACES[:: 1 if every == UNDISTURBED else 2]:
        yield work.singles(story, variant, every)


def _histories(first: int, last: int) -> Iterator[Seen]:
    for start in range(first, last, HISTORIES):
        yield work.histories(range(start, min(start + HISTORIES, last)))


if __name__ == "__main__":
    raise SystemExit(main())
