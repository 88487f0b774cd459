"""From a tree to a live stage: what deploying anew and rolling back have in common, each step safe to repeat."""

import json
import shutil
from pathlib import Path

from infra.chalice_command import ChaliceFailed, run_chalice
from infra.deploy import further, mappings, resources, stage_secrets
from infra.deploy.comparison import Comparison
from infra.deploy.declared import Declared, read_declared
from infra.deploy.errors import Stopped
from infra.deploy.found import Found
from infra.deploy.hardening import Hardening
from infra.deploy.record import Record
from infra.deploy.run import Run
from infra.deploy.smoke import smoke
from infra.deploy.stage_settings import StageSettings
from infra.deploy.tree import ROOT
from infra.deploy.versions import tree_digest

DEPLOYED = "deployed.json"
"""Names the tree of the last `chalice deploy` that came to its end. Missing while one runs."""

STEPS = 6


class Release:
    """A tree on its way. ``told`` is what the stage was told when the tree was written."""

    def __init__(self, run: Run, tree: Path, told: StageSettings) -> None:
        self._run, self._tree, self._told = run, tree, told
        self._progress = run.progress
        self.declared: Declared = read_declared(tree, run.stage)
        self.api_id = ""
        self._subscribing = False

    def carry_out(self) -> None:
        """Raises Stopped; running it again goes on."""
        self._write_record()
        self._deploy()
        self._harden()
        self._apply_further()
        self._verify()
        self._smoke()

    def _write_record(self) -> None:
        self._progress.step("record: what the account holds")
        live = self._run.versions.current()
        record = Record(self._run.account, self.declared, self._found(), live.api_id if live else "")
        record.write(self._tree)
        self._progress.say(f"{len(record.resources)} resources adopted")
        for line in record.removed:
            self._progress.say(f"there twice: {line}")
        for name in record.orphans:
            self._progress.say(f"no longer declared: {name}")

    def _deploy(self) -> None:
        self._progress.step("chalice deploy")
        digest, noted = tree_digest(self._tree), self._run.artefacts.read_json(DEPLOYED)
        if noted == {"tree": digest} and not self._comparison().lines():
            self._progress.say("nothing changed")
        else:
            self._deploy_anew(digest)
        self._share_record()

    def _deploy_anew(self, digest: str) -> None:
        self._run.artefacts.forget(DEPLOYED)
        environment = {"AWS_DEFAULT_REGION": self._run.account.region}
        self._harden_mappings()
        try:
            run_chalice(self._tree, "deploy", "--stage", self._run.stage, environment=environment, tell=self._hear)
        except ChaliceFailed as error:
            raise Stopped("chalice deploy failed: mend what it says above, then run this again.") from error
        finally:
            self._harden_mappings()
        self._run.artefacts.keep_json(DEPLOYED, {"tree": digest})

    def _share_record(self) -> None:
        """Plain `chalice deploy` from the root knows the committed stages: it updates what is there, too."""
        if self._run.stage in json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]:
            name = f".chalice/deployed/{self._run.stage}.json"
            (ROOT / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(self._tree / name, ROOT / name)

    def _hear(self, line: str) -> None:
        """Chalice says what it begins: with the next line, what it subscribed is there, and must not stay as it is."""
        if self._subscribing:
            self._harden_mappings()
        self._subscribing = line.startswith("Subscribing ")
        if not line.startswith("  - "):  # its closing list of ARNs
            self._progress.say(line)

    def _harden_mappings(self) -> None:
        """Those that are there. Until it is hardened, a mapping deletes what its function could not manage."""
        mappings.harden(self._run.account, self.declared, self._found())

    def _harden(self) -> None:
        self._progress.step("harden: mappings, schedules, the gateway's own answers, throttling")
        hardening = self._hardening()
        for line in hardening.apply():
            self._progress.say(line)
        self.api_id = hardening.api_id

    def _apply_further(self) -> None:
        self._progress.step("further stacks")
        for stack in further.stacks(self._deployed()):
            self._run.stacks.apply(stack, self._progress)

    def _verify(self) -> None:
        self._progress.step("verify: the account against what is declared")
        missing = stage_secrets.missing(self._run.account)
        lines = [*self._comparison().lines(), *self._hardening().lines()]
        lines += resources.differences(self._run.account, Recommender=self._told.recommender)
        asked = [stage_secrets.how_to_set(self._run.account, name) for name in missing]
        if self._told.is_live or set(missing) - set(stage_secrets.ASKED_FOR):
            lines += asked
        if lines:
            raise Stopped("The account is not as declared:\n" + "\n".join(f"  {line}" for line in lines))
        self._progress.say(
            f"{len(self.declared.functions)} functions, {len(self.declared.mappings)} mappings as declared"
        )

    def _smoke(self) -> None:
        self._progress.step("smoke: the live stage")
        url = self._run.url or self._told.url or self._own_url()
        for line in smoke(url):
            self._progress.say(line)

    def _own_url(self) -> str:
        region, stage = self._run.account.region, self.declared.api.stage
        return f"https://{self.api_id}.execute-api.{region}.amazonaws.com/{stage}"

    def _deployed(self) -> further.Deployed:
        return further.Deployed(self._run.account, self.declared, self._told, self.api_id)

    def _found(self) -> Found:
        return Found(self._run.account)

    def _comparison(self) -> Comparison:
        return Comparison(self._run.account, self.declared, self._found())

    def _hardening(self) -> Hardening:
        return Hardening(self._run.account, self.declared, self._found(), self._told)
