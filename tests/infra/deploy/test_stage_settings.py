"""What a stage may be told, and what is refused before anything is touched."""

import json
from pathlib import Path

import pytest

from infra.deploy.errors import Stopped
from infra.deploy.stage_settings import must_be_a_stage, settings_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".chalice").mkdir()
    (tmp_path / "infra" / "stages").mkdir(parents=True)
    known = {"dev": {"environment_variables": {"STAGE": "dev", "LOG_LEVEL": "DEBUG"}, "lambda_architecture": "arm64"}}
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps({"stages": known}))
    return tmp_path


def tell(root: Path, stage: str, **told: object) -> None:
    (root / "infra" / "stages" / f"{stage}.json").write_text(json.dumps(told))


@pytest.mark.parametrize("name", ["", "Prod", "p", "1st", "a-b", "a" * 17])
def test_a_name_that_no_resource_could_have_is_refused(name):
    with pytest.raises(Stopped, match="no name of a stage"):
        must_be_a_stage(name)


def test_a_stage_that_nobody_wrote_down_has_the_defaults(root):
    told = settings_of("try1", root)
    assert told.environment == {} and told.throttle.rate > 0 and not told.is_live


def test_a_stages_own_file_wins_over_its_entry_in_the_committed_configuration(root):
    tell(root, "dev", environment={"LOG_LEVEL": "INFO"}, chalice={"log_retention_in_days": 90})
    told = settings_of("dev", root)
    assert told.environment == {"LOG_LEVEL": "INFO"}
    assert told.chalice == {"lambda_architecture": "arm64", "log_retention_in_days": 90}


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ({"environment": {"NO_SUCH": "1"}}, "NO_SUCH"),
        ({"environment": {"PUBLIC_URL": "sk_live_abc"}}, "secret"),
        ({"environment": {"PAYOUT_HOLD_DAYS": "13"}}, "PAYOUT_HOLD_DAYS are 14 or more"),
        ({"environment": {"PAYOUT_HOLD_DAYS": "-1"}}, "PAYOUT_HOLD_DAYS are 14 or more"),
        ({"environment": {"RECOMMENDER": "someone"}}, "lyceum or personalize, not 'someone'"),
        ({"environment": {"RECOMMENDER": "personalize"}}, "PERSONALIZE_TRACKING_ID is needed"),
        ({"further": {"spark": {}, "trainer": {}}}, "one of spark and trainer"),
        ({"throttling": {}}, "throttling"),
        ({"chalice": {"api_gateway_custom_domain": {"domain_name": "a.example"}}}, "api_gateway_custom_domain"),
        ({"throttle": {"rate": "many"}}, "rate"),
    ],
)
def test_a_setting_that_is_none_and_a_secret_are_refused_by_name(root, told, word):
    tell(root, "prod", **told)
    with pytest.raises(Stopped, match=word):
        settings_of("prod", root)


def test_the_recommender_is_ours_unless_a_stage_says_otherwise(root):
    assert settings_of("prod", root).recommender == "lyceum"
    tell(root, "prod", environment={"RECOMMENDER": "personalize", "PERSONALIZE_TRACKING_ID": "T"})
    assert settings_of("prod", root).recommender == "personalize"


def test_a_stage_with_live_keys_says_so(root):
    tell(root, "prod", environment={"STRIPE_LIVEMODE": "1"})
    assert settings_of("prod", root).is_live
