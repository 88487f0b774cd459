"""Rows change their shape while two versions of the code use them, and nobody's change is lost."""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import settings
from chalicelib.core.tables import Place, Row
from chalicelib.core.transactions import all_or_nothing
from chalicelib.core.versions import Item, Unreadable
from infra.local import emulated_state
from infra.migrations import backfill, checkpoints, upgrading
from infra.migrations.backfill import How
from infra.migrations.migration import Migration

ROOT = Path(__file__).parents[2]
TABLE = settings.table("people")
QUICK = How(segments=2, rate=100_000, page=3)


class Meta(Place):
    table_name = TABLE


class Before(Row):
    """Version N − 1: knows names only."""

    Meta = Meta
    person_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    motto = UnicodeAttribute(null=True)


class After(Row):
    """Version N: shows an initial, and writes it with every name."""

    VERSION = 2
    Meta = Meta
    person_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    motto = UnicodeAttribute(null=True)
    initial = UnicodeAttribute(null=True)
    meanwhile: Any = None

    @staticmethod
    def upgrade(item: Item) -> None:
        item["initial"] = {"S": item["name"]["S"][:1]}
        if After.meanwhile:
            After.meanwhile()


class Later(Row):
    """Version N + 1, contracted: there is always an initial."""

    VERSION = 2
    Meta = Meta
    person_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    initial = UnicodeAttribute()


MIGRATION = Migration(After)


@pytest.fixture
def people(platform) -> Iterator[Any]:
    dynamodb = platform.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "person_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "person_id", "KeyType": "HASH"}],
    )
    yield dynamodb
    After.meanwhile = None
    dynamodb.delete_table(TableName=TABLE)


def stored(dynamodb: Any, person_id: str = "p") -> dict[str, str]:
    item = dynamodb.get_item(TableName=TABLE, Key={"person_id": {"S": person_id}})["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def run(how: How = QUICK) -> backfill.Report:
    return backfill.run(MIGRATION, how, lambda _: None)


def test_each_version_of_the_code_reads_what_the_other_wrote(people):
    Before("old", name="Ada").save()
    After("new", name="Bo", initial="B").save()
    assert After.get("old").initial == "A"
    assert [row.initial for row in After.scan()] == ["A", "B"] or [row.initial for row in After.scan()] == ["B", "A"]
    assert Before.get("new").name == "Bo"
    assert stored(people, "old")["v"] == "1"


def test_a_row_two_versions_away_is_refused_by_name(people):
    people.put_item(TableName=TABLE, Item={"person_id": {"S": "p"}, "name": {"S": "Ada"}, "v": {"N": "3"}})
    with pytest.raises(Unreadable, match="Before is of version 3"):
        Before.get("p")
    Before("p", name="Ada").save()
    with pytest.raises(Unreadable, match="Later is of version 1"):
        Later.get("p")


def test_what_an_update_answers_is_upgraded_too(people):
    Before("p", name="Ada").save()
    row = After("p")
    row.update(actions=[After.motto.set("on")])
    assert (row.initial, stored(people)["v"]) == ("A", "1")


def test_an_update_that_makes_a_row_gives_it_the_version(people):
    Before("p").update(actions=[Before.name.set("Ada")])
    assert stored(people)["v"] == "1"
    with all_or_nothing() as tx:
        tx.update(After("q"), [After.name.set("Bo"), After.initial.set("B")])
    assert stored(people, "q")["v"] == "2"


def old_renames(name: str) -> None:
    Before("p").update(actions=[Before.name.set(name)])


def new_renames(name: str) -> None:
    After("p").update(actions=[After.name.set(name), After.initial.set(name[:1])])


def old_puts(name: str) -> None:
    row = Before.get("p", consistent_read=True)
    row.name = name
    row.save()


def new_puts(name: str) -> None:
    row = After.get("p", consistent_read=True)
    row.name, row.initial = name, name[:1]
    row.save()


def new_sets_a_motto(name: str) -> None:
    After("p").update(actions=[After.motto.set(name)])


DEEDS = (old_renames, new_renames, old_puts, new_puts, new_sets_a_motto)


@pytest.mark.parametrize("first", DEEDS)
@pytest.mark.parametrize("second", DEEDS)
def test_whoever_writes_before_and_within_the_backfills_step_keeps_their_change(people, first, second):
    """``second`` comes between the backfill's read and its write; then once more after it."""
    Before("p", name="Ada").save()
    first("Mina")
    After.meanwhile = _once(lambda: second("Zoe"))
    assert run().failed == []
    After.meanwhile = None
    seen = After.get("p")
    assert seen.initial == seen.name[:1]
    second("Zed")
    assert run().failed == []
    row = stored(people)
    last = "Zed" if second is not new_sets_a_motto else "Mina" if first is not new_sets_a_motto else "Ada"
    assert (row["name"], row["initial"], row["v"]) == (last, last[0], "2")
    if second is new_sets_a_motto:
        assert row["motto"] == "Zed"


def _once(deed: Any) -> Any:
    left = [deed]
    return lambda: left.pop()() if left else None


def test_one_who_deletes_the_row_meanwhile_does_not_see_it_come_back(people):
    Before("p", name="Ada").save()
    After.meanwhile = _once(lambda: Before("p").delete())
    report = run()
    assert (report.changed, report.skipped, report.failed) == (0, 1, [])
    assert "Item" not in people.get_item(TableName=TABLE, Key={"person_id": {"S": "p"}})


def test_a_row_that_cannot_be_upgraded_is_named_and_the_others_are_changed(people):
    for number in range(5):
        Before(f"p{number}", name="Ada").save()
    people.put_item(TableName=TABLE, Item={"person_id": {"S": "bad"}, "v": {"N": "1"}})
    report = run()
    assert (report.seen, report.changed) == (6, 5)
    assert report.failed == ["bad: KeyError in After.upgrade"]
    assert backfill.remaining(MIGRATION) == 1


def test_a_dry_run_changes_nothing_and_says_how_much_it_would(people):
    for number in range(5):
        Before(f"p{number}", name="Ada").save()
    assert run(How(segments=2, rate=100_000, dry=True)).changed == 5
    assert backfill.remaining(MIGRATION) == 5


def test_a_backfill_that_was_cut_off_goes_on_from_its_checkpoints(people):
    for number in range(12):
        Before(f"p{number:02}", name="Ada").save()
    page, steps = How(segments=1, rate=100_000, page=4), itertools.count()

    def cut() -> None:
        if next(steps) == 6:
            raise SystemExit

    After.meanwhile = cut
    with pytest.raises(SystemExit):
        run(page)
    After.meanwhile = None
    [segment] = checkpoints.load(MIGRATION, 1)
    assert (segment.seen, segment.changed, segment.done) == (4, 4, False)
    report = run(page)
    assert (report.seen, report.changed) == (12, 10)
    assert backfill.remaining(MIGRATION) == 0
    assert checkpoints.load(MIGRATION, 3) == [checkpoints.Segment(number, 3) for number in range(3)]


def test_what_old_code_writes_after_the_backfill_is_found_by_the_next(people):
    Before("p", name="Ada").save()
    run()
    assert (run().changed, backfill.remaining(Migration(Later))) == (0, 0)
    old_renames("Zed")
    assert backfill.remaining(Migration(Later)) == 1
    assert run().changed == 1
    assert Later.get("p").initial == "Z"


def test_the_condition_names_what_the_upgrade_looked_at_and_nothing_else(people):
    change = upgrading.changed(MIGRATION, {"person_id": {"S": "p"}, "name": {"S": "Ada"}, "motto": {"S": "on"}})
    assert sorted(change.names.values()) == ["initial", "name", "person_id", "v"]


STREAMED = ("works", "orders", "inbox", "outbox", "reviews", "interactions")


def test_a_backfill_of_a_streamed_table_tells_nobody_anything(shop):
    buyer = shop.reader
    shop.bought(buyer, shop.works["tides"])
    shop.world.put(f"/v1/works/{shop.works['tides']}/reviews/mine", {"rating": 5, "name": "R"}, as_=buyer)
    shop.settles()
    shop.arrives()
    emulator, mails = shop.world.platform.emulator, len(shop.world.platform.emulator.mails)
    changed = {name: backfill.run(Migration(_every_row_of(name)), QUICK, lambda _: None).changed for name in STREAMED}
    with emulator.meter.counting() as calls:
        moved = shop.world.pump()
    assert moved >= sum(changed.values()) > 0
    assert all(changed.values()), changed
    assert calls.of("sns") == {}
    assert "SendMessage" not in calls.of("sqs")
    assert not {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"} & set(calls.of("dynamodb"))
    assert len(emulator.mails) == mails
    shop.holds()


def _every_row_of(name: str) -> type[Row]:
    """A model of version 2 that adds an attribute to each row of a table, whatever it is."""
    table = next(table for table in emulated_state.tables() if table.name == settings.table(name))
    keys = {table.hash_key_attr: UnicodeAttribute(hash_key=True)}
    if table.range_key_attr:
        keys[table.range_key_attr] = UnicodeAttribute(range_key=True)
    place = type("Meta", (Place,), {"table_name": table.name})

    def upgrade(item: Item) -> None:
        item["added"] = {"S": "by the backfill"}

    return type("EveryRow", (Row,), {"Meta": place, "VERSION": 2, "upgrade": staticmethod(upgrade), **keys})


@pytest.fixture
def changed_project(tmp_path) -> Path:
    """The project with one attribute more, as a next version would have it."""
    at = tmp_path / "next"
    shutil.copytree(ROOT / "chalicelib", at / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    models = at / "chalicelib" / "accounts" / "models.py"
    declared = (
        "    initial = UnicodeAttribute(null=True)\n"
        "    VERSION = 2\n\n"
        "    @staticmethod\n"
        "    def upgrade(item):\n"
        "        item['initial'] = {'S': item['name']['S'][:1]}\n"
    )
    text = models.read_text()
    marker = "    session_epoch = Count(default=0)\n"
    assert marker in text
    models.write_text(text.replace(marker, marker + declared, 1))
    return at


def test_another_projects_models_are_migrated_killed_in_the_middle_and_contracted(world, changed_project):
    for number in range(8):
        _an_account(world, number)
    command = [sys.executable, "-m", "infra.migrations", "--stage", "dev", "--project", str(changed_project)]

    def told(*how: str) -> tuple[int, str]:
        done = subprocess.run([*command, *how], cwd=ROOT, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    assert "accounts.Account.2 " in told()[1]
    slow = [*command, "--name", "accounts.Account.2", "--rate", "4", "--page", "2", "--segments", "1"]
    process = subprocess.Popen(slow, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    while sum("initial" in item for item in _accounts(world)) < 3:
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()

    models = changed_project / "chalicelib" / "accounts" / "models.py"
    expanded = models.read_text()
    models.write_text(expanded.replace("    def upgrade(item)", "    def upgraded_once(item)"))
    code, text = told("--contract")
    assert code == 1 and "rows are older" in text
    models.write_text(expanded)
    code, text = told("--name", "accounts.Account.2")
    assert code == 0 and "taken up after" in text, text
    models.write_text(expanded.replace("    def upgrade(item)", "    def upgraded_once(item)"))
    assert told("--contract")[0] == 0
    assert all(item["initial"] == {"S": item["name"]["S"][:1]} for item in _accounts(world))


def _an_account(world: Any, number: int) -> None:
    from chalicelib.accounts.models import Account
    from chalicelib.core import clock

    Account(
        f"a{number}", email=f"a{number}@example.com", password_hash="x", name=f"{chr(65 + number)}da", language="en",
        time_zone="UTC", roles={"reader"}, created_at=clock.now(),
    ).save()  # fmt: skip


def _accounts(world: Any) -> list[Item]:
    found = world.platform.client("dynamodb").scan(TableName=settings.table("accounts"))["Items"]
    return [item for item in found if item["row"]["S"] == "account"]
