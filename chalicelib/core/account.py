"""What only the AWS account knows, asked of it once a process, where the environment does not say it.

Apart from ``core.aws``, which needs the settings that ask here.
"""

from functools import cache

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3})


class NotStanding(Exception):
    """The stage's tables are not there, or the credentials do not reach them."""


@cache
def id(region: str) -> str:
    """The account's number."""
    client = botocore.session.Session().create_client("sts", region_name=region, config=_PATIENCE)
    return str(client.get_caller_identity()["Account"])


@cache
def stream(table: str, region: str) -> str:
    """The ARN of a table's stream. Raises NotStanding."""
    client = botocore.session.Session().create_client("dynamodb", region_name=region, config=_PATIENCE)
    try:
        return str(client.describe_table(TableName=table)["Table"]["LatestStreamArn"])
    except (BotoCoreError, ClientError, KeyError) as error:
        stage = table.split("-")[1]
        raise NotStanding(
            f"{table} has no stream that can be found ({error}): make deploy STAGE={stage} first"
        ) from error
