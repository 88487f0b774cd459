"""What a draft may say: prices that can be charged, subjects that exist, shares that add up, lessons that are told
apart."""

from chalicelib.accounts import authors
from chalicelib.catalog.shapes import MOST_LESSONS, Kind, NewChapter
from chalicelib.catalog.subjects import SUBJECTS
from chalicelib.core import ids
from chalicelib.core.errors import Unprocessable
from chalicelib.core.money import CURRENCIES, can_be_charged
from chalicelib.core.validation import FieldInvalid

ALL = 10_000


class CoAuthorUnknown(Unprocessable):
    """A share names an account that is no author."""

    en = "{author_id} is no author here: shares go to accounts with the author role."
    zh = "{author_id} 不是本站作者：分成只能分配给具有作者角色的账户。"


def check_prices(prices: dict[str, int]) -> None:
    """Each 0 or at least the provider's minimum; free in every currency or in none. Raises FieldInvalid."""
    for currency, amount in prices.items():
        if not can_be_charged(currency, amount):
            minimum = CURRENCIES[currency].minimum
            raise FieldInvalid(
                f"prices.{currency}", f"must be 0, or at least {minimum}", f"必须为 0，或不小于 {minimum}"
            )
    if len({amount == 0 for amount in prices.values()}) > 1:
        raise FieldInvalid("prices", "must be free in every currency or in none", "必须在所有币种中都免费或都收费")


def check_subjects(subjects: list[str]) -> None:
    """Raises FieldInvalid."""
    for slug in subjects:
        if slug not in SUBJECTS:
            raise FieldInvalid("subjects", f"there is no subject {slug}", f"没有主题 {slug}")
    if len(set(subjects)) < len(subjects):
        raise FieldInvalid("subjects", "names a subject twice", "主题重复")


def check_shares(shares: dict[str, int]) -> None:
    """One call to the store. Raises FieldInvalid, CoAuthorUnknown."""
    if sum(shares.values()) != ALL:
        raise FieldInvalid("shares", f"must sum to {ALL} basis points", f"总和必须为 {ALL} 个基点")
    authors_of(shares)


def authors_of(shares: dict[str, int]) -> list[dict[str, str]]:
    """The authors by name, the largest share first. One call to the store. Raises CoAuthorUnknown."""
    names = authors.names(list(shares))
    for author_id in shares:
        if author_id not in names:
            raise CoAuthorUnknown(field="shares", author_id=author_id)
    ranked = sorted(shares, key=lambda author_id: (-shares[author_id], author_id))
    return [{"author_id": author_id, "name": names[author_id]} for author_id in ranked]


def chapters_of(kind: str, wanted: list[NewChapter], known: set[str]) -> list[dict[str, object]]:
    """The chapters as stored, each lesson with its id: kept where it is one of the ``known``, else new.

    Raises FieldInvalid.
    """
    if wanted and kind != Kind.COURSE:
        raise FieldInvalid("chapters", "belong to courses alone", "只有课程才有章节")
    named = [lesson.lesson_id for chapter in wanted for lesson in chapter.lessons if lesson.lesson_id]
    if set(named) - known or len(set(named)) < len(named):
        raise FieldInvalid("chapters", "name a lesson that is not there, or one twice", "包含不存在或重复的课时")
    if sum(len(chapter.lessons) for chapter in wanted) > MOST_LESSONS:
        raise FieldInvalid("chapters", f"hold more than {MOST_LESSONS} lessons", f"课时总数超过 {MOST_LESSONS}")
    return [
        {
            "title": chapter.title,
            "lessons": [
                {"lesson_id": lesson.lesson_id or ids.new(), "title": lesson.title} for lesson in chapter.lessons
            ],
        }
        for chapter in wanted
    ]


def lesson_ids(chapters: list[dict[str, list[dict[str, str]]]]) -> list[str]:
    return [lesson["lesson_id"] for chapter in chapters for lesson in chapter["lessons"]]
