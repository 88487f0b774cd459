"""The next versions of a stage whose data changes, each beside the one before; and back again."""

from infra.rehearsal import versions
from infra.rehearsal.life import Life, expect, succeeded
from infra.rehearsal.project import Kill


def expand(life: Life) -> str:
    """The next version beside the present one, on the same data."""
    reader, life.before = life.play.reader, life.place.door.function()
    life.project.edit(*versions.EXPAND)
    succeeded(life.deploy("up", life.place))
    expect(reader.get("/v1/me")["initial"] == reader.name[:1], "the next version does not read an old row as a new one")
    expect("initial" not in life.old("GET", "/v1/me"), "the version before is not the version before")
    reader.call("PATCH", "/v1/me", json={"name": "Newly Named"})
    expect(life.old("GET", "/v1/me")["name"] == "Newly Named", "the version before does not read the new row")
    expect(life.old("PATCH", "/v1/me", {"time_zone": "Europe/Paris"})["time_zone"] == "Europe/Paris", "no write")
    seen = reader.get("/v1/me")
    expect((seen["initial"], seen["time_zone"]) == ("N", "Europe/Paris"), f"one lost the other's write: {seen}")
    life.old("PATCH", "/v1/me", {"name": versions.RENAMED})
    expect(
        reader.get("/v1/me")["initial"] == versions.RENAMED[:1],
        "what the version before leaves behind is taken for new",
    )
    return "both versions read and write the same rows"


def backfill_cut_off(life: Life) -> str:
    """A row a second, so that it is cut off with rows left; and contracting is refused while they are."""
    slow = ("--name", versions.MIGRATION, "--rate", "1", "--segments", "1", "--page", "1")
    ran = life.migrate(*slow, kill=Kill("about .* rows", after_seconds=0.5))
    expect(ran.code < 0, f"it was not killed: {ran.text[-800:]}")
    life.project.edit(*versions.CONTRACT)
    refused = life.migrate("--contract")
    expect(refused.code == 1 and "run its backfill first" in refused.text, refused.text[-800:])
    life.project.edit(*(edit.undone for edit in reversed(versions.CONTRACT)))
    return " ".join(refused.lines[-1].split())


def contract(life: Life) -> str:
    filled = succeeded(life.migrate("--name", versions.MIGRATION))
    life.before = life.place.door.function()
    life.project.edit(*versions.CONTRACT)
    succeeded(life.migrate("--contract"))
    succeeded(life.deploy("up", life.place))
    initials = {person.name[:1]: person.get("/v1/me")["initial"] for person in life.play.people.values()}
    expect(
        initials.pop(life.play.reader.name[:1]) == versions.RENAMED[:1],
        "the reader was renamed last by the version before the last",
    )
    expect(all(name == initial for name, initial in initials.items()), f"not what they are: {initials}")
    expect(
        life.old("GET", "/v1/me")["initial"] == versions.RENAMED[:1],
        "the version before does not read what was backfilled",
    )
    return f"{filled}; the version after reads nothing else"


def roll_back_cut_off(life: Life) -> str:
    ran = life.deploy("rollback", life.place, kill=Kill("Updating lambda function: .*orders_tell"))
    expect(ran.code < 0, f"it was not killed: {ran.text[-800:]}")
    life.lease_runs_out()
    return f"cut off after: {ran.lines[-1].strip()}"


def roll_back_cut_off_late(life: Life) -> str:
    """Once Chalice is through, it still goes where the first try was going, and not one version further."""
    ran = life.deploy("rollback", life.place, kill=Kill(r"mappings hardened"))
    expect(ran.code < 0, f"it was not killed: {ran.text[-800:]}")
    life.lease_runs_out()
    return f"cut off after: {ran.lines[-1].strip()}"


def roll_back(life: Life) -> str:
    assert life.before
    said = succeeded(life.deploy("rollback", life.place))
    standing = life.place.door.function()
    expect(standing.code == life.before.code, "other bytes than those that were deployed before")
    expect(dict(standing.environment) == dict(life.before.environment), "another configuration")
    expect(
        life.play.reader.get("/v1/me")["initial"] == versions.RENAMED[:1],
        "it does not run on the data of the version after",
    )
    return f"{said}; the same bytes; {life.play.read()} bytes read"
