"""Deploying for the first time: killed in every step, run again, compared, and found out where it was tampered with."""

import json
from typing import Any

from infra.rehearsal.life import STAGE, Life, expect, succeeded
from infra.rehearsal.project import Kill


def _as_it_begins(step: int) -> Kill:
    return Kill(rf"^\[{step}/", f"as step {step} begins")


KILLS = (
    _as_it_begins(1),
    Kill("held in", "with the lock just taken"),
    _as_it_begins(2),
    Kill(r"\d+ changes", "while the stack is made"),
    _as_it_begins(3),
    Kill("made /lyceum", "between two secrets"),
    _as_it_begins(4),
    Kill(r"^\[4/", "while the tree is written", after_seconds=0.4),
    _as_it_begins(5),
    _as_it_begins(6),
    Kill("Creating lambda function: .*mail_send", "between two functions"),
    Kill("Creating lambda function: .*recommend_learn", "between two functions", alone=True),
    Kill("Creating Rest API", "while the API is made"),
    _as_it_begins(7),
    Kill(r"\d+ mappings hardened", "between two hardenings"),
    *(_as_it_begins(step) for step in (8, 9, 10, 11)),
)
"""At the beginning of every step, and within those that have a middle."""


def kill(life: Life, kill: Kill) -> str:
    """A deployer is killed; what it held is taken over once its lease has run out."""
    ran = life.deploy("up", life.place, kill=kill)
    expect(ran.code < 0, f"it was not killed: {ran.text[-800:]}")
    return f"cut off after: {ran.lines[-1].strip()}"


def wait_for_the_lock(life: Life) -> str:
    ran = life.deploy("up", life.place)
    expect(ran.code == 1 and "--take-over" in ran.text, f"a dead deployer's lock was not heeded: {ran.text[-800:]}")
    life.lease_runs_out()
    return "refused while the lease runs"


def deploy(life: Life) -> str:
    life.account.prepare(STAGE)
    return succeeded(life.deploy("up", life.place))


def everything_once(life: Life) -> str:
    """What killed runs began is there once: one API, a mapping for each source, a role for each function."""
    apis = life.account.client("apigateway").get_rest_apis()["items"]
    mappings = life.account.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    sources = [(mapping["FunctionArn"], mapping["EventSourceArn"]) for mapping in mappings]
    roles = life.account.client("iam").list_roles()["Roles"]
    functions = life.account.client("lambda").list_functions()["Functions"]
    layers = life.account.client("lambda").list_layer_versions(LayerName=f"lyceum-{STAGE}-managed-layer")
    seen = f"{len(apis)} API, {len(functions)} functions, {len(roles)} roles, {len(sources)} mappings"
    expect(len(apis) == 1 and len(set(sources)) == len(sources) and len(roles) == len(functions), seen)
    expect(len(layers["LayerVersions"]) == 1, f"{len(layers['LayerVersions'])} versions of the layer")
    return seen


def nothing_differs(life: Life) -> str:
    ran = life.project.deployer("diff", "--stage", STAGE)
    expect(ran.code == 0, ran.text)
    return ran.lines[-1]


def drift_is_found(life: Life) -> str:
    """What somebody changes by hand is listed, each thing."""
    client, name = life.account.client, f"lyceum-{STAGE}-mail_send"
    client("lambda").update_function_configuration(FunctionName=name, MemorySize=128)
    open_to_all = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [open_to_all]})
    client("iam").put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=document)
    mappings = client("lambda").list_event_source_mappings()["EventSourceMappings"]
    uuid = next(each["UUID"] for each in mappings if each["EventSourceArn"].endswith(f"lyceum-{STAGE}-mail"))
    client("lambda").update_event_source_mapping(UUID=uuid, FunctionResponseTypes=[])
    (api,) = client("apigateway").get_rest_apis()["items"]
    client("apigateway").delete_gateway_response(restApiId=api["id"], responseType="THROTTLED")
    table = f"lyceum-{STAGE}-orders"
    _recoverable(client("dynamodb"), table, False)
    ran = life.project.deployer("diff", "--stage", STAGE)
    _recoverable(client("dynamodb"), table, True)
    words = ("memory is 128", "its policy", "FunctionResponseTypes", "gateway response THROTTLED", table)
    expect(ran.code == 2 and all(word in ran.text for word in words), ran.text)
    return f"{len(ran.lines)} differences listed; the next deployment mends them"


def _recoverable(dynamodb: Any, table: str, is_on: bool) -> None:
    wanted = {"PointInTimeRecoveryEnabled": is_on}
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)
