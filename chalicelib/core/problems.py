"""Every refusal leaves as problem JSON (RFC 9457): type, title, status, detail, code, and the field at fault."""

from http import HTTPStatus
from typing import Any

import msgspec

from chalicelib.core import errors
from chalicelib.core.errors import Refusal

CONTENT_TYPE = "application/problem+json"


class FieldProblem(msgspec.Struct, frozen=True):
    field: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused. Programs read ``code``; people read ``detail``."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str = ""
    errors: list[FieldProblem] = []


def describe(refusal: Refusal, language: str, request_id: str = "") -> Problem:
    detail = refusal.detail(language)
    return Problem(
        type=f"/docs#{refusal.code()}",
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        detail=detail,
        code=refusal.code(),
        request_id=request_id,
        errors=[FieldProblem(refusal.field, detail)] if refusal.field else [],
    )


def answer(refusal: Refusal, language: str, request_id: str = "") -> dict[str, Any]:
    """The problem in the shape that a Lambda proxy answers API Gateway with."""
    headers = {"Content-Type": CONTENT_TYPE, "Content-Language": language, "Cache-Control": "no-store"}
    return {
        "statusCode": refusal.status,
        "headers": headers | {"Vary": "Accept-Language"} | refusal.headers,
        "multiValueHeaders": {},
        "body": msgspec.json.encode(describe(refusal, language, request_id)).decode(),
    }


# Chalice's own refusals, told from its {"Code", "Message"} bodies, in our words.
OF_CHALICE: dict[str, type[Refusal]] = {
    "MethodNotAllowedError": errors.MethodNotAllowed,
    "UnsupportedMediaType": errors.UnsupportedMediaType,
    "BadRequest": errors.BadRequest,
    "BadRequestError": errors.BadRequest,
    "InternalServerError": errors.InternalError,
}
