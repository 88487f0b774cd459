"""A stack changed by change sets, in the emulated CloudFormation."""

import json

import pytest

from infra.deploy.account import Account
from infra.deploy.artefacts import Artefacts
from infra.deploy.errors import Stopped
from infra.deploy.progress import Progress
from infra.deploy.stack import Stack, Stacks

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "stacked-${Stage}"}}}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "stacked"}}


def stack(keeps_data: bool = False, **resources: object) -> Stack:
    template = {"Parameters": {"Stage": {"Type": "String"}}, "Resources": resources}
    return Stack("stacked", json.dumps(template), {"Stage": "one"}, keeps_data)


@pytest.fixture
def stacks(platform):
    account = Account("stacked")
    artefacts = Artefacts(account)
    artefacts.stand()
    stacks = Stacks(account, artefacts)
    yield stacks
    stacks.delete("stacked", Progress(1))


def test_a_stack_is_made_then_changed_then_left_alone(stacks, capsys):
    stacks.apply(stack(Queue=QUEUE), Progress(1))
    assert stacks.changes(stack(Queue=QUEUE)) == []
    assert stacks.changes(stack(Queue=QUEUE, Topic=TOPIC)) == ["stacked: add Topic (AWS::SNS::Topic)"]
    stacks.apply(stack(Queue=QUEUE, Topic=TOPIC), Progress(1))
    stacks.apply(stack(Queue=QUEUE, Topic=TOPIC), Progress(1))
    assert capsys.readouterr().out.splitlines()[-1].endswith("stacked: as declared")


def test_showing_changes_changes_nothing(stacks, platform):
    assert stacks.changes(stack(Queue=QUEUE))
    assert stacks.status("stacked") is None
    assert not [url for url in platform.client("sqs").list_queues()["QueueUrls"] if "stacked" in url]


def test_a_deployer_that_was_killed_between_proposing_and_executing_is_followed_by_one_that_goes_on(stacks, capsys):
    stacks._propose(stack(Queue=QUEUE), None)
    assert stacks.status("stacked") == "REVIEW_IN_PROGRESS"
    stacks.apply(stack(Queue=QUEUE), Progress(1))
    assert stacks.status("stacked") == "CREATE_COMPLETE"


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_is_stuck_says_what_to_do(stacks, platform, status, capsys):
    stacks.apply(stack(Queue=QUEUE), Progress(1))
    _set_status(status)
    with pytest.raises(Stopped, match=status):
        stacks.apply(stack(keeps_data=True, Queue=QUEUE, Topic=TOPIC), Progress(1))


def test_a_stack_without_data_whose_creation_failed_is_made_again(stacks, platform):
    stacks.apply(stack(Queue=QUEUE), Progress(1))
    _set_status("ROLLBACK_COMPLETE")
    stacks.apply(stack(Topic=TOPIC), Progress(1))
    assert stacks.status("stacked") == "CREATE_COMPLETE"


def _set_status(status: str) -> None:
    from moto.cloudformation.models import cloudformation_backends

    (found,) = cloudformation_backends["123456789012"]["eu-central-1"].describe_stacks("stacked")
    found.status = status
