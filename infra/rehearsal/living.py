"""A stage at work: the main job, every function, a second stage beside it, and plain Chalice."""

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from chalice.deploy.packager import DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils

from infra.chalice_command import run_chalice
from infra.demo.caller import until
from infra.deploy.tree import BUILD
from infra.package.layer import build_layer
from infra.package.sets import BASE, HEAVY, SHIPPED
from infra.package.wheelhouse import RUNTIME
from infra.rehearsal.life import SECOND, STAGE, Life, expect, succeeded
from infra.rehearsal.sources import AccountSources

WAITED_SECONDS = 20
WAITS = (("orders", "settlement"), ("inbox", "waits"))
"""What still needs Stripe: sales without their balance transaction, and events that nobody has heard."""

CALLED = {"recommend_rank": {"reader": ""}}
"""What functions are asked that others of ours call."""


def main_job(life: Life) -> str:
    life.sources = AccountSources(life.account, STAGE, life.place.fleet).start()
    life.stripe.enter_context(life.place.stripe())
    said = life.play.main_job()
    until("Stripe's last word to be heard", lambda: not any(_waiting(life, *each) for each in WAITS) or None)
    return said


def _waiting(life: Life, table: str, waits_for: str) -> int:
    found = life.account.client("dynamodb").query(
        TableName=f"lyceum-{STAGE}-{table}",
        IndexName="unfinished",
        KeyConditionExpression="unfinished = :it",
        ExpressionAttributeValues={":it": {"S": waits_for}},
    )
    return int(found["Count"])


def every_function(life: Life) -> str:
    """Those that the main job did not need are woken by an event of their own kind, or none at all."""
    assert life.sources
    with life.stripe:
        called = life.sources.run_schedules()
    functions = [each["FunctionName"] for each in life.account.client("lambda").list_functions()["Functions"]]
    ours = [name for name in functions if f"{name}-".startswith(f"lyceum-{STAGE}-")]
    _wait(lambda: set(ours) <= life.place.fleet.invoked)
    for name in set(ours) - life.place.fleet.invoked:
        life.place.fleet.invoke(name, CALLED.get(name.removeprefix(f"lyceum-{STAGE}-"), {"Records": []}))
    expect(not life.place.fleet.strays, f"loaded from beside the package: {life.place.fleet.strays}")
    until("what failed once to succeed when it came again", lambda: not (life.sources and life.sources.failing) or None)
    return f"{len(ours)} functions ran from their package and layers alone; {len(called)} by schedule"


def _wait(is_there: Callable[[], bool]) -> None:
    """What follows from the main job takes its time where others work, too."""
    patience = time.monotonic() + WAITED_SECONDS
    while not is_there() and time.monotonic() < patience:
        time.sleep(0.2)


def second_stage(life: Life) -> str:
    """It has live keys, so it is not let through without them; once they are there, the deployment goes on."""
    refused = life.deploy("up", life.second)
    expect(refused.code == 1 and f"missing /lyceum/{SECOND}/stripe-key" in refused.lines[-2], refused.text[-2000:])
    life.account.prepare(SECOND)
    succeeded(life.deploy("up", life.second))
    counts = [life.count(f"lyceum-{stage}-accounts") for stage in (STAGE, SECOND)]
    expect(counts[0] > 0 == counts[1], f"accounts: {counts}")
    apis = life.account.client("apigateway").get_rest_apis()["items"]
    expect(len(apis) == 2, f"{len(apis)} APIs")
    return f"both stand; {STAGE} has {counts[0]} rows of accounts, {SECOND} none"


def plain_chalice(life: Life) -> str:
    """`chalice deploy` from the project's root, by the committed configuration alone."""
    root, before = life.project.at, life.digests()
    _put_layer(root)
    run_chalice(root, "deploy", "--stage", SECOND, environment=life.account.environment)
    expect(set(life.digests()) == set(before), "it made or left out functions")
    apis = life.account.client("apigateway").get_rest_apis()["items"]
    expect(len(apis) == 2, f"it left {len(apis)} APIs")
    return "it found the streams and the account by itself, and updated in place"


def _put_layer(root: Path) -> None:
    """All requirements in one, where Chalice looks for it: else it would be built from the network."""
    (root / ".chalice" / "deployments").mkdir(exist_ok=True)
    packager = LayerDeploymentPackager(OSUtils(), DependencyBuilder(OSUtils()), UI())
    with zipfile.ZipFile(packager.deployment_package_filename(str(root), RUNTIME), "w") as layer:
        for name in (BASE, *(each for each in HEAVY if HEAVY[each].pins == SHIPPED)):
            with zipfile.ZipFile(build_layer(name, BUILD)) as part:
                for entry in set(part.namelist()) - set(layer.namelist()):
                    layer.writestr(entry, part.read(entry))
