"""What was deployed, kept whole: sources, zips, generated configuration and record, by a version's name.

``versions/<name>/tree.zip`` and ``manifest.json`` (written last: a version without it is none); ``current.json`` names
the version that is live.
"""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import msgspec

from chalicelib.core import clock
from infra.deploy.account import Account
from infra.deploy.artefacts import Artefacts
from infra.deploy.declared import Declared
from infra.deploy.errors import Stopped
from infra.deploy.stage_settings import StageSettings

CURRENT = "current.json"
ROLLING = "rolling_back.json"
"""Names the version that a rollback is on its way to. Missing while none runs."""

KEPT = 20
"""Versions that one can roll back to; each is about 20 MB."""

RECORD = Path(".chalice/deployed")


class Manifest(msgspec.Struct, frozen=True):
    version: str
    commit: str
    kept_at: str
    tree: str
    """The digest of the tree, which names the code and all its configuration."""
    code: dict[str, str]
    """SHA-256 of each function's zip, and of each layer's, in hexadecimal."""
    told: StageSettings
    api_id: str
    before: str = ""
    """The version that was live before it."""


class Versions:
    def __init__(self, account: Account, artefacts: Artefacts) -> None:
        self._account, self._artefacts = account, artefacts

    def current(self) -> Manifest | None:
        noted = self._artefacts.read_json(CURRENT)
        return self._manifest(noted["version"]) if noted else None

    def before(self, manifest: Manifest) -> Manifest:
        """What was live before it, and not what was merely deployed before: of that, it may be known that it is bad.

        Raises Stopped where there is none.
        """
        if not manifest.before:
            raise Stopped(f"No version was live before {manifest.version}: there is nothing to roll back to.")
        return self.named(manifest.before)

    def named(self, name: str) -> Manifest:
        manifest = self._manifest(name)
        if manifest is None:
            raise Stopped(f"There is no version {name}. Kept: {', '.join(self.names()) or 'none'}.")
        return manifest

    def names(self) -> list[str]:
        """Oldest first."""
        pages = self._account.pages("s3", "list_objects_v2", Bucket=self._artefacts.bucket, Prefix="versions/")
        keys = [each["Key"] for page in pages for each in page.get("Contents", [])]
        return sorted(key.split("/")[1] for key in keys if key.endswith("/manifest.json"))

    def keep(self, tree: Path, declared: Declared, told: StageSettings, api_id: str) -> Manifest:
        """Archive what is live now and make it the current version. The same tree again is the same version."""
        digest, live = tree_digest(tree), self.current()
        if live and (live.tree, live.api_id, live.told) == (digest, api_id, told):
            return live
        commit, kept_at = commit_of(), clock.rfc3339(clock.now())
        name = f"{kept_at.replace('-', '').replace(':', '').replace('.', '')}-{commit}"
        before = live.version if live else ""
        manifest = Manifest(name, commit, kept_at, digest, code_of(declared), told, api_id, before)
        self._artefacts.keep(f"versions/{name}/tree.zip", _packed(tree))
        self._artefacts.keep(f"versions/{name}/manifest.json", msgspec.json.encode(manifest))
        self.make_current(name)
        self._forget_old()
        return manifest

    def make_current(self, name: str) -> None:
        self._artefacts.keep_json(CURRENT, {"version": name, "since": clock.rfc3339(clock.now())})

    def unpack(self, manifest: Manifest, at: Path) -> None:
        """The tree as it was deployed. Raises Stopped where it is not what was kept."""
        packed = self._artefacts.read(f"versions/{manifest.version}/tree.zip")
        if packed is None:
            raise Stopped(f"The archive of {manifest.version} is gone from {self._artefacts.bucket}.")
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(at)
        if tree_digest(at) != manifest.tree:
            raise Stopped(f"The archive of {manifest.version} does not hold what was deployed.")

    def _forget_old(self) -> None:
        for name in self.names()[:-KEPT]:
            self._artefacts.forget(f"versions/{name}/manifest.json")
            self._artefacts.forget(f"versions/{name}/tree.zip")

    def _manifest(self, name: str) -> Manifest | None:
        body = self._artefacts.read(f"versions/{name}/manifest.json")
        return msgspec.json.decode(body, type=Manifest) if body else None


def code_of(declared: Declared) -> dict[str, str]:
    functions = {function.name: function.digest for function in declared.functions}
    return functions | {layer.name: layer.digest for layer in declared.layers}


def tree_digest(tree: Path) -> str:
    """Changes with anything that is deployed: code, configuration, policies; not with the record."""
    digest = hashlib.sha256()
    for path in _files(tree):
        if RECORD not in path.relative_to(tree).parents:
            digest.update(path.relative_to(tree).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def commit_of() -> str:
    """The commit that is checked out; marked where files differ from it."""
    asked = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    if asked.returncode:
        return "uncommitted"
    changed = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True)
    return asked.stdout.strip() + ("-changed" if changed.stdout.strip() else "")


def _packed(tree: Path) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in _files(tree):
            archive.write(path, path.relative_to(tree).as_posix())
    return packed.getvalue()


def _files(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.is_file())
