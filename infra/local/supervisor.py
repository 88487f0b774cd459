"""The whole platform on one machine: emulator, API, jobs, fake Stripe and lobby, started and stopped together."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import IO, Any

from infra.local.http_front import HttpFront
from infra.local.provisioning import Provisioner, environment, fresh_secrets
from infra.local.their_stripe import TheirStripe

STOP_SECONDS = 10
SNAPSHOT = "aws.zip"
SWEEP_TICKS = 60
"""Half seconds between deletions of what expired; AWS takes up to days."""
Tell = Callable[[str], None]


class AlreadyRuns(RuntimeError):
    """Another platform keeps its state in the same folder."""


class PartFailed(RuntimeError):
    """A part of the platform ended by itself or never came up; its log says why."""


class LocalPlatform:
    """Everything at 127.0.0.1, from ``start()`` to ``stop()``; or as a context manager.

    ``keep`` names a folder from which tables, objects and the fake Stripe's memory come, and to which they go when
    the platform stops, if it ever stood as a whole. ``tell`` gets a line for each step. ``theirs`` is asked in place of
    our fake Stripe, which then is not started.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        keep: Path | None = None,
        tell: Tell = lambda line: None,
        theirs: TheirStripe | None = None,
    ) -> None:
        self._tell, self._keep, self.theirs = tell, keep, theirs
        self.api_url = f"http://127.0.0.1:{free_port(port)}"
        self.stripe_url = ""
        self._lobby_front = HttpFront(self._port_of("lobby"))
        self.lobby_url = self._lobby_front.url
        self.env: dict[str, str] = {}
        self._children: dict[str, subprocess.Popen[str]] = {}
        self._servers: list[Any] = []
        self._stood = False
        self._lock: IO[str] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="lyceum-"))

    def __enter__(self) -> "LocalPlatform":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Bring everything up; it answers when this returns. Raises PartFailed, AlreadyRuns."""
        try:
            self._claim()
            self._start_emulator()
            self._find_stripe()
            self._start_api()
            self._tell(f"API            {self.api_url}")
            self._start_jobs()
            self._tell("jobs           queues, streams and schedules are being served")
            self._start_lobby()
            self._stood = True
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every part, and keep what is to be kept."""
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            _await_end(child)
        self._children.clear()
        if self._keep and self._stood:
            self._save()
        for server in self._servers:
            server.stop()
        self._servers.clear()
        if self._lock:
            self._lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self, part: str) -> None:
        """SIGKILL, as when a machine fails, and a new start: of the API or the jobs, for neither keeps anything."""
        child = self._children[part]
        child.kill()
        _await_end(child)
        self._start_anew(part)

    def _start_anew(self, part: str) -> None:
        """Raises KeyError for a part that keeps what nobody else has."""
        {"api": self._start_api, "jobs": self._start_jobs}[part]()

    @contextmanager
    def keeping_nothing(self) -> Iterator[None]:
        """While what is stored is only half of what it is to be: who breaks off here leaves no half behind."""
        self._stood = False
        yield
        self._stood = True

    def wait(self, stop: Event) -> None:
        """Until told to stop; what expired is deleted meanwhile, and the API and the jobs start anew where somebody
        killed them. Raises PartFailed when a part ends otherwise."""
        for tick in count():
            if stop.wait(0.5):
                return
            if tick % SWEEP_TICKS == 0:
                self.emulator.sweep_expired()
            for name, child in list(self._children.items()):
                if child.poll() == -signal.SIGKILL and name in ("api", "jobs"):
                    self._tell(f"{name:<14} was killed, and starts anew")
                    self._start_anew(name)
                elif child.returncode is not None:
                    raise PartFailed(f"{name} ended with {child.returncode}:\n{self.log(name)}")

    def log(self, name: str) -> str:
        """The end of what a part wrote."""
        path = self.folder / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace")[-4000:] if path.exists() else ""

    def _start_emulator(self) -> None:
        from infra.local.emulator import Emulator

        front = HttpFront()
        self.env = environment(front.url) | {
            "LYCEUM_CLOCK_FILE": str(self.folder / "clock"),
            "PUBLIC_URL": self.lobby_url,
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        os.environ.update(self.env)
        self.emulator = Emulator(front)
        self.emulator.start()
        self._servers.append(self.emulator)
        self._tell(f"AWS (emulated) {front.url}")
        Provisioner(front.url).provision(**self._secrets())
        self._tell("resources      tables, queues, topic and buckets of infra/template.yaml")
        self._restore()

    def _start_api(self) -> None:
        self._spawn("api", "--port", self.api_url.rpartition(":")[2])

    def _start_jobs(self) -> None:
        self.places_folder.mkdir(exist_ok=True)
        self._jobs_url = self._spawn("jobs", "--places", str(self.places_folder))
        self._find_functions()

    def _find_functions(self) -> None:
        """Lambda's Invoke calls those that the jobs' process names."""
        import requests

        for name in requests.get(f"{self._jobs_url}/functions", timeout=STOP_SECONDS).json():
            self.emulator.functions[name] = partial(self._call, name)

    def _call(self, name: str, event: dict[str, Any]) -> Any:
        """Raises OSError where it fails, or the jobs do not answer."""
        import requests

        answer = requests.post(f"{self._jobs_url}/functions/{name}", json=event, timeout=None)
        answer.raise_for_status()
        return answer.json()

    @property
    def places_folder(self) -> Path:
        """Where the jobs note how far each stream was read."""
        return self.folder / "places"

    def _find_stripe(self) -> None:
        webhook = f"{self.api_url}/v1/webhooks/stripe"
        if self.theirs:
            self.stripe_url = self.theirs.url
            self._tell(f"Stripe (yours) {self.stripe_url}, its webhooks go to {webhook}")
        else:
            self.stripe_url = self._spawn(
                "stripe", "--webhook-url", webhook, *self._kept("stripe.json"), *self._stripe_port()
            )
        self.env["STRIPE_API_BASE"] = self.stripe_url

    def _start_lobby(self) -> None:
        from infra.local.levers import Levers
        from infra.local.lobby import Lobby

        self._lobby_front.start(Lobby(self.emulator.mails, self.places, Levers(self.sweep)).answer)
        self._servers.append(self._lobby_front)
        self._tell(f"lobby          {self.lobby_url}")

    def sweep(self) -> dict[str, str]:
        """Let every schedule come due now; what became of each. Raises OSError where the jobs do not answer."""
        import requests

        became: dict[str, str] = requests.post(f"{self._jobs_url}/schedules", timeout=None).json()
        return became

    def places(self) -> dict[str, str]:
        """What is where."""
        stripe = {} if self.theirs else {"fake Stripe": f"{self.stripe_url}/_control/state"}
        return {
            "documentation · 文档": f"{self.api_url}/docs",
            "OpenAPI": f"{self.api_url}/openapi.json",
            "works · 作品": f"{self.api_url}/v1/works",
            "mailbox · 邮箱": f"{self.lobby_url}/mails",
            "clock · 时钟 (docs/levers.md)": f"{self.lobby_url}/levers/clock",
            **stripe,
        }

    def _spawn(self, part: str, *arguments: str) -> str:
        """Start a part and wait for its first line, which it answers."""
        with open(self.folder / f"{part}.log", "ab") as errors:  # noqa: PTH123
            child = subprocess.Popen(
                [sys.executable, "-m", "infra.local.child", part, *arguments],
                env=os.environ | self.env | {"AWS_SDK_UA_APP_ID": part},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._children[part] = child
        first = child.stdout.readline().strip() if child.stdout else ""
        if not first:
            raise PartFailed(f"{part} did not start:\n{self.log(part)}")
        _drain(child.stdout, self.folder / f"{part}.out")
        if part == "stripe":
            self._tell(f"Stripe (fake)  {first}")
        return first

    def _kept(self, name: str) -> list[str]:
        return ["--state", str(self._keep / name)] if self._keep else []

    def _handed_out(self) -> dict[str, str]:
        """Addresses that stand in orders and mails."""
        stripe = {"stripe": self.stripe_url} if self.stripe_url and not self.theirs else {}
        return {"lobby": self.lobby_url, **stripe}

    def _stripe_port(self) -> list[str]:
        return ["--port", str(self._port_of("stripe"))]

    def _port_of(self, part: str) -> int:
        """With ``keep``, the port of the last run, if it is free: addresses that were handed out go on working."""
        path = self._keep / "ports.json" if self._keep else None
        if not path or not path.exists():
            return 0
        try:
            return free_port(json.loads(path.read_text(encoding="utf-8")).get(part, 0))
        except (OSError, ValueError):
            return 0

    def _claim(self) -> None:
        """One platform at a time in a folder that keeps state; the lock goes with the process. Raises AlreadyRuns."""
        if not self._keep:
            return
        self._keep.mkdir(parents=True, exist_ok=True)
        self._lock = open(self._keep / "lock", "w")  # noqa: PTH123, SIM115
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns from None

    def _secrets(self) -> dict[str, str]:
        return self._kept_secrets() | (self.theirs.secrets() if self.theirs else {})

    def _kept_secrets(self) -> dict[str, str]:
        """With ``keep``, those of the last run: what they signed stays good. The file is for this user's eyes only."""
        if not self._keep:
            return {}
        path = self._keep / "secrets.json"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(json.dumps(fresh_secrets()), encoding="utf-8")
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept

    def _save(self) -> None:
        from infra.local import snapshot

        assert self._keep
        snapshot.save(self.emulator, self._keep / SNAPSHOT)
        ports = {name: int(url.rpartition(":")[2]) for name, url in self._handed_out().items()}
        (self._keep / "ports.json").write_text(json.dumps(ports), encoding="utf-8")
        self._tell(f"state kept in {self._keep}")

    def _restore(self) -> None:
        from infra.local import snapshot

        if self._keep and (self._keep / SNAPSHOT).exists():
            snapshot.restore(self.emulator, self._keep / SNAPSHOT)
            self._tell(f"state          restored from {self._keep}")


def _drain(stream: IO[str] | None, path: Path) -> None:
    """Keep a part's output flowing into a file, so that it never waits for a reader."""
    from threading import Thread

    def copy() -> None:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123
            for line in stream or ():
                file.write(line)
                file.flush()

    Thread(target=copy, daemon=True).start()


def _await_end(child: subprocess.Popen[str]) -> None:
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdin:
        child.stdin.close()


def free_port(port: int) -> int:
    """The port itself where it is free, or any free one for 0. Raises OSError where it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return int(probe.getsockname()[1])
