"""Which web origins' pages may call the API: an exact list, never a star.

Tokens travel in a header of their own, so no credentials are allowed. API Gateway answers preflights by itself, from
one template for one origin; a stage with several has CloudFront in front, which answers each (infra/edge.yaml).
"""

import re

from chalicelib.core import settings

ALLOWED_HEADERS = (
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
)
EXPOSED_HEADERS = ("ETag", "Idempotency-Replayed", "Location", "Retry-After", "X-Request-Id")
PREFLIGHT_SECONDS = 600
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")


def origins() -> list[str]:
    """Of this stage. Raises ValueError."""
    return exact(settings.value("WEB_ORIGINS"), settings.value("PUBLIC_URL"))


def exact(web_origins: str, public_url: str) -> list[str]:
    """Scheme, host and port of each. Raises ValueError where one is a pattern, or has a path."""
    listed = web_origins or "/".join(public_url.split("/")[:3])
    found = [each.strip() for each in listed.split(",")]
    for each in found:
        if not _ORIGIN.fullmatch(each):
            raise ValueError(f"{each!r} is no exact origin, such as https://lyceum.example")
    return found


def headers(origin: str | None) -> dict[str, str]:
    """For the answer to a request that came from a page of this origin, if from any."""
    if origin is None or origin not in origins():
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Expose-Headers": ",".join(EXPOSED_HEADERS),
    }


def preflight(origin: str | None, methods: list[str]) -> dict[str, str]:
    """For the answer to OPTIONS. Another origin is told nothing, which browsers read as no."""
    if origin not in origins():
        return {}
    return {
        "Access-Control-Allow-Origin": str(origin),
        "Access-Control-Allow-Headers": ",".join(ALLOWED_HEADERS),
        "Access-Control-Allow-Methods": ",".join([*methods, "OPTIONS"]),
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
