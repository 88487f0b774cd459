"""Deploying a stage: eleven steps, each of which can be cut off anywhere and run again."""

from infra.deploy import releasing, stage_secrets
from infra.deploy.releasing import Release
from infra.deploy.run import Run
from infra.deploy.tree import BUILD, account_environment, architecture_of, write_tree
from infra.deploy.versions import ROLLING
from infra.package.publishing import publish_layers

STEPS = 4 + releasing.STEPS + 1


def up(run: Run) -> None:
    run.progress.step(f"lock: one deployment of {run.stage} at a time")
    told = run.told
    run.artefacts.stand()
    with run.locked():
        run.progress.say(f"held in {run.artefacts.bucket}")
        run.progress.step("resources: tables, queues, topic and buckets")
        run.stacks.apply(run.resources(told), run.progress)
        run.progress.step("secrets")
        for line in stage_secrets.stand(run.account, is_new=run.versions.current() is None):
            run.progress.say(line)
        run.progress.step(f"layers and tree: {run.tree}")
        architecture = architecture_of(told)
        layers = publish_layers(run.account.client("lambda"), run.stage, told.environment, BUILD, architecture)
        environment = account_environment(run.stage, run.account.client)
        write_tree(run.stage, run.tree, environment=environment, layers=layers)
        release = Release(run, run.tree, told)
        release.carry_out()
        run.progress.step("keep: the package, its configuration and the record")
        kept = run.versions.keep(run.tree, release.declared, told, release.api_id)
        run.artefacts.forget(ROLLING)
        run.progress.say(f"version {kept.version} is live")
