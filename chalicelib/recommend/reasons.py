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


def because(work_id: str, title: str) -> Reason:
    """The reader did something with that work, and this one goes with it."""
    return Reason("because_you_read", None, f"Because of “{title}”", f"因为你看过《{title}》", work_id)


def fitting() -> Reason:
    """It fits what the reader did, of which no single work stands out."""
    return Reason("for_you", None, "Chosen for you", "为你挑选")


def similar(work_id: str) -> Reason:
    """Readers of that work go on to this one."""
    return Reason("similar", None, "Goes with this work", "与本作品相关", work_id)
