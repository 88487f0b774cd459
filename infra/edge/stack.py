"""The stack of a stage's edge: infra/edge.yaml, with what only the deployer knows.

It is asked for by ``"further": {"edge": {…}}`` in infra/stages/<stage>.json, whose words win over what is found here.
"""

import json
from pathlib import Path
from typing import Any, Protocol

from chalicelib.core import cors
from infra.edge import keys
from infra.local import template

TEMPLATE = Path(__file__).parents[1] / "edge.yaml"


class Deployed(Protocol):
    """A stage whose API stands, as the deployer describes it to the makers of further stacks."""

    @property
    def account(self) -> Any: ...
    @property
    def told(self) -> Any: ...
    @property
    def api_id(self) -> str: ...

    def stack(self, name: str, template: str, **parameters: str) -> Any: ...


def body() -> str:
    """The template as JSON, which every reader of templates understands alike."""
    return json.dumps(template.load(TEMPLATE))


def parameters(ssm: Any, stage: str, environment: dict[str, str], api_id: str = "") -> dict[str, str]:
    """Every parameter that the stage's settings need not say. Makes the secrets between edge and app where they lack.

    Without ``api_id`` the content domain stands alone.
    """
    public = keys.public_keys(ssm, stage)
    origins = cors.exact(environment.get("WEB_ORIGINS", ""), environment.get("PUBLIC_URL", ""))
    return {
        "ApiId": api_id,
        "EdgeProof": keys.proof(ssm, stage),
        "WebOrigins": ",".join(origins),
        "ContentKeyA": public.get("a", ""),
        "ContentKeyB": public.get("b", ""),
    }


def edge(deployed: Deployed) -> Any:
    """The stack, for the deployer to apply once the API stands; None where the stage's settings ask for none."""
    if "edge" not in deployed.told.further:
        return None
    account = deployed.account
    found = parameters(account.client("ssm"), account.stage, deployed.told.environment, deployed.api_id)
    return deployed.stack("edge", body(), **found)


def told_to_the_app(outputs: dict[str, str], slot: str = "a") -> dict[str, str]:
    """Settings of the app behind a stack with these outputs, whose key in that slot signs."""
    return {
        "CONTENT_DOMAIN": outputs["ContentDomain"],
        "CONTENT_KEY": slot,
        "CONTENT_KEY_PAIR_ID": outputs[f"ContentKeyPairId{slot.upper()}"],
    }
