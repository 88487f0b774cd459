"""Straight to moto's own handlers of the services that are asked most: on the way to each of them moto puts a Flask app
of one route, and that takes a third of the time."""

from typing import Any

from moto.core.responses import BaseResponse
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.moto_server.werkzeug_app import BackendRequest
from moto.sqs.responses import SQSResponse
from werkzeug.exceptions import HTTPException

from infra.local.http_front import HttpAnswer

_HANDLERS: dict[str, type[BaseResponse]] = {
    "DynamoDB_20120810": DynamoHandler,
    "DynamoDBStreams_20120810": DynamoDBStreamsHandler,
    "AmazonSQS": SQSResponse,
}
"""By the prefix of X-Amz-Target: each has this one way in."""


def handler_of(target: str) -> type[BaseResponse] | None:
    """Who answers what this X-Amz-Target asks for; None for whom moto has to find."""
    return _HANDLERS.get(target.partition(".")[0])


def ask(handler: type[BaseResponse], environ: dict[str, Any]) -> HttpAnswer:
    request = BackendRequest(environ)
    try:
        status, headers, body = handler.dispatch(request, request.raw_url, dict(request.headers))
    except HTTPException as error:
        status, headers, body = error.code, dict(error.get_headers()), error.get_body()
    return HttpAnswer(status, [(name, str(value)) for name, value in headers.items()], _bytes(body))


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body
