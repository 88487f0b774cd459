"""The AWS account that a stage lives in, and the rules by which a stage's things are told from others'."""

from functools import cached_property
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.core import settings


class Account:
    """One stage's account, reached by the caller's own credentials."""

    def __init__(self, stage: str) -> None:
        self.stage, self.region = stage, settings.region()
        self.prefix = f"lyceum-{stage}"
        self._session = botocore.session.get_session()
        self._clients: dict[str, Any] = {}

    @cached_property
    def id(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    @cached_property
    def caller(self) -> str:
        return str(self.client("sts").get_caller_identity()["Arn"])

    @property
    def artefacts(self) -> str:
        """The bucket of the lock, the templates, the records and the archived versions."""
        return f"{self.prefix}-{self.id}-artefacts"

    def owns(self, name: str) -> bool:
        """Whether a thing of this name is the stage's: stage names hold no hyphen, so one never begins another."""
        return name == self.prefix or name.startswith(f"{self.prefix}-")

    def client(self, service: str) -> Any:
        if service not in self._clients:
            style = {"addressing_style": "path"} if settings.value("AWS_ENDPOINT_URL") else None
            config = Config(retries={"mode": "standard", "total_max_attempts": 8}, s3=style)
            self._clients[service] = self._session.create_client(service, region_name=self.region, config=config)
        return self._clients[service]

    def pages(self, service: str, operation: str, **asked: Any) -> Any:
        """The answers of a paginated operation."""
        yield from self.client(service).get_paginator(operation).paginate(**asked)


def error_code(error: Any) -> str:
    """The code of a botocore ClientError."""
    return str(error.response["Error"]["Code"])
