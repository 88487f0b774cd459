"""From the declaration's words for a resource to its ARN, by the rules of chalicelib/core/settings.py."""

from dataclasses import dataclass

ANY = "*"
API = "api_handler"

_ARNS = {
    "table": "arn:aws:dynamodb:{region}:{account}:table/lyceum-{stage}-{name}",
    "index": "arn:aws:dynamodb:{region}:{account}:table/lyceum-{stage}-{table}/index/{index}",
    "stream": "arn:aws:dynamodb:{region}:{account}:table/lyceum-{stage}-{name}/stream/*",
    "queue": "arn:aws:sqs:{region}:{account}:lyceum-{stage}-{name}",
    "topic": "arn:aws:sns:{region}:{account}:lyceum-{stage}-{name}",
    "bucket": "arn:aws:s3:::lyceum-{stage}-{account}-{name}",
    "objects": "arn:aws:s3:::lyceum-{stage}-{account}-{name}",
    "parameter": "arn:aws:ssm:{region}:{account}:parameter/lyceum/{stage}/{name}",
    "sender": "arn:aws:ses:{region}:{account}:identity/{sender}",
    "function": "arn:aws:lambda:{region}:{account}:function:lyceum-{stage}-{name}",
    "campaign": "arn:aws:personalize:{region}:{account}:campaign/lyceum-{stage}-{name}",
    "dataset": "arn:aws:personalize:{region}:{account}:dataset/lyceum-{stage}/{name}",
    "tracker": "arn:aws:personalize:{region}:{account}:event-tracker/*",
    "logs": "arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{name}",
}


class NoSuchResource(Exception):
    """The declaration names a kind of resource that nobody knows."""


@dataclass(frozen=True)
class Place:
    """Where a stage stands. ``*`` is any account or region; ``sender`` is the identity that SES sends mail by."""

    stage: str
    account: str = ANY
    region: str = ANY
    sender: str = ANY

    def arn(self, resource: str) -> str:
        """Of ``table works``, ``index works/by_shelf``, ``objects content/works/*`` and so on."""
        kind, _, name = resource.partition(" ")
        if kind not in _ARNS:
            raise NoSuchResource(resource)
        table, _, index = name.partition("/")
        return _ARNS[kind].format(name=name, table=table, index=index, **vars(self))


def service_of(resource: str) -> str:
    """The service that the actions on it belong to: ``dynamodb`` for ``table works``."""
    return _ARNS[resource.partition(" ")[0]].split(":")[2]


def lambda_name(function: str, stage: str) -> str:
    """What Chalice calls the function's Lambda."""
    return f"lyceum-{stage}" if function == API else f"lyceum-{stage}-{function}"
