"""An AWS account for one rehearsal: the emulator in a process of its own, provisioned from the template."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.provisioning import Provisioner


class Account:
    """``environment`` is for a process that is to see this account and no other."""

    def __init__(self, url: str, stage: str) -> None:
        self.stage = stage
        self._provisioner = Provisioner(url, stage=stage)
        self._declared = self._provisioner.provision()

    @property
    def environment(self) -> dict[str, str]:
        return {name: value for name, value in self._declared.items() if name.startswith("AWS_")}

    def client(self, service: str) -> Any:
        return self._provisioner.client(service)


@contextmanager
def emulated_account(stage: str = "dev") -> Iterator[Account]:
    command = [sys.executable, "-m", "infra.local.emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield Account(process.stdout.readline().strip(), stage)
        finally:
            process.terminate()
