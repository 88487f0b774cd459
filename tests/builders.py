"""Things that stories need, made through the platform's own API."""

from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from chalicelib.catalog import drafts
from chalicelib.catalog.drafts import DraftClosed, Finding
from chalicelib.catalog.works import FileRef
from chalicelib.core import ids
from chalicelib.core.transactions import all_or_nothing
from tests.world import Person, World


def a_draft(world: World, author: Person, **wanted: Any) -> str:
    """A work that the author has begun, without files; its id."""
    body = {"kind": "article", "title": "On tides", "language": "en", "prices": {"usd": 900}, **wanted}
    made = world.post("/v1/works", body, as_=author)
    assert made.status == 201, made.body
    return str(made.json["work_id"])


def an_approved_work(world: World, author: Person, reviewer: Person | None = None, **wanted: Any) -> str:
    """A work with an accepted file, submitted and approved; its id."""
    work_id = a_draft(world, author, **wanted)
    assert uploads(world, author, work_id)["state"] == "accepted"
    is_approved(world, work_id, author, reviewer or world.reviewer())
    return work_id


def a_published_work(world: World, author: Person | None = None, reviewer: Person | None = None, **wanted: Any) -> str:
    """A work that everyone can find: ``a_published_work(world, author, prices={"usd": 900}, subjects=["law"])``."""
    author = author or world.author()
    work_id = an_approved_work(world, author, reviewer, **wanted)
    published = world.post(f"/v1/works/{work_id}/publications", as_=author)
    assert published.status == 201, published.body
    world.pump()
    return work_id


def is_approved(world: World, work_id: str, author: Person, reviewer: Person) -> None:
    """Submitted by the author, claimed and approved by the reviewer."""
    steps = (
        ("submissions", author, None),
        ("claims", reviewer, None),
        ("decisions", reviewer, {"verdict": "approved"}),
    )
    for step, person, body in steps:
        done = world.post(f"/v1/works/{work_id}/{step}", body, as_=person)
        assert done.status == 201, done.body


def with_a_file(work_id: str, lesson_id: str | None = None, name: str = "tides.md", number: int = 1) -> str:
    """A file as ingestion attaches it, for stories that are not about files; its id."""
    file_id = ids.new()
    file = FileRef(
        file_id=file_id, name=name, media_type="text/markdown", bytes=12, key=f"works/{work_id}/{file_id}/0",
        rendition=f"works/{work_id}/{file_id}/0.html", lesson_id=lesson_id,
    )  # fmt: skip
    finding = Finding(title="Tides", language="en", preview="The sea rises.", words=3, pages=None)
    with all_or_nothing() as tx:
        drafts.attach(tx, work_id, number, file, finding, DraftClosed())
    return file_id


TIDES = b"# Tides\n\nThe sea rises and falls twice a day. " + b"The moon pulls, and the water follows. " * 20


def uploads(
    world: World, author: Person, work_id: str, name: str = "tides.md", data: bytes = TIDES, **where: Any
) -> Any:
    """The author announces a file, sends it, and ingestion judges it; the upload as the author then sees it."""
    ticket = world.post(f"/v1/works/{work_id}/uploads", {"name": name, "bytes": len(data), **where}, as_=author)
    assert ticket.status == 201, ticket.body
    assert sends(ticket.json["url"], data)[0] == 200
    world.pump()
    return world.get(ticket.headers["Location"], as_=author).json


def sends(url: str, data: bytes) -> tuple[int, str]:
    """PUT bytes to an address as a browser does: the status and the ETag."""
    try:
        with urlopen(Request(url, data=data, method="PUT", headers={"Content-Type": "text/plain"})) as answer:
            return answer.status, answer.headers["ETag"]
    except HTTPError as error:
        return error.code, ""


def fetches(url: str) -> tuple[bytes, dict[str, str]]:
    """What an address gives, and the headers that it comes with."""
    with urlopen(url) as answer:
        return answer.read(), dict(answer.headers)


def a_message(body: str) -> dict[str, Any]:
    """What Lambda hands to a queue's function."""
    record = {"messageId": "1", "receiptHandle": "r", "body": body, "attributes": {"SentTimestamp": "1700000000000"}}
    return {"Records": [record]}
