"""Secrets live in SSM as SecureStrings, and in memory; never in a file, a log or the environment."""

from chalicelib.core import aws, settings

kept: dict[str, str] = {}
"""What this container has read, and the only place that keeps it: what is made of a secret is keyed by its value."""


def secret(name: str) -> str:
    """The secret of that name, read once a container. Rotation starts new containers."""
    if name not in kept:
        answer = aws.client("ssm").get_parameter(Name=settings.parameter(name), WithDecryption=True)
        kept[name] = str(answer["Parameter"]["Value"])
    return kept[name]
