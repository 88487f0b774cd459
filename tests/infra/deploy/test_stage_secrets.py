"""Secrets of a stage are made once and never read."""

import json

from chalicelib.core import settings
from infra.deploy import stage_secrets
from infra.deploy.account import Account


def test_what_can_be_made_is_made_once_and_what_cannot_is_asked_for(platform):
    account, ssm = Account("secretive"), platform.client("ssm")
    first = stage_secrets.stand(account)
    keys = ssm.get_parameter(Name="/lyceum/secretive/token-keys", WithDecryption=True)["Parameter"]
    again = stage_secrets.stand(account)
    assert keys["Type"] == "SecureString" and json.loads(keys["Value"])["keys"]
    assert ssm.get_parameter(Name="/lyceum/secretive/token-keys", WithDecryption=True)["Parameter"] == keys
    assert [line.split()[0] for line in first] == ["made"] * len(stage_secrets.MADE) + ["missing", "missing"]
    assert [line.split()[0] for line in again] == ["missing", "missing"]
    assert keys["Value"] not in "".join(first + again)


def test_every_secret_is_made_or_asked_for_or_needed_by_a_setting_alone():
    always = {name for name, meaning in settings.SECRETS.items() if "Needed with" not in meaning}
    assert always == {*stage_secrets.MADE, *stage_secrets.ASKED_FOR}
