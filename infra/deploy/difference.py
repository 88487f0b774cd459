"""What deploying would change, without changing anything."""

from pathlib import Path

from infra.deploy import further, resources, stage_secrets
from infra.deploy.comparison import Comparison
from infra.deploy.declared import read_declared
from infra.deploy.found import Found
from infra.deploy.hardening import Hardening
from infra.deploy.run import Run
from infra.deploy.tree import BUILD, account_environment, architecture_of, write_tree
from infra.local import template
from infra.package.publishing import standing_layers


def difference(run: Run) -> list[str]:
    """A line for each thing; none where the account is as declared."""
    if run.stacks.status(run.account.prefix) in (None, "REVIEW_IN_PROGRESS"):
        return _everything(run)
    client, architecture = run.account.client, architecture_of(run.told)
    layers = standing_layers(client("lambda"), run.stage, run.told.environment, BUILD, architecture)
    environment = account_environment(run.stage, client)
    tree = write_tree(run.stage, _place(run), environment=environment, layers=layers)
    declared, found = read_declared(tree, run.stage), Found(run.account)
    lines = run.stacks.changes(run.resources(run.told))
    lines += resources.differences(run.account, Recommender=run.told.recommender)
    unmade = set(stage_secrets.missing(run.account)) & set(stage_secrets.MADE)
    lines += [f"secret {name}: would be made" for name in sorted(unmade)]
    lines += Comparison(run.account, declared, found).lines()
    lines += Hardening(run.account, declared, found, run.told).lines()
    for api in found.apis[:1]:
        deployed = further.Deployed(run.account, declared, run.told, api["id"])
        lines += [line for stack in further.stacks(deployed) for line in run.stacks.changes(stack)]
    return lines


def _everything(run: Run) -> list[str]:
    """Of a stage that does not stand."""
    declared = template.load()["Resources"]
    made = [f"{run.account.prefix}: add {name} ({resource['Type']})" for name, resource in declared.items()]
    return [*made, "every function, mapping, route and role of the app"]


def _place(run: Run) -> Path:
    return BUILD / "diff" / run.stage
