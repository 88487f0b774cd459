"""Every refusal leaves as problem JSON (RFC 9457): type, title, status, detail, code, and the field at fault."""

from http import HTTPStatus
from typing import Any

import msgspec

from chalicelib.core import errors
from chalicelib.core.errors import Refusal

CONTENT_TYPE = "application/problem+json"

TITLES_ZH = {
    400: "请求有误",
    401: "未登录",
    403: "无权访问",
    404: "未找到",
    405: "方法不支持",
    409: "状态冲突",
    412: "前提条件不符",
    413: "请求体过大",
    415: "媒体类型不支持",
    422: "无法处理",
    428: "缺少前提条件",
    429: "请求过多",
    500: "服务器内部错误",
    503: "服务暂不可用",
}
"""A problem's title in Chinese (RFC 9457, section 3.1.3, lets it change with the language alone)."""


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
        title=TITLES_ZH[refusal.status] if language == "zh" else HTTPStatus(refusal.status).phrase,
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
