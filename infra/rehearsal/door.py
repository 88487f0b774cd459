"""API Gateway in front of a deployed stage: the account's routes and answers, the account's function behind them."""

import base64
import json
from threading import Lock
from typing import Any

from chalicelib.core.addresses import Malformed, find_route, read_address
from infra.deploy.account import Account
from infra.deploy.found import Found, integrations
from infra.local.api_events import make_event
from infra.local.http_front import HttpAnswer, HttpFront, HttpRequest
from infra.rehearsal import events
from infra.rehearsal.account import EmulatedAccount
from infra.rehearsal.clean_interpreter import FunctionFailed
from infra.rehearsal.deployment import Fleet, Function

API_STAGE = "api"


class Door:
    """Answers at ``url`` from ``start()`` on, as the account's API of the stage is deployed at that moment."""

    def __init__(self, account: EmulatedAccount, stage: str, fleet: Fleet, front: HttpFront) -> None:
        self._account, self._stage, self._fleet, self._front = account, stage, fleet, front
        self._routes: dict[str, set[str]] = {}
        self._known: tuple[str, str] = ("", "")
        self._lock = Lock()

    @property
    def url(self) -> str:
        return self._front.url

    def start(self) -> "Door":
        self._front.start(self._answer)
        return self

    def stop(self) -> None:
        self._front.stop()

    def function(self) -> Function:
        """The API's, as it is deployed now."""
        return self._fleet.describe(f"lyceum-{self._stage}")

    def ask(self, function: Function, method: str, path: str, body: Any, authorization: str) -> Any:
        """What one version of the function answers to a person who is signed in: the body. Raises FunctionFailed."""
        event = events.http(self._routes, method, path, body, Authorization=authorization)
        answer = self._fleet.invoke_as(function, event)
        if answer["statusCode"] >= 400:
            raise FunctionFailed(answer["body"])
        return json.loads(answer["body"])

    def _call(self, request: HttpRequest) -> Any:
        """None where the API has nothing at this address."""
        address = read_address(request.target)
        route = find_route(self._routes, address)
        if route is None or request.method not in self._routes[route.resource]:
            return None
        event = make_event(request, address, route, binary_types=(), stage=API_STAGE)
        return self._fleet.invoke_as(self.function(), event)

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        try:
            with self._lock:
                self._look()
            said = self._call(request)
        except Malformed:
            return self._say("DEFAULT_4XX")
        except FunctionFailed:
            return self._say("DEFAULT_5XX")
        return self._say("MISSING_AUTHENTICATION_TOKEN") if said is None else _as_http(said)

    def _look(self) -> None:
        """Read the routes anew where the API was deployed anew."""
        gateway = self._account.client("apigateway")
        for api in gateway.get_rest_apis()["items"]:
            if api["id"] == self._known[0]:
                deployed = gateway.get_stage(restApiId=api["id"], stageName=API_STAGE)["deploymentId"]
                if deployed == self._known[1]:
                    return
        (api,) = Found(Account(self._stage)).apis
        self._routes = {}
        for path, method, _ in integrations(api["resources"]):
            self._routes.setdefault(path, set()).add(method)
        deployed = gateway.get_stage(restApiId=api["id"], stageName=API_STAGE)["deploymentId"]
        self._known = (api["id"], deployed)

    def _say(self, kind: str) -> HttpAnswer:
        """One of the API's gateway responses, filled in as API Gateway fills it."""
        said = self._account.client("apigateway").get_gateway_response(restApiId=self._known[0], responseType=kind)
        names = {name.rpartition(".")[2]: text.strip("'") for name, text in said["responseParameters"].items()}
        body = said["responseTemplates"]["application/json"].replace("$context.requestId", "rehearsed")
        return HttpAnswer(int(said["statusCode"]), list(names.items()), body.encode())


def _as_http(said: dict[str, Any]) -> HttpAnswer:
    repeated = said.get("multiValueHeaders") or {}
    headers = [(name, str(value)) for name, value in (said.get("headers") or {}).items() if name not in repeated]
    headers += [(name, str(value)) for name, values in repeated.items() for value in values]
    body = said.get("body") or ""
    raw = base64.b64decode(body) if said.get("isBase64Encoded") else str(body).encode()
    return HttpAnswer(int(said["statusCode"]), headers, raw)
