"""Asks the function that ranks: the API loads neither models nor what reads them."""

from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core import aws, logs, settings
from chalicelib.recommend.engine import NOTHING, Asked, Ranking

FUNCTION = "recommend_rank"


def rank(asked: Asked) -> Ranking:
    """What an engine answers; nothing where none answers now, for a page does not wait for it."""
    try:
        said = _lambda().invoke(FunctionName=settings.function(FUNCTION), Payload=msgspec.json.encode(asked))
        if not said.get("FunctionError"):
            return msgspec.json.decode(said["Payload"].read(), type=Ranking)
    except (BotoCoreError, ClientError, msgspec.MsgspecError) as error:
        logs.logger().warning("nobody ranks", exc_info=error)
    return NOTHING


def _lambda() -> Any:
    return aws.client("lambda")
