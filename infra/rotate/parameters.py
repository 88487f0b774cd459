"""A stage's secrets where they are kept. Values pass through here and are never shown."""

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core import settings
from infra.deploy.errors import Stopped
from infra.on_stage import client


class Held(Struct, frozen=True):
    value: str
    version: int


def read(name: str) -> Held:
    """Raises Stopped where the stage has none of that name."""
    try:
        found = client("ssm").get_parameter(Name=settings.parameter(name), WithDecryption=True)["Parameter"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        raise Stopped(f"There is no {settings.parameter(name)}: is this the right stage, account and region?") from None
    return Held(found["Value"], found["Version"])


def write(name: str, value: str, over: Held) -> None:
    """In place of what was read. Raises Stopped where somebody else wrote in between: SSM cannot refuse that."""
    written = client("ssm").put_parameter(
        Name=settings.parameter(name), Value=value, Type="SecureString", Overwrite=True
    )
    if written["Version"] != over.version + 1:
        raise Stopped(
            f"{settings.parameter(name)} was rotated by somebody else at the same moment. This rotation stands; its "
            "new key does not sign yet. Agree on who rotates, then run this again."
        )
