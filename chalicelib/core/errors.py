"""Refusals: what a request can be told, each with a stable code and a sentence in each language.

    Refusal
    ├── BadRequest 400    ├── Forbidden 403   ├── Conflict 409      ├── Unprocessable 422
    ├── Unauthenticated 401   ├── NotFound 404    ├── TooLarge 413      ├── TooMany 429
    └── Unavailable 503

A refusal's class sits beside the deed that raises it, and its docstring states the fact. The code is the
class's name in snake case. ``en`` and ``zh`` may name facts in braces.
"""

import re
from typing import Any, ClassVar

LANGUAGES = ("en", "zh")


class Refusal(Exception):
    """The platform declines, and says why."""

    status: ClassVar[int] = 400
    en: ClassVar[str] = "The request was refused."
    zh: ClassVar[str] = "请求被拒绝。"

    def __init__(self, *, field: str | None = None, headers: dict[str, str] | None = None, **facts: object) -> None:
        super().__init__(self.code())
        self.field = field
        self.headers = headers or {}
        self.facts = facts

    @classmethod
    def code(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def detail(self, language: str) -> str:
        return (self.zh if language == "zh" else self.en).format(**self.facts)


class BadRequest(Refusal):
    """The request cannot be understood."""

    status = 400
    en = "The request cannot be understood."
    zh = "无法理解该请求。"


class Unauthenticated(Refusal):
    """No valid access token came with the request."""

    status = 401
    en = "Sign in first: this needs a valid access token."
    zh = "请先登录：此操作需要有效的访问令牌。"

    def __init__(self, **facts: Any) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer realm="lyceum"'}, **facts)


class Forbidden(Refusal):
    """The account may not do this."""

    status = 403
    en = "Your account may not do this."
    zh = "您的账户无权执行此操作。"


class NotFound(Refusal):
    """There is no such thing, or not for this account."""

    status = 404
    en = "There is nothing here by that name."
    zh = "未找到该内容。"


class MethodNotAllowed(Refusal):
    """The path exists, but not with this method."""

    status = 405
    en = "This address does not support that method."
    zh = "该地址不支持此方法。"


class Conflict(Refusal):
    """Somebody changed it in between."""

    status = 409
    en = "It was changed in the meantime: read it again, then repeat."
    zh = "内容已被他人修改：请重新读取后再试。"


class PreconditionFailed(Refusal):
    """The If-Match header names another state than the present one."""

    status = 412
    en = "It was changed since you read it: read it again, then repeat with its new ETag."
    zh = "自您读取以来内容已变化：请重新读取，并使用新的 ETag 重试。"


class TooLarge(Refusal):
    """The body is larger than this route takes."""

    status = 413
    en = "The body is too large: at most {limit} bytes."
    zh = "请求体过大：最多 {limit} 字节。"


class UnsupportedMediaType(Refusal):
    """The body is of a type that this route does not read."""

    status = 415
    en = "Send the body as {expected}."
    zh = "请以 {expected} 格式发送请求体。"


class Unprocessable(Refusal):
    """The request is well formed, but cannot be carried out."""

    status = 422
    en = "The request is well formed but cannot be carried out."
    zh = "请求格式正确，但无法执行。"


class TooMany(Refusal):
    """The rate limit is spent."""

    status = 429
    en = "Too many requests: try again in {seconds} s."
    zh = "请求过于频繁：请在 {seconds} 秒后重试。"

    def __init__(self, seconds: int) -> None:
        super().__init__(headers={"Retry-After": str(seconds)}, seconds=seconds)


class InternalError(Refusal):
    """Something broke on our side; the log has it under the request's id."""

    status = 500
    en = "Something broke on our side. Tell support the request id {request_id}."
    zh = "服务内部错误。请将请求编号 {request_id} 告知客服。"


class Unavailable(Refusal):
    """Something that this needs does not answer now."""

    status = 503
    en = "This is not available right now: try again in a moment."
    zh = "服务暂时不可用：请稍后重试。"

    def __init__(self, **facts: Any) -> None:
        super().__init__(headers={"Retry-After": "2"}, **facts)
