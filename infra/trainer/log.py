"""Interactions in columns: what every split, model and metric takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.recommend.scoring.arrays import Floats, Places
from infra.trainer.lake.lines import POSITIVE
from infra.trainer.lake.reading import Read

Times = NDArray[np.float64]


@dataclass(frozen=True)
class Log:
    """Who met which work first when: each (reader, work) once, sorted by reader, then by time.

    ``strength`` is the most that any event said, 0 to 1; ``rating`` the last one given, NaN where there is none.
    """

    readers: int
    works: int
    reader: Places
    work: Places
    strength: Floats
    at: Times
    rating: Floats

    def __len__(self) -> int:
        return len(self.reader)

    def only(self, kept: NDArray[np.bool_]) -> "Log":
        """These rows alone; readers and works keep their numbers."""
        return replace(
            self,
            reader=self.reader[kept],
            work=self.work[kept],
            strength=self.strength[kept],
            at=self.at[kept],
            rating=self.rating[kept],
        )

    def with_works(self, work: Places, works: int) -> "Log":
        """The same rows under other numbers of works."""
        return replace(self, work=work, works=works)

    def starts(self) -> Places:
        """Where each reader's rows begin, and behind the last where they end: readers + 1 numbers."""
        return np.searchsorted(self.reader, np.arange(self.readers + 1)).astype(np.intp)

    def rows(self) -> list[Places]:
        """The works of each reader, the latest last."""
        return np.split(self.work, self.starts()[1:-1])

    def counts(self) -> Places:
        """How many readers met each work."""
        return np.bincount(self.work, minlength=self.works).astype(np.intp)


class Meeting(NamedTuple):
    """A row of the log while readers and works have names yet."""

    reader: str
    work_id: str
    strength: float
    at: float
    rating: float


def meetings(events: Iterable[Read]) -> list[Meeting]:
    """Of positive events, sorted as ``clean`` leaves them: who met what first when, and how strongly at most."""
    met: dict[tuple[str, str], list[float]] = {}
    for line, at, _ in events:
        if line.kind in POSITIVE:
            found = met.setdefault((line.reader, line.work_id), [0.0, at, np.nan])
            found[0] = max(found[0], POSITIVE[line.kind])
            found[2] = line.rating if line.rating is not None else found[2]
    return [Meeting(reader, work_id, *values) for (reader, work_id), values in met.items()]


def in_columns(met: Sequence[Meeting], work_ids: Sequence[str]) -> tuple[Log, list[str]]:
    """The log of these meetings, all with these works, each reader's in the order of time; and the readers' names."""
    names = sorted({meeting.reader for meeting in met})
    numbers = {name: number for number, name in enumerate(names)}
    places = {work_id: place for place, work_id in enumerate(work_ids)}
    reader = np.array([numbers[meeting.reader] for meeting in met], np.intp)
    work = np.array([places[meeting.work_id] for meeting in met], np.intp)
    values = np.array([meeting[2:] for meeting in met], np.float64).reshape(-1, 3)
    order = np.lexsort((np.arange(len(reader)), values[:, 1], reader))
    strength, at, rating = values[order].T
    columns = (reader[order], work[order], strength.astype(np.float32), at, rating.astype(np.float32))
    return Log(len(names), len(work_ids), *columns), names
