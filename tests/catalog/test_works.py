"""What other rooms ask of the catalogue."""

import pytest

from chalicelib.catalog import cards, works
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.tables import batch_get
from chalicelib.core.transactions import all_or_nothing
from tests.builders import a_draft, a_published_work
from tests.world import World


def require(work_id: str, version: int) -> None:
    with all_or_nothing() as tx:
        works.require_published(tx, work_id, version, Conflict())


def test_a_work_is_found_as_it_is_published(world: World) -> None:
    author = world.author("Ada")
    work = works.find(a_published_work(world, author, subjects=["law"]))
    assert (work.state, work.version, work.prices) == ("published", 1, {"usd": 900})
    assert work.shares == {author.account_id: 10_000}
    assert work.files[0].rendition == f"{work.files[0].key}.html"
    card = cards.of(work)
    assert (card.title, card.authors[0].name, card.published_at) == ("On tides", "Ada", work.published_at)


def test_a_work_that_was_never_published_has_no_version(world: World) -> None:
    work = works.find(a_draft(world, world.author()))
    assert (work.state, work.version, work.title, work.files) == ("draft", 0, "", [])
    with pytest.raises(NotFound):
        works.find("0" * 26)


def test_works_are_read_together_with_what_other_rooms_keep(world: World) -> None:
    work_id = a_published_work(world)
    found, missing = batch_get([works.key(work_id), works.key("0" * 26)])
    assert works.of(found) == works.find(work_id)
    assert missing is None


def test_a_sale_goes_through_only_for_what_is_published(world: World) -> None:
    author = world.author()
    work_id = a_published_work(world, author)
    require(work_id, 1)
    for stale in (0, 2):
        with pytest.raises(Conflict):
            require(work_id, stale)
    world.post(f"/v1/works/{work_id}/withdrawals", {"reason": "r"}, as_=author)
    with pytest.raises(Conflict):
        require(work_id, 1)
