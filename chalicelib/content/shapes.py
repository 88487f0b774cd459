"""What authors may send of files, and what they see of them."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.shapes import Id

ETag = Annotated[str, Meta(pattern=r"^\"?[0-9a-f]{32}\"?(?![\s\S])")]


class NewUpload(Struct, forbid_unknown_fields=True):
    """The file's own name and exact size. In a course it belongs to a lesson."""

    name: Annotated[str, Meta(max_length=1000)]
    bytes: Annotated[int, Meta(ge=0, le=2**50)]
    lesson_id: Id | None = None


class Part(Struct, forbid_unknown_fields=True):
    number: Annotated[int, Meta(ge=1, le=10_000)]
    etag: ETag


class Completion(Struct, forbid_unknown_fields=True):
    """The parts that were sent, each with the ETag that S3 answered."""

    parts: Annotated[list[Part], Meta(min_length=1, max_length=1000)]


class UploadRefusal(Struct):
    """Programs read ``code``; people read ``detail``."""

    code: str
    detail: str


class UploadView(Struct):
    """``state`` is expected, received, accepted or refused; an accepted upload is the file of the same id."""

    upload_id: str
    work_id: str
    lesson_id: str | None
    name: str
    bytes: int
    state: str
    refusal: UploadRefusal | None
    created_at: str


class PartAddress(Struct):
    number: int
    bytes: int
    url: str


class UploadTicket(Struct):
    """PUT the whole file to ``url``, or each part to its own and then post the completion. Exact sizes, in time."""

    upload: UploadView
    url: str | None
    parts: list[PartAddress]
    expires_at: str
