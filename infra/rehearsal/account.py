"""An AWS account for one rehearsal: the emulator in a process of its own, with nothing in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import botocore.session
from botocore.config import Config

from infra.local.provisioning import REGION, fresh_secrets

SENDER = "no-reply@lyceum.example"


class EmulatedAccount:
    """``environment`` is for a process that is to see this account and no other."""

    def __init__(self, url: str, clock_file: Path) -> None:
        self.url = url
        self.environment = {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "emulated",
            "AWS_SECRET_ACCESS_KEY": "emulated",
            "AWS_EC2_METADATA_DISABLED": "true",
            "LYCEUM_CLOCK_FILE": str(clock_file),
        }
        self._session = botocore.session.Session()
        self._session.set_credentials("emulated", "emulated")
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
            self._clients[service] = self._session.create_client(
                service, region_name=REGION, endpoint_url=self.url, config=config
            )
        return self._clients[service]

    def code(self, name: str) -> bytes:
        """The bytes that the account holds of a function or of a layer's version."""
        with urlopen(f"{self.url}/_emulator/code/{quote(name, safe='')}", timeout=30) as answer:
            return bytes(answer.read())

    def mails(self) -> list[dict[str, Any]]:
        with urlopen(f"{self.url}/_emulator/mails", timeout=30) as answer:
            return list(json.load(answer))

    def prepare(self, stage: str) -> None:
        """What people do by hand before a first deployment: the sender's address, and Stripe's keys."""
        self.client("ses").verify_email_identity(EmailAddress=SENDER)
        for name in ("stripe-key", "stripe-webhook-secret"):
            self.client("ssm").put_parameter(
                Name=f"/lyceum/{stage}/{name}", Value=fresh_secrets()[name], Type="SecureString", Overwrite=True
            )


@contextmanager
def emulated_account(clock_file: Path) -> Iterator[EmulatedAccount]:
    command = [sys.executable, "-m", "infra.local.emulator"]
    environment = {**os.environ, "LYCEUM_CLOCK_FILE": str(clock_file)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout
            yield EmulatedAccount(process.stdout.readline().strip(), clock_file)
        finally:
            process.terminate()
