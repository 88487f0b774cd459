"""Policies are judged as IAM judges them."""

import pytest

from infra.policies.evaluation import NotUnderstood, Verdict, judge


def says(effect, actions, resources, **more):
    return {"Effect": effect, "Action": actions, "Resource": resources, **more}


def judged(action, arn, *statements):
    return judge({"Statement": list(statements)}, action, arn)


def test_what_nothing_speaks_of_is_not_allowed():
    assert judged("sqs:SendMessage", "arn:q", says("Allow", ["sqs:SendMessage"], ["arn:p"])) == Verdict(False, None)
    assert judged("sqs:SendMessage", "arn:q", says("Allow", ["sqs:ReceiveMessage"], ["arn:q"])) == Verdict(False, None)


def test_a_denial_outweighs_every_permission_wherever_it_stands():
    allow, deny = says("Allow", ["s3:GetObject"], ["arn:b/*"]), says("Deny", ["s3:GetObject"], ["arn:b/secret"])
    for order in ((allow, deny), (deny, allow)):
        assert judged("s3:GetObject", "arn:b/secret", *order) == Verdict(False, "arn:b/secret")
        assert judged("s3:GetObject", "arn:b/open", *order) == Verdict(True, "arn:b/*")


def test_actions_ignore_case_and_resources_do_not():
    allow = says("Allow", ["S3:getobject"], ["arn:B"])
    assert judged("s3:GetObject", "arn:B", allow).allowed
    assert not judged("s3:GetObject", "arn:b", allow).allowed


def test_a_star_is_any_text_a_question_mark_one_character_and_a_dot_a_dot():
    allow = says("Allow", ["s3:*"], ["arn:b/*/x?.md"])
    assert judged("s3:PutObject", "arn:b/a/c/x1.md", allow).allowed
    assert not judged("s3:PutObject", "arn:b/a/x.md", allow).allowed
    assert not judged("s3:PutObject", "arn:b/a/x1-md", allow).allowed


def test_a_pattern_must_match_the_whole_name():
    allow = says("Allow", ["s3:Get"], ["arn:b"])
    assert not judged("s3:GetObject", "arn:b", allow).allowed
    assert not judged("s3:Get", "arn:bc", allow).allowed


def test_what_is_not_understood_is_never_passed_over():
    with pytest.raises(NotUnderstood):
        judged("s3:Get", "arn:b", says("Allow", ["s3:Get"], ["arn:b"], Condition={}))
