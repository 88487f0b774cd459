"""Why a work is recommended, in both languages, so that one answer serves every cache."""

from chalicelib.catalog.subjects import SUBJECTS
from chalicelib.recommend.engine import Reason


def popular(subject: str | None) -> Reason:
    """It is popular, on the shelf of a subject or among all works."""
    if named := SUBJECTS.get(subject or ""):
        return Reason("popular_in_subject", subject, f"Popular in {named.en} this week", f"本周{named.zh}热门")
    return Reason("popular", None, "Popular this week", "本周热门")


def new() -> Reason:
    """It was published lately."""
    return Reason("new", None, "New at Lyceum", "最新上架")
