"""The next versions of a stage whose data changes, each beside the one before; and back again."""

from infra.rehearsal import versions
from infra.rehearsal.life import STAGE, Life, expect, succeeded
from infra.rehearsal.project import Kill


def expand(life: Life) -> str:
    """The next version beside the present one, on the same data."""
    reader, life.before = life.play.reader, life.place.door.function()
    life.project.edit(*versions.EXPAND)
    succeeded(life.deploy("up", life.place))
    expect(reader.get("/v1/me")["initial"] == reader.name[:1], "the next version does not fall back")
    expect("initial" not in life.old("GET", "/v1/me"), "the version before is not the version before")
    reader.call("PATCH", "/v1/me", json={"name": "Newly Named"})
    expect(life.old("GET", "/v1/me")["name"] == "Newly Named", "the version before does not read the new row")
    expect(life.old("PATCH", "/v1/me", {"time_zone": "Europe/Paris"})["time_zone"] == "Europe/Paris", "no write")
    seen = reader.get("/v1/me")
    expect((seen["initial"], seen["time_zone"]) == ("N", "Europe/Paris"), f"one lost the other's write: {seen}")
    return "both versions read and write the same rows"


def contract(life: Life) -> str:
    filled = versions.backfill(life.account.client("dynamodb"), STAGE)
    again = versions.backfill(life.account.client("dynamodb"), STAGE)
    expect(filled > 0 == again, f"backfilled {filled}, then {again}")
    life.before = life.place.door.function()
    life.project.edit(*versions.CONTRACT)
    succeeded(life.deploy("up", life.place))
    initials = {key: person.get("/v1/me")["initial"] for key, person in life.play.people.items()}
    expect("?" not in initials.values(), f"read nothing: {initials}")
    expect(life.old("GET", "/v1/me")["initial"] == "N", "the version before does not read what was backfilled")
    return f"{filled} rows filled in; the version after reads nothing else"


def roll_back_cut_off(life: Life) -> str:
    ran = life.deploy("rollback", life.place, kill=Kill("Updating lambda function: .*orders_tell"))
    expect(ran.code < 0, f"it was not killed: {ran.text[-800:]}")
    life.lease_runs_out()
    return f"cut off after: {ran.lines[-1].strip()}"


def roll_back(life: Life) -> str:
    assert life.before
    said = succeeded(life.deploy("rollback", life.place))
    standing = life.place.door.function()
    expect(standing.code == life.before.code, "other bytes than those that were deployed before")
    expect(dict(standing.environment) == dict(life.before.environment), "another configuration")
    expect(life.play.reader.get("/v1/me")["initial"] == "N", "it does not run on the data of the version after")
    return f"{said}; the same bytes; {life.play.read()} bytes read"
