"""Who may read what."""

import pytest
import requests

from chalicelib.content import storage
from chalicelib.library import access
from chalicelib.library.models import HoldingRow


def file_of(shop, work, reader=None):
    owned = shop.world.get("/v1/me/library", as_=reader or shop.author).json["items"]
    return next(each["files"][0]["file_id"] for each in owned if each["work_id"] == shop.works[work])


def link(shop, work, reader, file_id=None):
    file_id = file_id or file_of(shop, work)
    return shop.world.get(f"/v1/me/works/{shop.works[work]}/files/{file_id}", as_=reader)


def test_a_buyer_gets_a_link_that_gives_the_file(shop):
    shop.bought(shop.reader, shop.works["tides"])
    file_id = file_of(shop, "tides")
    holding = access.read(shop.reader.account_id, shop.works["tides"])
    storage.write(holding.files[0].key, "# Tides\n\nThe sea rises.", "text/markdown")
    counted = []
    for _ in range(2):
        with shop.world.platform.emulator.meter.counting() as calls:
            reply = link(shop, "tides", shop.reader, file_id)
        counted.append(calls.counts)
    assert counted == [{"dynamodb.BatchGetItem": 1, "dynamodb.UpdateItem": 1}, {"dynamodb.BatchGetItem": 1}]
    assert (reply.status, reply.json["name"], reply.json["media_type"]) == (200, "tides.md", "text/markdown")
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert requests.get(reply.json["url"], timeout=10).text == "# Tides\n\nThe sea rises."


def test_the_read_is_consistent(shop):
    shop.bought(shop.reader, shop.works["tides"])
    file_id = file_of(shop, "tides")
    link(shop, "tides", shop.reader, file_id)
    with shop.world.platform.emulator.meter.recording() as exchanges:
        link(shop, "tides", shop.reader, file_id)
    assert [b'"ConsistentRead":true' in each.request.replace(b" ", b"") for each in exchanges] == [True]


def test_who_did_not_buy_gets_no_link(shop):
    shop.ordered(shop.reader, shop.works["tides"])
    for reader in (shop.reader, shop.other, shop.reviewer, shop.admin):
        assert (link(shop, "tides", reader).status, link(shop, "tides", reader).code) == (403, "no_access")
    path = f"/v1/me/works/{shop.works['tides']}/files/{file_of(shop, 'tides')}"
    assert shop.world.get(path).status == 401


def test_a_work_opens_its_own_files_alone(shop):
    shop.bought(shop.reader, shop.works["tides"])
    assert link(shop, "tides", shop.reader, file_of(shop, "winds")).status == 404
    assert link(shop, "winds", shop.reader).status == 403


def test_authors_have_their_own_works_in_their_library(shop):
    assert set(shop.library(shop.author)) == set(shop.works.values())
    assert shop.library(shop.coauthor) == [shop.works["winds"]]
    [owned] = shop.world.get("/v1/me/library", as_=shop.coauthor).json["items"]
    assert owned["bought"] is False
    assert link(shop, "winds", shop.coauthor).status == 200


def test_a_library_page_is_one_call_and_goes_on_by_cursor(shop):
    for work in shop.works.values():
        shop.bought(shop.reader, work) if work != shop.works["gift"] else shop.ordered(shop.reader, work)
    with shop.world.platform.emulator.meter.counting() as calls:
        first = shop.world.get("/v1/me/library?limit=2", as_=shop.reader).json
    assert calls.of("dynamodb") == {"Query": 1}
    rest = shop.world.get(f"/v1/me/library?cursor={first['next_cursor']}", as_=shop.reader).json
    assert {owned["work_id"] for owned in first["items"] + rest["items"]} == set(shop.works.values())
    assert (len(first["items"]), rest["next_cursor"]) == (2, None)
    assert shop.world.get(f"/v1/me/library?cursor={first['next_cursor']}", as_=shop.other).code == "bad_cursor"


def test_a_new_version_reaches_who_has_the_work(shop):
    shop.bought(shop.reader, shop.works["tides"])
    shop.publishes_again(shop.works["tides"], title="On tides, again")
    [owned] = shop.world.get("/v1/me/library", as_=shop.reader).json["items"]
    assert (owned["version"], owned["work"]["title"], owned["bought"]) == (2, "On tides, again", True)


def test_a_former_author_loses_the_work_and_a_new_one_gets_it(shop):
    shop.publishes_again(shop.works["winds"], shares={shop.author.account_id: 10_000})
    assert shop.library(shop.coauthor) == []
    assert link(shop, "winds", shop.coauthor).code == "no_access"
    shares = {shop.author.account_id: 5_000, shop.coauthor.account_id: 5_000}
    shop.publishes_again(shop.works["tides"], shares=shares)
    assert shop.library(shop.coauthor) == [shop.works["tides"]]


def test_a_former_author_who_bought_keeps_it(shop):
    shop.bought(shop.coauthor, shop.works["tides"])
    shares = {shop.author.account_id: 5_000, shop.coauthor.account_id: 5_000}
    shop.publishes_again(shop.works["tides"], shares=shares)
    shop.publishes_again(shop.works["tides"], shares={shop.author.account_id: 10_000})
    assert shop.works["tides"] in shop.library(shop.coauthor)
    shop.holds()


def test_a_withdrawn_work_stays_with_who_has_it(shop):
    shop.bought(shop.reader, shop.works["tides"])
    file_id = file_of(shop, "tides")
    shop.withdraws(shop.works["tides"])
    assert link(shop, "tides", shop.reader, file_id).status == 200


def test_a_work_taken_down_is_out_of_everybodys_hands(shop):
    shop.bought(shop.reader, shop.works["tides"])
    file_id = file_of(shop, "tides")
    shop.takes_down(shop.works["tides"])
    for reader in (shop.reader, shop.author):
        assert (link(shop, "tides", reader, file_id).status, link(shop, "tides", reader, file_id).code) == (
            403,
            "content_taken_down",
        )
    [owned] = shop.world.get("/v1/me/library", as_=shop.reader).json["items"]
    assert owned["taken_down"] is True
    shop.holds()


def test_a_take_down_reaches_also_whom_the_index_did_not_show_yet(shop, monkeypatch):
    """It lags behind at AWS; here it does for as long as the test says."""
    shop.bought(shop.reader, shop.works["tides"])
    file_id = file_of(shop, "tides")
    with monkeypatch.context() as lagging:
        lagging.setattr(HoldingRow.by_work, "query", lambda *_, **__: iter(()))
        shop.takes_down(shop.works["tides"])
    assert link(shop, "tides", shop.reader, file_id).status == 200
    shop.world.clock.advance(minutes=3)
    shop.world.pump()
    assert link(shop, "tides", shop.reader, file_id).code == "content_taken_down"


@pytest.mark.parametrize("seed", range(4))
def test_facts_that_come_twice_and_in_disorder_end_in_the_same_library(shop, seed):
    shop.bought(shop.reader, shop.works["winds"])
    alone = {shop.author.account_id: 10_000}
    pump, shop.world.pump = shop.world.pump, lambda **_: 0
    shop.publishes_again(shop.works["winds"], title="Second", shares=alone)
    shop.publishes_again(shop.works["winds"], title="Third", shares=alone)
    shop.takes_down(shop.works["tides"])
    shop.world.pump = pump
    shop.world.pump(duplicate=True, shuffle=seed)
    [owned] = shop.world.get("/v1/me/library", as_=shop.reader).json["items"]
    assert (owned["version"], owned["work"]["title"]) == (3, "Third")
    assert shop.library(shop.coauthor) == []
    assert access.read(shop.author.account_id, shop.works["tides"]).taken_down


def test_a_slow_worker_never_shows_an_older_version(shop, monkeypatch):
    """It read the work, slept, and goes on when the world has moved on."""
    from chalicelib.catalog import works
    from chalicelib.library import refreshing

    shop.bought(shop.reader, shop.works["tides"])
    stale = works.find(shop.works["tides"])
    shop.publishes_again(shop.works["tides"], title="Second", shares={shop.author.account_id: 10_000})
    monkeypatch.setattr(works, "find", lambda _: stale)
    refreshing.follow(shop.works["tides"])
    monkeypatch.undo()
    assert {access.read(person.account_id, stale.work_id).version for person in (shop.reader, shop.author)} == {2}


def test_many_holders_are_brought_up_to_date_message_by_message(shop, monkeypatch):
    from chalicelib.library import refreshing

    monkeypatch.setattr(refreshing, "TOGETHER", 1)
    monkeypatch.setattr(refreshing, "AT_ONCE", 2)
    for reader in (shop.reader, shop.other, shop.admin, shop.reviewer):
        shop.bought(reader, shop.works["tides"])
    shop.publishes_again(shop.works["tides"], title="Second")
    held = [access.read(person.account_id, shop.works["tides"]) for person in shop.people.values()]
    assert [holding.version for holding in held if holding] == [2, 2, 2, 2, 2]


def test_access_is_required_inside_anothers_transaction(shop):
    from chalicelib.audit import trail
    from chalicelib.core import actors
    from chalicelib.core.errors import Forbidden
    from chalicelib.core.transactions import all_or_nothing

    def tried(reader):
        with all_or_nothing() as tx:
            access.require(tx, reader.account_id, shop.works["tides"], Forbidden())
            trail.write(tx, actors.system("test"), "tried", reader.account_id)

    shop.bought(shop.reader, shop.works["tides"])
    tried(shop.reader)
    with pytest.raises(Forbidden):
        tried(shop.other)
    shop.takes_down(shop.works["tides"])
    with pytest.raises(Forbidden):
        tried(shop.reader)


def test_taking_one_source_away_keeps_what_another_gave(shop):
    from chalicelib.catalog import cards, works
    from chalicelib.core.transactions import all_or_nothing

    work = works.find(shop.works["tides"])
    with all_or_nothing() as tx:
        access.grant(tx, shop.other.account_id, cards.of(work), work.files, "gift#1")
    with all_or_nothing() as tx:
        access.grant(tx, shop.other.account_id, cards.of(work), work.files, "gift#2")
    for source, left in (("gift#1", [work.work_id]), ("gift#1", [work.work_id]), ("gift#2", [])):
        with all_or_nothing() as tx:
            access.revoke(tx, shop.other.account_id, work.work_id, source)
        assert shop.library(shop.other) == left
