"""The works of the lake are what the catalogue has published, as of late."""

from tests.builders import a_published_work
from tests.lake.shore import compacted, lines, reader_of
from tests.recommend.telling import tell
from tests.world import World


def test_a_published_work_is_described_and_its_authors_are_readers(world: World) -> None:
    ada = world.author()
    work_id = a_published_work(world, ada, title="On tides", subjects=["law"], summary="Of the sea.")
    compacted(world)
    (line,) = lines("works/")
    page = world.get(f"/v1/works/{work_id}").json["work"]
    assert line == {
        "work_id": work_id, "title": "On tides", "summary": "Of the sea.", "language": "en", "kind": "article",
        "subjects": ["law"], "authors": ["Ada"], "author_readers": [reader_of(ada.account_id)],
        "published_at": page["published_at"], "withdrawn": False,
    }  # fmt: skip
    assert ada.account_id not in str(line)


def test_whatever_comes_when_the_line_says_what_is_so_now(world: World) -> None:
    ada, rex = world.author(), world.reviewer()
    first, second = (a_published_work(world, ada, rex, title=title) for title in ("Of contracts", "Of torts"))
    compacted(world)
    assert world.post(f"/v1/works/{first}/withdrawals", {"reason": "Outdated"}, as_=ada).status in (200, 201)
    tell("lake-facts", "work.published", first, work_id=first, version=1)
    world.pump(duplicate=True, shuffle=3)
    compacted(world)
    assert {line["work_id"]: line["withdrawn"] for line in lines("works/")} == {first: True, second: False}


def test_a_work_that_is_not_published_is_no_line(world: World) -> None:
    tell("lake-facts", "work.published", "NOWHERE", work_id="NOWHERE")
    compacted(world)
    assert lines("works/") == []
