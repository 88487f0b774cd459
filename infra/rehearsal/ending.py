"""Taking stages away: with their data kept, and without anything left."""

from collections.abc import Iterator

from infra.rehearsal import versions
from infra.rehearsal.life import SECOND, STAGE, Life, expect, succeeded
from infra.rehearsal.project import Kill


def undeploy(life: Life) -> str:
    life.stop_sources()
    before = life.count(f"lyceum-{STAGE}-accounts")
    killed = life.project.deployer("undeploy", "--stage", STAGE, kill=Kill("removed function"))
    expect(killed.code < 0, killed.text)
    succeeded(life.project.deployer("undeploy", "--stage", STAGE, "--take-over"))
    left = [name for name in life.digests() if f"{name}-".startswith(f"lyceum-{STAGE}-")]
    expect(not left and life.count(f"lyceum-{STAGE}-accounts") == before, f"left {left}")
    return f"cut off, run again: nothing runs, {before} rows of accounts stay"


def stand_again(life: Life) -> str:
    """Without a build: from the archive of the version that was live, with the layers that it names."""
    assert life.before
    said = succeeded(life.deploy("rollback", life.place))
    expect(life.place.door.function().code == life.before.code, "other bytes than those that were live")
    expect(life.play.reader.get("/v1/me")["initial"] == versions.RENAMED[:1], "it does not run on the data that stayed")
    return said


def undeploy_all(life: Life) -> str:
    refused = life.project.deployer("undeploy", "--stage", SECOND, "--data", "delete", answer="yes\n")
    expect(refused.code == 1, "it went on without the stage's name")
    for stage in (STAGE, SECOND):
        succeeded(life.project.deployer("undeploy", "--stage", stage, "--data", "delete", answer=f"{stage}\n"))
    left = list(_left(life))
    expect(not left, f"left: {left}")
    return "nothing is left of either stage"


def _left(life: Life) -> Iterator[str]:
    client = life.account.client
    yield from (each["FunctionName"] for each in client("lambda").list_functions()["Functions"])
    yield from (each["LayerName"] for each in client("lambda").list_layers()["Layers"])
    yield from (each["UUID"] for each in client("lambda").list_event_source_mappings()["EventSourceMappings"])
    yield from (each["id"] for each in client("apigateway").get_rest_apis()["items"])
    yield from (each["Name"] for each in client("events").list_rules()["Rules"])
    yield from (each["RoleName"] for each in client("iam").list_roles()["Roles"])
    yield from client("dynamodb").list_tables()["TableNames"]
    yield from client("sqs").list_queues().get("QueueUrls", [])
    yield from (each["Name"] for each in client("s3").list_buckets()["Buckets"])
    yield from (each["Name"] for each in client("ssm").describe_parameters()["Parameters"])
    yield from (each["logGroupName"] for each in client("logs").describe_log_groups()["logGroups"])
