"""What a stage is told: infra/stages/<stage>.json over its entry in .chalice/config.json. Never a secret."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.core import settings
from chalicelib.orders.refund_policy import LONGEST_WINDOW
from infra.deploy.errors import Stopped
from infra.local import template

RECOMMENDERS = template.load()["Parameters"]["Recommender"]["AllowedValues"]
STAGE_NAME = template.load()["Parameters"]["Stage"]["AllowedPattern"]
COMPUTED = {"STAGE", "AWS_REGION", "AWS_ACCOUNT_ID", "AWS_ENDPOINT_URL", "LYCEUM_CLOCK_FILE"}
"""What the deployer or Lambda sets; the streams' ARNs, too."""

NOT_ADOPTED = {"api_gateway_custom_domain", "websocket_api_custom_domain"}
"""What Chalice would make, and its rebuilt record could not name: the next deployment would fail on it."""

TRAINERS = {"spark", "trainer"}

_SECRET = re.compile(r"sk_(test|live)_|rk_(test|live)_|whsec_|-----BEGIN")


class Throttle(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """API Gateway's limits for the whole API: steady requests a second, and how many at once."""

    rate: float = 200
    burst: int = 400


class StageSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    environment: dict[str, str] = {}
    """Settings of docs/settings.md, such as PUBLIC_URL."""
    chalice: dict[str, Any] = {}
    """Chalice's own configuration of a stage, such as lambda_architecture."""
    resources: dict[str, str] = {}
    """Parameters of infra/template.yaml beside Stage."""
    further: dict[str, dict[str, str]] = {}
    """Parameters of further stacks, by the stack's name."""
    throttle: Throttle = Throttle()
    url: str = ""
    """Where the API is reached, if not at API Gateway's own address: a custom domain, the edge."""

    @property
    def is_live(self) -> bool:
        """Whether its Stripe keys move real money."""
        return self.environment.get("STRIPE_LIVEMODE", "0") == "1"

    @property
    def recommender(self) -> str:
        """Who ranks works: the template's parameter follows the setting."""
        return self.environment.get("RECOMMENDER", "lyceum")


def must_be_a_stage(name: str) -> None:
    """Raises Stopped."""
    if not re.fullmatch(STAGE_NAME, name):
        raise Stopped(f"{name!r} is no name of a stage: 2 to 16 lower-case letters and digits. Say STAGE=prod, say.")


def settings_of(stage: str, root: Path) -> StageSettings:
    """Raises Stopped where the file is none that can be deployed."""
    known = json.loads((root / ".chalice" / "config.json").read_text())["stages"].get(stage, {})
    own = root / "infra" / "stages" / f"{stage}.json"
    told = _read(own) if own.exists() else StageSettings()
    environment = known.get("environment_variables", {}) | told.environment
    chalice = {name: value for name, value in known.items() if name != "environment_variables"} | told.chalice
    _check(environment, own)
    if domains := NOT_ADOPTED & set(chalice):
        raise Stopped(
            f"{own}: {', '.join(sorted(domains))} cannot be kept up by this deployer. A domain of your own comes with "
            "the edge (docs/edge.md), or is mapped to the API in API Gateway itself; say it as `url`."
        )
    if set(told.further) >= TRAINERS:
        raise Stopped(f"{own}: ask for one of {' and '.join(sorted(TRAINERS))}: each would make its own model live.")
    return msgspec.structs.replace(told, environment=_told(environment), chalice=chalice)


def _read(path: Path) -> StageSettings:
    try:
        return msgspec.json.decode(path.read_bytes(), type=StageSettings)
    except msgspec.DecodeError as error:
        raise Stopped(f"{path}: {error}. docs/deploying.md lists what may stand there.") from error


def _check(environment: dict[str, str], path: Path) -> None:
    if unknown := set(environment) - set(settings.ENVIRONMENT):
        raise Stopped(f"{path}: {', '.join(sorted(unknown))} is no setting. docs/settings.md lists them.")
    if secret := [name for name, value in environment.items() if _SECRET.search(value)]:
        raise Stopped(f"{path}: {', '.join(secret)} holds a secret. Secrets go into SSM: see docs/deploying.md.")
    hold = environment.get("PAYOUT_HOLD_DAYS", "14")
    if not hold.isdecimal() or int(hold) < LONGEST_WINDOW:
        raise Stopped(f"{path}: PAYOUT_HOLD_DAYS are {LONGEST_WINDOW} or more: so long money goes back by rule alone.")
    recommender = environment.get("RECOMMENDER", "lyceum")
    if recommender not in RECOMMENDERS:
        raise Stopped(f"{path}: RECOMMENDER is {' or '.join(RECOMMENDERS)}, not {recommender!r}.")
    if recommender == "personalize" and not environment.get("PERSONALIZE_TRACKING_ID"):
        raise Stopped(f"{path}: PERSONALIZE_TRACKING_ID is needed: make personalize says it.")


def _told(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in COMPUTED}
