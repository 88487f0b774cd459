"""What the emulated API Gateway and Lambda lack for a real `chalice deploy`, translated in front of them.

Five differences from AWS: the emulator imports OpenAPI 3 only, with a description and a whole integration in every
method, where Chalice sends Swagger 2.0; it knows a layer's version by name and number, not by ARN; it keeps gateway
responses when an API is imported anew; it heeds bucket policies that refuse what does not come over TLS, where on this
machine there is only plain HTTP; and it hands a mapped source's records to functions that it cannot run, and so would
lose them. Our own event sources poll instead.
"""

import io
import json
import re
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from infra.local import emulated_state

_LAYERS = "/2018-10-31/layers"
_REPLACED_API = re.compile(r"/restapis/([^/]+)")


def adapted(emulator: WSGIApplication) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        if environ["REQUEST_METHOD"] in ("POST", "PUT") and environ["PATH_INFO"].startswith("/restapis"):
            _translate_body(environ)
        elif environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"].rstrip("/") == _LAYERS:
            _name_layer_version(environ)
        elif environ["REQUEST_METHOD"] == "PUT" and environ.get("QUERY_STRING") == "policy":
            return _say_done(environ, start_response)
        said = emulator(environ, start_response)
        if "/event-source-mappings" in environ["PATH_INFO"]:
            _keep_records()
        if environ["REQUEST_METHOD"] == "PUT" and (replaced := _REPLACED_API.fullmatch(environ["PATH_INFO"])):
            emulated_state.forget_gateway_responses(replaced[1])
        return said

    return answer


def to_openapi(swagger: dict[str, Any]) -> dict[str, Any]:
    """Swagger 2.0 as Chalice writes it → the OpenAPI 3 that the emulator reads."""
    document = {name: part for name, part in swagger.items() if name != "swagger"}
    document["openapi"] = "3.0.1"
    document["info"] = {"description": "", **document["info"]}
    for methods in document["paths"].values():
        for method in methods.values():
            integration = method["x-amazon-apigateway-integration"]
            integration["type"] = integration["type"].upper()
            integration.setdefault("uri", "")
            integration.setdefault("httpMethod", "")
    return document


def _translate_body(environ: WSGIEnvironment) -> None:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if b'"swagger"' in body:
        body = json.dumps(to_openapi(json.loads(body))).encode()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))


def _say_done(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """To PutBucketPolicy where it would only refuse plain HTTP; what else it says nobody here relies on."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("204 No Content", [])
    return [b""]


def _name_layer_version(environ: WSGIEnvironment) -> None:
    """GetLayerVersionByArn(arn:…:layer:NAME:NUMBER) → GetLayerVersion(NAME, NUMBER)."""
    asked = parse_qs(environ.get("QUERY_STRING", ""))
    if asked.get("find") == ["LayerVersion"]:
        name, number = asked["Arn"][0].split(":")[-2:]
        path = f"{_LAYERS}/{name}/versions/{number}"
        environ.update({"PATH_INFO": path, "QUERY_STRING": "", "REQUEST_URI": path, "RAW_URI": path})


def _keep_records() -> None:
    """The mapping stays declared; the queue or the stream no longer acts on it."""
    for source in (*emulated_state.tables(), *emulated_state.queues()):
        source.lambda_event_source_mappings.clear()
