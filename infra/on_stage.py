"""The stage that a command works on: its environment and its AWS, by the rights of whoever runs the command.

Stage ``local`` is the platform that ``make run`` started in this folder.
"""

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.core import settings
from infra.deploy.account import Account
from infra.deploy.errors import Stopped
from infra.deploy.stage_settings import must_be_a_stage
from infra.local import running

LOCAL = "local"


def perform(deed: Callable[[], int]) -> int:
    """Its exit code, or 1 where it could not go on: then stderr says what to do next."""
    try:
        return deed()
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
    except (BotoCoreError, ClientError, PynamoDBException) as error:
        print(
            f"AWS did not do what was asked: {error}. Check STAGE, AWS_PROFILE and AWS_REGION; then run this again.",
            file=sys.stderr,
        )
    return 1


def enter(stage: str) -> str:
    """Work on this stage from here on; the name that its resources bear. Raises Stopped.

    Tables are named when the rooms are imported: enter first.
    """
    must_be_a_stage(stage)
    if stage != LOCAL:
        os.environ["STAGE"] = stage
    elif here := running.environment():
        os.environ.update(here)
    else:
        raise Stopped("No platform runs in this folder: start it with make run, and leave it running.")
    return settings.stage()


@cache
def account() -> Account:
    return Account(settings.stage())


def client(service: str) -> Any:
    return account().client(service)
