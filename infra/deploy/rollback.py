"""The version before, from its archive: the same bytes, with the configuration that it had. Data is not touched."""

import shutil

from infra.deploy import releasing
from infra.deploy.errors import Stopped
from infra.deploy.releasing import DEPLOYED, Release
from infra.deploy.run import Run
from infra.deploy.versions import ROLLING, Manifest, code_of

STEPS = 2 + releasing.STEPS


def rollback(run: Run, to: str = "") -> None:
    """To the version that is named; else to where a rollback that broke off was going; else to the live one where a
    deployment broke off; else to the one that was live before it."""
    run.progress.step(f"lock: one deployment of {run.stage} at a time")
    if not run.artefacts.exist():
        raise Stopped(f"Nothing was ever kept of {run.stage}: there is nothing to roll back to.")
    with run.locked():
        wanted = run.versions.named(to) if to else _wanted(run)
        run.progress.step(f"tree: version {wanted.version} from its archive")
        shutil.rmtree(run.tree, ignore_errors=True)
        run.versions.unpack(wanted, run.tree)
        release = Release(run, run.tree, wanted.told)
        if code_of(release.declared) != wanted.code:
            raise Stopped(f"The archive of {wanted.version} would not deploy the bytes that were deployed.")
        run.artefacts.keep_json(ROLLING, {"to": wanted.version})
        release.carry_out()
        run.versions.make_current(wanted.version)
        run.artefacts.forget(ROLLING)
        run.progress.say(f"version {wanted.version} is live")


def _wanted(run: Run) -> Manifest:
    if begun := run.artefacts.read_json(ROLLING):
        return run.versions.named(begun["to"])
    live = run.versions.current()
    if live is None:
        raise Stopped(f"No version of {run.stage} was ever kept: there is nothing to roll back to.")
    is_deployed = run.artefacts.read_json(DEPLOYED) == {"tree": live.tree}
    return run.versions.before(live) if is_deployed else live
