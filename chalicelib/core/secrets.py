"""Secrets live in SSM as SecureStrings, and in memory; never in a file, a log or the environment."""

from functools import cache

from chalicelib.core import aws, settings


@cache
def secret(name: str) -> str:
    """The secret of that name, read once a container. Rotation starts new containers."""
    answer = aws.client("ssm").get_parameter(Name=settings.parameter(name), WithDecryption=True)
    return str(answer["Parameter"]["Value"])
