"""Looks for anything that does not hold in the sources around it, and ends with 1 at the first: for mutants."""

import sys

from infra.prove import singles, work

EVERY = 2


def main() -> int:
    for story in range(len(singles.STORIES)):
        if work.singles(story, story % len(singles.VARIANTS), EVERY).violations:
            return 1
    for start in range(0, int(sys.argv[1]), 25):
        if work.histories(range(start, start + 25)).violations:
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
