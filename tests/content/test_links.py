"""Links to kept files."""

from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from chalicelib.content.storage import disposition
from tests.builders import TIDES, a_draft, fetches, is_approved, uploads
from tests.world import Person, World


def link(world: World, person: Person, work_id: str, file_id: str) -> dict[str, str]:
    return dict(world.get(f"/v1/me/manuscripts/{work_id}/files/{file_id}", as_=person).json)


def test_the_author_reads_the_original_and_its_safe_page(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    given = link(world, author, work_id, uploads(world, author, work_id, "潮汐.md")["upload_id"])
    original, headers = fetches(given["url"])
    assert original == TIDES
    disposition = headers["Content-Disposition"]
    assert disposition == "inline; filename=\"__.md\"; filename*=UTF-8''%E6%BD%AE%E6%B1%90.md"
    page, headers = fetches(given["reading_url"])
    assert page.decode().startswith("<h1>Tides</h1>")
    assert headers["content-type"] == "text/html; charset=utf-8"


def test_an_authors_html_is_saved_not_shown_and_its_page_is_made_safe(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    evil = b"<!doctype html><h1>Tides</h1><p onclick=alert(1)>Rise.<script>alert(2)</script></p>"
    given = link(world, author, work_id, uploads(world, author, work_id, "tides.html", evil)["upload_id"])
    original, headers = fetches(given["url"])
    assert original == evil
    assert headers["Content-Disposition"].startswith("attachment;")
    page = fetches(given["reading_url"])[0]
    assert b"Rise." in page and b"alert" not in page


def test_a_link_takes_range_requests(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    given = link(world, author, work_id, uploads(world, author, work_id)["upload_id"])
    with urlopen(Request(given["url"], headers={"Range": "bytes=2-6"})) as answer:
        assert (answer.status, answer.read()) == (206, TIDES[2:7])


def test_nobody_reads_a_kept_file_without_a_link(world: World) -> None:
    author = world.author()
    work_id = a_draft(world, author)
    given = link(world, author, work_id, uploads(world, author, work_id)["upload_id"])
    with pytest.raises(HTTPError) as refused:
        urlopen(given["url"].partition("?")[0])
    assert refused.value.code == 403


def test_a_manuscripts_files_are_for_its_authors_and_its_reviewer(world: World) -> None:
    author, reviewer, other = world.author(), world.reviewer(), world.author("Eve")
    work_id = a_draft(world, author)
    path = f"/v1/me/manuscripts/{work_id}/files/{uploads(world, author, work_id)['upload_id']}"
    assert world.get(path, as_=reviewer).code == world.get(path, as_=other).code == "not_found"
    world.post(f"/v1/works/{work_id}/submissions", as_=author)
    world.post(f"/v1/works/{work_id}/claims", as_=reviewer)
    assert world.get(path, as_=reviewer).status == 200
    assert world.get(path.rpartition("/")[0] + "/" + "0" * 26, as_=author).code == "not_found"


def test_a_published_works_files_are_still_no_strangers_business_here(world: World) -> None:
    author, reviewer, reader = world.author(), world.reviewer(), world.reader()
    work_id = a_draft(world, author)
    file_id = uploads(world, author, work_id)["upload_id"]
    is_approved(world, work_id, author, reviewer)
    world.post(f"/v1/works/{work_id}/publications", as_=author)
    assert world.get(f"/v1/me/manuscripts/{work_id}/files/{file_id}", as_=reader).code == "not_found"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.md", "attachment; filename=\"a.md\"; filename*=UTF-8''a.md"),
        ('a "b" 100%.md', "attachment; filename=\"a _b_ 100_.md\"; filename*=UTF-8''a%20%22b%22%20100%25.md"),
        ("潮.md", "attachment; filename=\"_.md\"; filename*=UTF-8''%E6%BD%AE.md"),
        ("it's (1).md", "attachment; filename=\"it's (1).md\"; filename*=UTF-8''it%27s%20%281%29.md"),
    ],
)
def test_names_travel_in_headers_whole_and_harmless(name: str, header: str) -> None:
    assert disposition(name, inline=False) == header
