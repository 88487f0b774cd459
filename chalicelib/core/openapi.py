"""OpenAPI 3.1, generated from the route declarations: what the code does is what the document says."""

import inspect
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.core import errors
from chalicelib.core.actors import Who
from chalicelib.core.idempotency import IdempotencyKeyMissing, IdempotencyKeyReused, StillRunning
from chalicelib.core.problems import CONTENT_TYPE, Problem
from chalicelib.core.validation import BodyMalformed, FieldInvalid
from chalicelib.core.web import JSON, Declaration, gate_refuses

Json = dict[str, Any]
Schemas = dict[Any, Json]
"""What each shape is called in the document; two of one name in different rooms are told apart."""

_PARAMETER = re.compile(r"{(\w+)}")

ALWAYS: tuple[type[errors.Refusal], ...] = (errors.InternalError, errors.Unavailable)
"""Any request may meet these: they are each operation's default answer."""


def document(declarations: Iterable[Declaration]) -> Json:
    """The whole API as one OpenAPI 3.1 document."""
    routes = sorted(declarations, key=lambda declared: (declared.path, declared.method))
    shapes = [Problem, *(shape for each in routes for shape in (each.body, *each.answers.values()) if shape)]
    named, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    schemas = dict(zip(shapes, named, strict=True))
    paths: Json = {}
    for declared in routes:
        paths.setdefault(declared.path, {})[declared.method.lower()] = _operation(declared, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lyceum", "version": "1", "description": "Paid knowledge over HTTP."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def refusals(declared: Declaration) -> list[type[errors.Refusal]]:
    """All that a route may refuse with: its own, and what its declaration brings with it. See also ``ALWAYS``."""
    implied: list[type[errors.Refusal]] = [*declared.refuses]
    if _PARAMETER.search(declared.path):
        implied += [errors.NotFound]
    if declared.who not in (Who.ANYONE, Who.PROVIDER):
        implied += [errors.Unauthenticated, errors.Forbidden]
    if declared.fresh:
        implied += gate_refuses
    if declared.body:
        implied += [BodyMalformed, FieldInvalid, errors.UnsupportedMediaType, errors.TooLarge]
    if declared.query:
        implied += [FieldInvalid]
    if declared.once:
        implied += [IdempotencyKeyMissing, IdempotencyKeyReused, StillRunning]
    if declared.limit:
        implied += [errors.TooMany]
    return list(dict.fromkeys(implied))


def _operation(declared: Declaration, schemas: Schemas) -> Json:
    summary, _, description = (inspect.getdoc(declared.deed) or "").partition("\n")
    operation: Json = {
        "operationId": declared.name,
        "tags": [declared.name.split("_")[0]],
        "summary": summary.strip(),
        "parameters": [*_path_parameters(declared), *_query_parameters(declared), *_headers(declared)],
        "responses": _responses(declared, schemas),
        "x-who": declared.who.value,
    }
    if description.strip():
        operation["description"] = description.strip()
    if declared.body:
        operation["requestBody"] = {"required": True, "content": _content(JSON, schemas[declared.body])}
    if declared.who not in (Who.ANYONE, Who.PROVIDER):
        operation["security"] = [{"bearer": []}]
    if declared.limit:
        operation["x-rate-limit"] = declared.limit._asdict()
    return operation


def _path_parameters(declared: Declaration) -> list[Json]:
    names = _PARAMETER.findall(declared.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(declared: Declaration) -> list[Json]:
    if not declared.query:
        return []
    (named,), components = msgspec.json.schema_components([declared.query])
    schema = components[named["$ref"].rsplit("/", 1)[1]]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": shape}
        for name, shape in schema["properties"].items()
    ]


def _headers(declared: Declaration) -> list[Json]:
    headers = []
    if declared.once:
        headers += [_header("Idempotency-Key", required=True, minLength=8, maxLength=128)]
    if declared.if_match:
        headers += [_header("If-Match", required=True)]
    if declared.public_seconds:
        headers += [_header("If-None-Match", required=False)]
    return headers


def _header(name: str, *, required: bool, **bounds: int) -> Json:
    return {"name": name, "in": "header", "required": required, "schema": {"type": "string", **bounds}}


def _responses(declared: Declaration, schemas: Schemas) -> Json:
    responses: Json = {}
    for status, shape in declared.answers.items():
        responses[str(status)] = {"description": "Done."} | (
            {"content": _content(declared.produces, schemas[shape])} if shape else {}
        )
    if declared.public_seconds:
        responses["304"] = {"description": "It is as the ETag in If-None-Match says."}
    for place, refusal in [*((str(each.status), each) for each in refusals(declared)), *_defaults()]:
        response = responses.setdefault(place, {"description": "", "content": _content(CONTENT_TYPE, schemas[Problem])})
        said = f"`{refusal.code()}`: {inspect.getdoc(refusal)}"
        response["description"] = "\n\n".join(part for part in (response["description"], said) if part)
    return responses


def _defaults() -> list[tuple[str, type[errors.Refusal]]]:
    return [("default", refusal) for refusal in ALWAYS]


def _content(media_type: str, schema: Json) -> Json:
    return {media_type: {"schema": schema}}
