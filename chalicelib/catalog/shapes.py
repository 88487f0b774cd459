"""What authors and reviewers may send, and what they and the public see."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.accounts.shapes import Language
from chalicelib.catalog.cards import Author, Card
from chalicelib.catalog.ratings import Rating
from chalicelib.catalog.works import Chapter
from chalicelib.core.money import MAXIMUM, CurrencyCode
from chalicelib.core.validation import LINE

MOST_SUBJECTS = 5
MOST_AUTHORS = 16
MOST_LESSONS = 100
MOST_FILES = 100
MOST_BUNDLED = 20

_LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*(?![\s\S])"
_ID = r"^[0-9A-HJKMNP-TV-Z]{26}(?![\s\S])"

Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=LINE)]
Summary = Annotated[str, Meta(max_length=600, pattern=_LINES)]
Id = Annotated[str, Meta(pattern=_ID)]
Prices = dict[CurrencyCode, Annotated[int, Meta(ge=0, le=MAXIMUM)]]
Slug = Annotated[str, Meta(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(?![\s\S])")]
Subjects = Annotated[list[Slug], Meta(max_length=MOST_SUBJECTS)]
Tags = Annotated[list[Annotated[str, Meta(min_length=1, max_length=30, pattern=LINE)]], Meta(max_length=10)]
Shares = Annotated[dict[Id, Annotated[int, Meta(ge=1, le=10_000)]], Meta(max_length=MOST_AUTHORS)]
Limit = Annotated[int, Meta(ge=1, le=50)]
Cursor = Annotated[str, Meta(max_length=2000)]


class Kind(StrEnum):
    ARTICLE = "article"
    COURSE = "course"
    BOOK = "book"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"


class NewLesson(Struct, forbid_unknown_fields=True):
    """``lesson_id`` keeps a lesson that is already there, with its files; without it the lesson is new."""

    title: Title
    lesson_id: Id | None = None


class NewChapter(Struct, forbid_unknown_fields=True):
    title: Title
    lessons: Annotated[list[NewLesson], Meta(min_length=1, max_length=MOST_LESSONS)]


Chapters = Annotated[list[NewChapter], Meta(max_length=40)]


class NewWork(Struct, forbid_unknown_fields=True):
    """``shares`` are basis points by author that sum to 10,000; left out, all is the author's own."""

    kind: Kind
    title: Title
    language: Language
    summary: Summary = ""
    prices: Prices = {}
    subjects: Subjects = []
    tags: Tags = []
    shares: Shares = {}
    chapters: Chapters = []


class WorkChange(Struct, forbid_unknown_fields=True):
    """What is named is set, as a whole; what is left out stays."""

    title: Title | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    prices: Prices | UnsetType = UNSET
    subjects: Subjects | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    shares: Shares | UnsetType = UNSET
    chapters: Chapters | UnsetType = UNSET


class Decision(Struct, forbid_unknown_fields=True):
    """A rejection gives its reasons."""

    verdict: Literal["approved", "rejected"]
    reasons: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=1000, pattern=_LINES)]], Meta(max_length=20)
    ] = []


class Reason(Struct, forbid_unknown_fields=True):
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=_LINES)]


class ShelfQuery(Struct, forbid_unknown_fields=True):
    """Without a ``subject`` and an ``author``, everything, newest first."""

    subject: Slug | None = None
    author: Id | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


class ListQuery(Struct, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Limit = 20


class PublicFile(Struct):
    file_id: str
    name: str
    media_type: str
    bytes: int
    lesson_id: str | None


class WorkPage(Struct):
    """A published work, to everyone."""

    work: Card
    tags: list[str]
    chapters: list[Chapter]
    files: list[PublicFile]
    preview: str
    rating: Rating
    updated_at: str


class AuthorPage(Struct):
    author_id: str
    name: str


class SubjectView(Struct):
    slug: str
    names: dict[str, str]
    parent: str | None


class DraftFile(Struct):
    """A file of a draft, with what was found in it."""

    file_id: str
    name: str
    media_type: str
    bytes: int
    lesson_id: str | None
    has_rendition: bool
    title: str
    language: str
    words: int
    pages: int | None
    preview: str


class DraftView(Struct):
    """The next version. ``state`` is draft, submitted, in_review, approved or rejected."""

    number: int
    state: str
    title: str
    summary: str
    language: str
    prices: dict[str, int]
    subjects: list[str]
    tags: list[str]
    shares: dict[str, int]
    chapters: list[Chapter]
    files: list[DraftFile]
    reasons: list[str]
    reviewer_id: str | None
    submitted_at: str | None
    changed_at: str


class ManuscriptView(Struct):
    """A work to those who make and review it. ``version`` is what is published now, 0 where nothing ever was."""

    work_id: str
    owner_id: str
    kind: str
    state: str
    version: int
    taken_down: bool
    authors: list[Author]
    draft: DraftView | None
    created_at: str
    published_at: str | None


class ManuscriptCard(Struct):
    work_id: str
    kind: str
    title: str
    state: str
    version: int
    draft_state: str | None
    changed_at: str


class SubmissionCard(Struct):
    work_id: str
    number: int
    kind: str
    title: str
    summary: str
    language: str
    owner_id: str
    state: str
    reviewer_id: str | None
    submitted_at: str


class VersionView(Struct):
    version: int
    title: str
    published_at: str


BundledWorks = Annotated[list[Id], Meta(min_length=2, max_length=MOST_BUNDLED)]
AskedPrices = Annotated[Prices, Meta(min_length=1)]


class NewBundle(Struct, forbid_unknown_fields=True):
    """Own published works at one price. Each currency of ``prices`` must be one that every work is sold in."""

    title: Title
    language: Language
    work_ids: BundledWorks
    prices: AskedPrices
    summary: Summary = ""


class BundleChange(Struct, forbid_unknown_fields=True):
    """What is named is set, as a whole; what is left out stays."""

    title: Title | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    summary: Summary | UnsetType = UNSET
    work_ids: BundledWorks | UnsetType = UNSET
    prices: AskedPrices | UnsetType = UNSET


class BundleCard(Struct):
    """A bundle, as lists show it. Prices are whole minor units by currency."""

    bundle_id: str
    author_id: str
    title: str
    summary: str
    language: str
    prices: dict[str, int]
    work_ids: list[str]
    published_at: str


class BundlePage(Struct):
    """A bundle with its works as they are now. ``for_sale``: all of them are published."""

    bundle: BundleCard
    works: list[Card]
    for_sale: bool


class NewPass(Struct, forbid_unknown_fields=True):
    """``days`` of all that I publish alone, for a price: a pass is never free."""

    title: Title
    days: Annotated[int, Meta(ge=1, le=366)]
    prices: Annotated[dict[CurrencyCode, Annotated[int, Meta(ge=1, le=MAXIMUM)]], Meta(min_length=1)]


class PassCard(Struct):
    """A pass, as lists show it. Prices are whole minor units by currency."""

    pass_id: str
    author_id: str
    title: str
    days: int
    prices: dict[str, int]
    published_at: str
