"""Shares between authors."""

import json

from chalicelib.accounts.models import Account
from chalicelib.core import clock, ids
from tests.builders import a_draft, a_published_work, an_approved_work, is_approved
from tests.world import Person, World


def edit(world: World, author: Person, work_id: str, **change: object) -> int:
    tag = world.get(f"/v1/me/manuscripts/{work_id}", as_=author).headers["ETag"]
    return world.patch(f"/v1/works/{work_id}", change, as_=author, headers={"if-match": tag}).status


def test_each_co_author_sees_the_work_and_stands_on_its_card(world: World) -> None:
    ada, bo = world.author("Ada"), world.author("Bo")
    work_id = a_published_work(world, ada, shares={ada.account_id: 4000, bo.account_id: 6000})
    assert [author["name"] for author in world.get(f"/v1/works/{work_id}").json["work"]["authors"]] == ["Bo", "Ada"]
    for person in (ada, bo):
        assert world.get(f"/v1/me/manuscripts/{work_id}", as_=person).status == 200
        assert [card["work_id"] for card in world.get("/v1/me/manuscripts", as_=person).json["items"]] == [work_id]
        assert len(world.get(f"/v1/works?author={person.account_id}").json["items"]) == 1


def test_shares_sum_to_the_whole_and_go_to_authors(world: World) -> None:
    ada, reader = world.author(), world.reader()
    wanted = {"kind": "article", "title": "T", "language": "en"}
    for shares, code in (
        ({ada.account_id: 9999}, "field_invalid"),
        ({ada.account_id: 10_001}, "field_invalid"),
        ({ada.account_id: 9_000, reader.account_id: 1_000}, "co_author_unknown"),
        ({ada.account_id: 9_000, "0" * 26: 1_000}, "co_author_unknown"),
        ({ada.account_id: 10_000, reader.account_id: 0}, "field_invalid"),
    ):
        assert world.post("/v1/works", {**wanted, "shares": shares}, as_=ada).code == code


def test_who_loses_a_share_loses_sight_once_it_is_nowhere(world: World) -> None:
    ada, bo, reviewer = world.author("Ada"), world.author("Bo"), world.reviewer()
    shared, alone = {ada.account_id: 5000, bo.account_id: 5000}, {ada.account_id: 10_000}
    work_id = a_draft(world, ada, shares=shared)
    assert edit(world, ada, work_id, shares=alone) == 200
    assert world.get("/v1/me/manuscripts", as_=bo).json["items"] == []
    assert world.get(f"/v1/me/manuscripts/{work_id}", as_=bo).code == "not_found"
    published = a_published_work(world, ada, reviewer, shares=shared)
    world.post(f"/v1/works/{published}/drafts", as_=ada)
    assert edit(world, ada, published, shares=alone) == 200
    assert world.get(f"/v1/me/manuscripts/{published}", as_=bo).status == 200
    is_approved(world, published, ada, reviewer)
    assert world.post(f"/v1/works/{published}/publications", as_=ada).status == 201
    assert world.get("/v1/me/manuscripts", as_=bo).json["items"] == []
    assert world.get(f"/v1/works?author={bo.account_id}").json["items"] == []


def test_who_is_no_author_any_more_is_not_published_as_one(world: World) -> None:
    ada, bo, admin = world.author("Ada"), world.author("Bo"), world.admin()
    work_id = an_approved_work(world, ada, shares={ada.account_id: 5000, bo.account_id: 5000})
    world.put(f"/v1/accounts/{bo.account_id}/roles", {"roles": ["reader"]}, as_=admin)
    assert world.post(f"/v1/works/{work_id}/publications", as_=ada).code == "co_author_unknown"


def test_an_author_has_a_public_page_and_a_reader_none(world: World) -> None:
    ada, reader = world.author("阿达"), world.reader()
    page = world.get(f"/v1/authors/{ada.account_id}")
    assert page.json == {"author_id": ada.account_id, "name": "阿达"}
    assert page.headers["Cache-Control"].startswith("public")
    assert world.get(f"/v1/authors/{reader.account_id}").code == "not_found"


def an_account(name: str) -> str:
    """An author without a password: registering thirty over the API would hash thirty passwords."""
    account = Account(
        ids.new(),
        email=f"{name}@example.com",
        password_hash="",
        name=name,
        language="en",
        time_zone="UTC",
        roles={"reader", "author"},
        created_at=clock.now(),
    )
    account.save()
    return str(account.account_id)


def test_the_largest_publication_fits_one_transaction(world: World) -> None:
    """Sixteen authors and five subjects, each with a parent, all exchanged for others."""
    owner, reviewer = world.author(), world.reviewer()
    people = [an_account(f"A{number}") for number in range(31)]
    first, second = [owner.account_id, *people[:15]], people[15:]
    work_id = a_published_work(
        world,
        owner,
        reviewer,
        shares=dict.fromkeys(first, 625),
        subjects=["programming", "physics", "finance", "nutrition", "languages"],
    )
    world.post(f"/v1/works/{work_id}/drafts", as_=owner)
    change = {
        "shares": dict.fromkeys(second, 625),
        "subjects": ["history", "music", "parenting", "law", "psychology"],
    }
    assert edit(world, owner, work_id, **change) == 200
    is_approved(world, work_id, owner, reviewer)
    with world.platform.emulator.meter.recording() as exchanges:
        published = world.post(f"/v1/works/{work_id}/publications", as_=owner)
        assert published.status == 201, published.body
    sizes = [
        len(json.loads(said.request)["TransactItems"])
        for said in exchanges
        if said.call.operation == "TransactWriteItems"
    ]
    assert set(sizes) == {4 + (1 + 8) + 10 + 16 + 16 + 15}
    assert max(sizes) <= 100
    assert len(world.get(f"/v1/works?author={second[0]}").json["items"]) == 1
    assert world.get("/v1/works?subject=technology").json["items"] == []
