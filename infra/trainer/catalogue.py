"""A lake, read and cleaned: its log, and what is known of works and readers."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from infra.trainer.lake import reading
from infra.trainer.lake.cleaning import clean
from infra.trainer.lake.lines import WorkLine
from infra.trainer.lake.quality import Quality
from infra.trainer.log import Log, in_columns, meetings


@dataclass(frozen=True)
class Catalogue:
    """``works`` are in the order of the log's numbers: those that were met first, then those that nobody met."""

    log: Log
    readers: list[str]
    works: list[WorkLine]
    met: int
    quality: Quality

    @property
    def subjects(self) -> list[str]:
        """All that works carry, in order."""
        return sorted({subject for work in self.works for subject in work.subjects})


class NothingToLearn(Exception):
    """The lake holds no event of a reader at a work."""

    def __init__(self, lake: object) -> None:
        super().__init__(f"{lake} holds no events that a model could learn from")


def open_lake(folder: Path) -> Catalogue:
    """Raises NothingToLearn."""
    quality = Quality()
    described = reading.works(folder, quality)
    met = meetings(clean(reading.events(folder, quality), described, quality))
    if not met:
        raise NothingToLearn(folder)
    known = {meeting.work_id for meeting in met}
    works = in_order(known, described)
    log, readers = in_columns(met, [work.work_id for work in works])
    quality.readers, quality.works, quality.interactions = len(readers), len(works), len(log)
    return Catalogue(log, readers, works, len(known), quality)


def in_order(met: Set[str], described: Mapping[str, WorkLine]) -> list[WorkLine]:
    """Works as a log numbers them: those that were met first, then those that nobody met."""
    ids = [*sorted(met), *sorted(described.keys() - met)]
    return [described.get(work_id) or WorkLine(work_id, "") for work_id in ids]
