"""What API Gateway says by itself, in the platform's words: problem JSON with the security headers; and its throttling.

Every redeployment by Chalice replaces the whole API and with it these answers, so they are put back each time, and
reach callers with a new deployment of the API's stage.
"""

import re
from http import HTTPStatus
from typing import Any

import msgspec

from chalicelib.core import cors, errors, problems
from chalicelib.core.errors import Refusal
from chalicelib.core.front_door import SECURITY_HEADERS
from infra.deploy.account import Account
from infra.deploy.declared import Api
from infra.deploy.stage_settings import StageSettings, Throttle

PAYLOAD_LIMIT = 10 * 1024 * 1024
REQUEST = "$context.requestId"
_BROKEN = errors.InternalError(request_id=REQUEST)
SAID: dict[str, tuple[int, Refusal]] = {
    "ACCESS_DENIED": (403, errors.Forbidden()),
    "WAF_FILTERED": (403, errors.Forbidden()),
    "MISSING_AUTHENTICATION_TOKEN": (404, errors.NotFound()),  # what API Gateway says of a path that it does not know
    "RESOURCE_NOT_FOUND": (404, errors.NotFound()),
    "REQUEST_TOO_LARGE": (413, errors.TooLarge(limit=PAYLOAD_LIMIT)),
    "UNSUPPORTED_MEDIA_TYPE": (415, errors.UnsupportedMediaType(expected="application/json")),
    "THROTTLED": (429, errors.TooMany(1)),
    "QUOTA_EXCEEDED": (429, errors.TooMany(1)),
    "INTEGRATION_FAILURE": (504, _BROKEN),
    "INTEGRATION_TIMEOUT": (504, _BROKEN),
    "DEFAULT_4XX": (400, errors.BadRequest()),
    "DEFAULT_5XX": (500, _BROKEN),
}
HARDENED = "hardened"
"""The variable of the API's stage that names the deployment which these answers are part of."""


def wanted(told: StageSettings) -> dict[str, dict[str, Any]]:
    """Each gateway response by its type, in the words of PutGatewayResponse."""
    return {kind: _response(status, refusal, told) for kind, (status, refusal) in SAID.items()}


def standing(account: Account, api_id: str) -> dict[str, dict[str, Any]]:
    items = account.client("apigateway").get_gateway_responses(restApiId=api_id, limit=500)["items"]
    names = ("statusCode", "responseParameters", "responseTemplates")
    return {each["responseType"]: {name: each.get(name) for name in names} for each in items}


def stage_differences(account: Account, api_id: str, api: Api, throttle: Throttle) -> list[str]:
    """What the API's stage lacks: the deployment that holds the answers, and the throttling."""
    stage = account.client("apigateway").get_stage(restApiId=api_id, stageName=api.stage)
    every = stage.get("methodSettings", {}).get("*/*", {})
    found = []
    if stage.get("variables", {}).get(HARDENED) != stage["deploymentId"]:
        found.append(f"api stage {api.stage}: deployed without its gateway responses")
    if (every.get("throttlingRateLimit"), every.get("throttlingBurstLimit")) != (throttle.rate, throttle.burst):
        found.append(f"api stage {api.stage}: throttling is not {throttle.rate} a second, {throttle.burst} at once")
    return found


def harden(account: Account, api_id: str, api: Api, told: StageSettings) -> bool:
    """Whether anything was changed."""
    late = {kind: said for kind, said in wanted(told).items() if standing(account, api_id).get(kind) != said}
    if not late and not stage_differences(account, api_id, api, told.throttle):
        return False
    client = account.client("apigateway")
    unhardened = [{"op": "replace", "path": f"/variables/{HARDENED}", "value": "no"}]
    client.update_stage(restApiId=api_id, stageName=api.stage, patchOperations=unhardened)  # cut off here, it goes on
    for kind, said in late.items():
        client.put_gateway_response(restApiId=api_id, responseType=kind, **said)
    made = client.create_deployment(restApiId=api_id, stageName=api.stage, description="hardened")
    client.update_stage(restApiId=api_id, stageName=api.stage, patchOperations=_patches(made["id"], told.throttle))
    return True


def _response(status: int, refusal: Refusal, told: StageSettings) -> dict[str, Any]:
    problem = problems.describe(refusal, "en", REQUEST)
    said = msgspec.structs.replace(problem, status=status, title=HTTPStatus(status).phrase)
    headers = {"Content-Type": problems.CONTENT_TYPE, "Cache-Control": "no-store", "Content-Language": "en"}
    headers |= {name: _unquoted(text) for name, text in SECURITY_HEADERS.items()} | refusal.headers
    if public := told.environment.get("PUBLIC_URL"):
        origin = cors.exact(told.environment.get("WEB_ORIGINS", ""), public)[0]
        exposed = ",".join(cors.EXPOSED_HEADERS)
        headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": exposed,
            "Vary": "Origin",
        }
    return {
        "statusCode": str(status),
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{text}'" for name, text in headers.items()},
        "responseTemplates": {"application/json": msgspec.json.encode(said).decode()},
    }


def _unquoted(header: str) -> str:
    """A static value may hold no quote. In a content policy, a directive without sources means the same as 'none'."""
    directives = (directive.strip() for directive in header.split(";"))
    return "; ".join(re.sub(r" '[^']*'", "", directive) for directive in directives if "unsafe" not in directive)


def _patches(deployment: str, throttle: Throttle) -> list[dict[str, str]]:
    values = {
        "/*/*/throttling/rateLimit": f"{throttle.rate:g}",
        "/*/*/throttling/burstLimit": str(throttle.burst),
        f"/variables/{HARDENED}": deployment,
    }
    return [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
