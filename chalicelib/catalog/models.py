"""A work is an item collection: ``work`` and ``work#rating`` make its public page with one query; ``draft`` is what
its author is at; ``file#…`` are the files of any version; ``version#…`` what was ever published; ``shelf#…`` and
``author#…`` the cards that lists are made of; ``member#…`` says in whose manuscripts it is. What an author sells beside
works has an id and a row of its own: a ``bundle``, or a ``pass``."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core import settings
from chalicelib.core.attributes import Amounts, Count, Json, Moment
from chalicelib.core.tables import Place, Row, Told

TABLE = settings.table("works")


class ByShelf(GlobalSecondaryIndex["CardRow"]):
    class Meta:
        index_name = "by_shelf"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    published_at = Moment(range_key=True)


class ByAuthor(GlobalSecondaryIndex["CardRow"]):
    class Meta:
        index_name = "by_author"
        projection = AllProjection()

    author_id = UnicodeAttribute(hash_key=True)
    published_at = Moment(range_key=True)


class ByReviewQueue(GlobalSecondaryIndex["DraftRow"]):
    class Meta:
        index_name = "by_review_queue"
        projection = AllProjection()

    review_queue = UnicodeAttribute(hash_key=True)
    submitted_at = Moment(range_key=True)


class ByMember(GlobalSecondaryIndex["MemberRow"]):
    class Meta:
        index_name = "by_member"
        projection = KeysOnlyProjection()

    member_id = UnicodeAttribute(hash_key=True)
    joined_at = Moment(range_key=True)


class WorkRow(Told):
    """What is published, and since when. Before the first publication it only says whose it will be."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="work")
    owner_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    state = UnicodeAttribute(default="draft")
    version = Count(default=0)
    revision = Count(default=1)
    taken_down = BooleanAttribute(default=False)
    title = UnicodeAttribute(default="")
    summary = UnicodeAttribute(default="")
    language = UnicodeAttribute(default="und")
    prices = Amounts(default=dict)
    subjects = ListAttribute(of=UnicodeAttribute, default=list)
    tags = ListAttribute(of=UnicodeAttribute, default=list)
    shares = Amounts(default=dict)
    authors = Json(default=list)
    chapters = Json(default=list)
    files = Json(default=list)
    preview = UnicodeAttribute(default="")
    created_at = Moment()
    published_at = Moment(null=True)
    updated_at = Moment(null=True)


class RatingRow(Row):
    """How many ratings there are, and their sum. It changes by additions alone."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="work#rating")
    ratings = Count(default=0)
    total = Count(default=0)


class DraftRow(Row):
    """The next version. ``revision`` grows with every change, whoever makes it."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="draft")
    owner_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    number = Count()
    revision = Count(default=1)
    state = UnicodeAttribute(default="draft")
    title = UnicodeAttribute()
    summary = UnicodeAttribute()
    language = UnicodeAttribute()
    prices = Amounts(default=dict)
    subjects = ListAttribute(of=UnicodeAttribute, default=list)
    tags = ListAttribute(of=UnicodeAttribute, default=list)
    shares = Amounts(default=dict)
    chapters = Json(default=list)
    file_ids = UnicodeSetAttribute(null=True)
    lesson_ids = UnicodeSetAttribute(null=True)
    reasons = Json(default=list)
    review_queue = UnicodeAttribute(null=True)
    submitted_at = Moment(null=True)
    reviewer_id = UnicodeAttribute(null=True)
    claimed_at = Moment(null=True)
    changed_at = Moment()

    by_review_queue = ByReviewQueue()


class FileRow(Row):
    """One accepted file, and what was found in it."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    file_id = UnicodeAttribute()
    lesson_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute()
    media_type = UnicodeAttribute()
    bytes = Count()
    key = UnicodeAttribute()
    rendition = UnicodeAttribute(null=True)
    title = UnicodeAttribute()
    language = UnicodeAttribute()
    preview = UnicodeAttribute()
    words = Count()
    pages = Count(null=True)
    added_at = Moment()


class VersionRow(Row):
    """What was published, as it was. Never changed."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    version = Count()
    content = Json()
    reviewer_id = UnicodeAttribute()
    published_at = Moment()


class CardRow(Row):
    """The same card on each shelf and with each author; an index key holds one value."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    shelf = UnicodeAttribute(null=True)
    author_id = UnicodeAttribute(null=True)
    published_at = Moment()
    kind = UnicodeAttribute()
    title = UnicodeAttribute()
    summary = UnicodeAttribute()
    language = UnicodeAttribute()
    prices = Amounts()
    authors = Json()
    subjects = ListAttribute(of=UnicodeAttribute)
    version = Count()

    by_shelf = ByShelf()
    by_author = ByAuthor()


class MemberRow(Row):
    """This account owns the work or has a share in it."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)
    member_id = UnicodeAttribute()
    joined_at = Moment()

    by_member = ByMember()


class OnSale(GlobalSecondaryIndex["BundleRow"]):
    """An author's own shelf of bundles; empty keys take what is withdrawn off it."""

    class Meta:
        index_name = "by_shelf"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    published_at = Moment(range_key=True)


class PassesOnSale(GlobalSecondaryIndex["PassRow"]):
    class Meta:
        index_name = "by_shelf"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    published_at = Moment(range_key=True)


class PassRow(Row):
    """So many days of all that an author publishes. Only its being on sale ever changes."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="pass")
    owner_id = UnicodeAttribute()
    shelf = UnicodeAttribute(null=True)
    published_at = Moment()
    title = UnicodeAttribute()
    days = Count()
    prices = Amounts()

    by_shelf = PassesOnSale()


class BundleRow(Row):
    """Published works of one author at one price. ``revision`` grows with every change."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True, default="bundle")
    owner_id = UnicodeAttribute()
    shelf = UnicodeAttribute(null=True)
    published_at = Moment()
    title = UnicodeAttribute()
    summary = UnicodeAttribute()
    language = UnicodeAttribute()
    work_ids = Json()
    prices = Amounts()
    revision = Count(default=1)

    by_shelf = OnSale()


_KINDS: dict[str, type[Row]] = {
    "work": WorkRow,
    "work#rating": RatingRow,
    "draft": DraftRow,
    "file": FileRow,
    "version": VersionRow,
    "shelf": CardRow,
    "author": CardRow,
    "member": MemberRow,
    "bundle": BundleRow,
    "pass": PassRow,
}


class AnyRow(Row):
    """Reads several kinds of rows with one query, each as what it is."""

    class Meta(Place):
        table_name = TABLE

    work_id = UnicodeAttribute(hash_key=True)
    row = UnicodeAttribute(range_key=True)

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Any:
        row = data["row"]["S"]
        return _KINDS[row if row in _KINDS else row.partition("#")[0]].from_raw_data(data)


def file_row(file_id: str) -> str:
    return f"file#{file_id}"


def version_row(number: int) -> str:
    return f"version#{number:06d}"


def shelf_row(shelf: str) -> str:
    return f"shelf#{shelf}"


def bundle_shelf(author_id: str) -> str:
    """The shelf that an author's bundles stand on."""
    return f"bundles#{author_id}"


def pass_shelf(author_id: str) -> str:
    """The shelf that an author's passes stand on."""
    return f"passes#{author_id}"


def author_row(author_id: str) -> str:
    return f"author#{author_id}"


def member_row(account_id: str) -> str:
    return f"member#{account_id}"
