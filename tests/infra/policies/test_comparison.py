"""The comparison names each right that nobody used, and each that was missed."""

from infra.policies import comparison
from infra.policies.comparison import Use
from infra.policies.declaration import declared
from infra.policies.resources import Place, service_of

PLACE = Place("dev", "123456789012", "eu-central-1", "lyceum.example")


def everything():
    return {
        Use(function, f"{service_of(resource)}:{action}", PLACE.arn(resource))
        for function, rights in declared().functions.items()
        for resource, actions in rights.grants.items()
        for action in actions
    }


def test_nothing_is_superfluous_where_everything_was_used():
    assert comparison.unused(everything(), PLACE) == []


def test_a_right_that_only_another_function_used_is_superfluous():
    sent = Use("mail_send", "ses:SendEmail", PLACE.arn("sender"))
    used = everything() - {sent} | {Use("api_handler", *sent[1:])}
    assert comparison.unused(used, PLACE) == ["mail_send: sender: SendEmail"]


def test_the_advice_says_what_to_do_about_each():
    refused = {Use("mail_send", "dynamodb:Scan", PLACE.arn("table works"))}
    said = comparison.advice(comparison.missing(refused), ["mail_send: sender: SendEmail"])
    assert "infra/policies/functions.yaml" in said
    assert f"mail_send: {PLACE.arn('table works')}: dynamodb:Scan" in said
    assert "mail_send: sender: SendEmail" in said
    assert comparison.advice() == ""
