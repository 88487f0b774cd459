"""A lake, read and cleaned: its log, and what is known of works and readers."""

from dataclasses import dataclass
from pathlib import Path

from infra.trainer.lake import reading
from infra.trainer.lake.cleaning import clean
from infra.trainer.lake.lines import POSITIVE, WorkLine
from infra.trainer.lake.quality import Quality
from infra.trainer.log import Log, write_down


@dataclass(frozen=True)
class Catalogue:
    """``works`` are in the order of the log's numbers: those that were met first, then those that nobody met."""

    log: Log
    readers: list[str]
    works: list[WorkLine]
    met: int
    interests: dict[str, list[str]]
    quality: Quality

    @property
    def subjects(self) -> list[str]:
        """All that works carry, in order."""
        return sorted({subject for work in self.works for subject in work.subjects})


class NothingToLearn(Exception):
    """The folder holds no event of a reader at a work."""


def open_lake(folder: Path) -> Catalogue:
    """Raises NothingToLearn."""
    quality = Quality()
    described = reading.works(folder, quality)
    events = clean(reading.events(folder, quality), described, quality)
    met = sorted({event.line.work_id for event in events if event.line.kind in POSITIVE})
    if not met:
        raise NothingToLearn(f"{folder} holds no events that a model could learn from")
    ids = [*met, *sorted(described.keys() - set(met))]
    log, readers = write_down(events, ids)
    quality.readers, quality.works, quality.interactions = len(readers), len(ids), len(log)
    works = [described.get(work_id) or WorkLine(work_id, "") for work_id in ids]
    return Catalogue(log, readers, works, len(met), reading.interests(folder, quality), quality)
