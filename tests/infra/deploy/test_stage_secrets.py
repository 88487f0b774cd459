"""Secrets of a stage are made once and never read."""

import json

import pytest

from chalicelib.core import settings
from infra.deploy import stage_secrets
from infra.deploy.account import Account
from infra.deploy.errors import Stopped


def test_what_can_be_made_is_made_once_and_what_cannot_is_asked_for(platform):
    account, ssm = Account("secretive"), platform.client("ssm")
    first = stage_secrets.stand(account, is_new=True)
    keys = ssm.get_parameter(Name="/lyceum/secretive/token-keys", WithDecryption=True)["Parameter"]
    again = stage_secrets.stand(account, is_new=False)
    assert keys["Type"] == "SecureString" and json.loads(keys["Value"])["keys"]
    assert ssm.get_parameter(Name="/lyceum/secretive/token-keys", WithDecryption=True)["Parameter"] == keys
    assert [line.split()[0] for line in first] == ["made"] * len(stage_secrets.MADE) + ["missing", "missing"]
    assert [line.split()[0] for line in again] == ["missing", "missing"]
    assert keys["Value"] not in "".join(first + again)


def test_a_key_that_rows_are_keyed_by_is_never_made_anew(platform):
    account, ssm = Account("lossy"), platform.client("ssm")
    stage_secrets.stand(account, is_new=True)
    ssm.delete_parameter(Name="/lyceum/lossy/pseudonym-key")
    with pytest.raises(Stopped, match="/lyceum/lossy/pseudonym-key is gone"):
        stage_secrets.stand(account, is_new=False)
    assert "pseudonym-key" not in stage_secrets.present(account)


def test_how_to_set_one_names_the_region_of_the_stage(platform):
    account = Account("told")
    assert f"--region {account.region} --name /lyceum/told/stripe-key" in stage_secrets.how_to_set(
        account, "stripe-key"
    )


def test_every_secret_is_made_or_asked_for_or_needed_by_a_setting_alone():
    always = {name for name, meaning in settings.SECRETS.items() if "Needed with" not in meaning}
    assert always == {*stage_secrets.MADE, *stage_secrets.ASKED_FOR}
