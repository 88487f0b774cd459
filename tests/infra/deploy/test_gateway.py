"""What API Gateway says by itself."""

import json

import pytest

from infra.deploy import gateway
from infra.deploy.stage_settings import StageSettings

TOLD = StageSettings(environment={"PUBLIC_URL": "https://lyceum.example"})


@pytest.mark.parametrize("kind", sorted(gateway.SAID))
def test_every_answer_is_a_problem_with_the_security_headers(kind):
    said = gateway.wanted(TOLD)[kind]
    problem = json.loads(said["responseTemplates"]["application/json"])
    headers = {name.removeprefix("gatewayresponse.header."): text for name, text in said["responseParameters"].items()}
    assert str(problem["status"]) == said["statusCode"] and problem["code"] and problem["detail"]
    assert problem["request_id"] == "$context.requestId"
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["Content-Security-Policy"].startswith("'default-src; ")
    assert headers["Access-Control-Allow-Origin"] == "'https://lyceum.example'"


def test_a_static_value_holds_no_quote_within():
    for said in gateway.wanted(TOLD).values():
        assert all(text.count("'") == 2 for text in said["responseParameters"].values())


def test_an_unknown_path_is_not_found_and_a_slow_function_a_gateway_timeout():
    statuses = {kind: said["statusCode"] for kind, said in gateway.wanted(TOLD).items()}
    assert statuses["MISSING_AUTHENTICATION_TOKEN"] == "404"
    assert statuses["INTEGRATION_TIMEOUT"] == "504"
    assert (statuses["THROTTLED"], statuses["REQUEST_TOO_LARGE"], statuses["ACCESS_DENIED"]) == ("429", "413", "403")
