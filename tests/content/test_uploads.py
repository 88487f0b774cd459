"""Announcing files, sending them, and seeing what became of them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.catalog.shapes import MOST_FILES
from chalicelib.content import sizes
from chalicelib.content.extraction import sniffing
from chalicelib.content.extraction.shapes import LIMITS
from chalicelib.content.sizes import MEBIBYTE, PART
from chalicelib.core import settings
from tests.builders import TIDES, a_draft, a_published_work, sends, uploads, with_a_file
from tests.world import World


def test_an_announced_file_gets_an_address_for_exactly_its_size(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    answer = world.post(f"/v1/works/{work_id}/uploads", {"name": "  .海 浪.md ", "bytes": 5}, as_=author)
    ticket = answer.json
    assert (ticket["upload"]["name"], ticket["upload"]["state"], ticket["parts"]) == ("海 浪.md", "expected", [])
    asked = parse_qs(urlsplit(ticket["url"]).query)
    assert asked["X-Amz-SignedHeaders"] == ["content-length;host"]
    assert asked["X-Amz-Expires"] == ["3600"]
    assert urlsplit(ticket["url"]).path.endswith(f"-quarantine/{ticket['upload']['upload_id']}")
    assert world.get(answer.headers["Location"], as_=author).json == ticket["upload"]


def test_an_accepted_file_is_in_the_draft_with_what_was_found(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    upload = uploads(world, author, work_id)
    assert (upload["state"], upload["refusal"]) == ("accepted", None)
    (file,) = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["files"]
    assert (file["file_id"], file["media_type"], file["bytes"]) == (upload["upload_id"], "text/markdown", len(TIDES))
    assert (file["title"], file["language"], file["has_rendition"]) == ("Tides", "en", True)
    assert file["preview"] and file["words"] > 100


def test_a_large_file_goes_in_parts(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author, kind="audio")
    data = b"ID3\x04\x00" + bytes(PART + MEBIBYTE)
    announced = {"name": "tides.mp3", "bytes": len(data)}
    ticket = world.post(f"/v1/works/{work_id}/uploads", announced, as_=author).json
    assert ticket["url"] is None
    assert [part["bytes"] for part in ticket["parts"]] == [PART, MEBIBYTE + 5]
    sent = [sends(ticket["parts"][0]["url"], data[:PART]), sends(ticket["parts"][1]["url"], data[PART:])]
    parts = [{"number": number, "etag": etag} for number, (_, etag) in enumerate(sent, start=1)]
    path = f"/v1/me/uploads/{ticket['upload']['upload_id']}"
    for wrong in (parts[:1], parts[::-1], [parts[0], {"number": 2, "etag": "0" * 32}]):
        assert world.post(f"{path}/completion", {"parts": wrong}, as_=author).code == "parts_wrong"
    for _ in range(2):
        assert world.post(f"{path}/completion", {"parts": parts}, as_=author).status == 202
    world.pump()
    assert world.get(path, as_=author).json["state"] == "accepted"
    assert world.post(f"{path}/completion", {"parts": parts}, as_=author).json["state"] == "accepted"


def test_parts_that_lapsed_can_no_longer_be_joined(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author, kind="audio")
    announced = {"name": "tides.mp3", "bytes": PART + MEBIBYTE}
    ticket = world.post(f"/v1/works/{work_id}/uploads", announced, as_=author).json
    s3, bucket = world.platform.client("s3"), settings.bucket("quarantine")
    [lapsed] = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    s3.abort_multipart_upload(Bucket=bucket, Key=lapsed["Key"], UploadId=lapsed["UploadId"])
    parts = [{"number": number, "etag": "0" * 32} for number in (1, 2)]
    path = f"/v1/me/uploads/{ticket['upload']['upload_id']}/completion"
    assert world.post(path, {"parts": parts}, as_=author).code == "upload_lapsed"


def test_a_file_that_goes_whole_has_nothing_to_join(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    ticket = world.post(f"/v1/works/{work_id}/uploads", {"name": "a.md", "bytes": 5}, as_=author).json
    completion = {"parts": [{"number": 1, "etag": "0" * 32}]}
    path = f"/v1/me/uploads/{ticket['upload']['upload_id']}/completion"
    assert world.post(path, completion, as_=author).code == "not_in_parts"


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({"name": "a.exe", "bytes": 5}, "file_type_unsupported"),
        ({"name": "a.md", "bytes": 0}, "file_empty"),
        ({"name": "a.md", "bytes": LIMITS.markdown_bytes + 1}, "file_too_large"),
        ({"name": "a.mp4", "bytes": LIMITS.other_bytes + 1}, "file_too_large"),
        ({"name": "../a.md", "bytes": 5}, "file_name_path"),
        ({"name": "a.md", "bytes": -1}, "field_invalid"),
        ({"name": "a.md", "bytes": 2**63}, "field_invalid"),
        ({"name": "x" * 1001, "bytes": 5}, "field_invalid"),
        ({"name": "a.md", "bytes": 5, "lesson_id": "0" * 26}, "not_found"),
        ({"name": "a.md", "bytes": 5, "lesson_id": "../x"}, "field_invalid"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_a_byte_is_sent(world: World, file: object, code: str) -> None:
    author = world.author()
    assert world.post(f"/v1/works/{a_draft(world, author)}/uploads", file, as_=author).code == code


def test_a_courses_file_belongs_to_a_lesson(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author, kind="course", chapters=[{"title": "One", "lessons": [{"title": "Ebb"}]}])
    draft = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]
    lesson_id = draft["chapters"][0]["lessons"][0]["lesson_id"]
    path = f"/v1/works/{work_id}/uploads"
    assert world.post(path, {"name": "a.md", "bytes": 5}, as_=author).code == "field_invalid"
    assert uploads(world, author, work_id, lesson_id=lesson_id)["lesson_id"] == lesson_id
    (file,) = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["files"]
    assert file["lesson_id"] == lesson_id


def test_a_file_on_its_way_to_a_lesson_that_is_gone_is_refused(world: World) -> None:
    author = world.author()
    chapters = [{"title": "One", "lessons": [{"title": "Ebb"}, {"title": "Flow"}]}]
    work_id = a_draft(world, author, kind="course", chapters=chapters)
    seen = world.get(f"/v1/me/manuscripts/{work_id}", as_=author)
    ebb, flow = (lesson["lesson_id"] for lesson in seen.json["draft"]["chapters"][0]["lessons"])
    announced = {"name": "ebb.md", "bytes": len(TIDES), "lesson_id": ebb}
    ticket = world.post(f"/v1/works/{work_id}/uploads", announced, as_=author).json
    kept = [{"title": "One", "lessons": [{"title": "Flow", "lesson_id": flow}]}]
    change = {"chapters": kept}
    headers = {"if-match": seen.headers["ETag"]}
    assert world.patch(f"/v1/works/{work_id}", change, as_=author, headers=headers).status == 200
    sends(ticket["url"], TIDES)
    world.pump()
    upload = world.get(f"/v1/me/uploads/{ticket['upload']['upload_id']}", as_=author).json
    assert (upload["state"], upload["refusal"]["code"]) == ("refused", "draft_moved_on")
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=author).json["draft"]["files"] == []


def test_uploads_are_their_owners_business(world: World) -> None:
    author, other = world.author("Ada"), world.author("Eve")
    work_id = a_draft(world, author)
    upload = uploads(world, author, work_id)
    completion = {"parts": [{"number": 1, "etag": "0" * 32}]}
    for reply in (
        world.post(f"/v1/works/{work_id}/uploads", {"name": "a.md", "bytes": 5}, as_=other),
        world.get(f"/v1/me/uploads/{upload['upload_id']}", as_=other),
        world.post(f"/v1/me/uploads/{upload['upload_id']}/completion", completion, as_=other),
        world.get(f"/v1/me/manuscripts/{work_id}/uploads", as_=other),
    ):
        assert reply.code == "not_found"


def test_the_list_of_uploads_says_what_was_refused_in_the_readers_language(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    uploads(world, author, work_id)
    uploads(world, author, work_id, "scan.pdf", b"not a pdf at all")
    listed = world.get(f"/v1/me/manuscripts/{work_id}/uploads", as_=author, headers={"accept-language": "zh"}).json
    assert [(each["name"], each["state"]) for each in listed["items"]] == [
        ("scan.pdf", "refused"),
        ("tides.md", "accepted"),
    ]
    refusal = listed["items"][0]["refusal"]
    assert refusal["code"] == "file_type_mismatch" and "但内容是其他类型" in refusal["detail"]
    first = world.get(f"/v1/me/manuscripts/{work_id}/uploads?limit=1", as_=author).json
    second = world.get(f"/v1/me/manuscripts/{work_id}/uploads?limit=1&cursor={first['next_cursor']}", as_=author).json
    assert second["items"][0]["name"] == "tides.md"


def test_a_refused_file_brings_its_author_a_letter(world: World) -> None:
    author = world.author(language="zh-CN")
    work_id = a_draft(world, author, title="潮汐")
    uploads(world, author, work_id, "空白.md", b" \n\n ")
    letter = world.mails(author.email)[-1]
    assert "潮汐" in letter["subject"]
    assert "空白.md" in letter["text"] and "文件中没有文字" in letter["text"]


def test_a_work_holds_only_so_many_files(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    announced = {"name": "late.md", "bytes": len(TIDES)}
    late = world.post(f"/v1/works/{work_id}/uploads", announced, as_=author).json
    for _ in range(MOST_FILES):
        with_a_file(work_id)
    refused = world.post(f"/v1/works/{work_id}/uploads", announced, as_=author)
    assert (refused.code, str(MOST_FILES) in refused.json["detail"]) == ("file_limit_reached", True)
    sends(late["url"], TIDES)
    world.pump()
    upload = world.get(f"/v1/me/uploads/{late['upload']['upload_id']}", as_=author).json
    assert upload["refusal"]["code"] == "draft_moved_on"


def test_nothing_is_sent_to_what_is_published(world: World) -> None:
    author = world.author()
    work_id = a_published_work(world, author)
    refused = world.post(f"/v1/works/{work_id}/uploads", {"name": "a.md", "bytes": 5}, as_=author)
    assert refused.code == "draft_closed"


@pytest.mark.parametrize("extension", sorted(sniffing._TYPES))
def test_every_type_that_ingestion_knows_may_be_announced(extension: str) -> None:
    sizes.check(f"tides{extension}", 5)
