"""Waiting for what AWS knows only after a while: a role's new policy takes some seconds to reach Lambda."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.account import error_code

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 3


def once_the_role_may(call: Callable[..., Any], **asked: Any) -> Any:
    """Lambda refuses a destination that the function's role may not reach yet, and says so as a bad parameter."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return call(**asked)
        except ClientError as error:
            is_of_role = error_code(error) == "InvalidParameterValueException" and "role" in str(error).lower()
            if not is_of_role or time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)
