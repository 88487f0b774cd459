"""What somebody changed by hand is named, before and after a deployment."""

from infra.deploy import mappings, resources
from infra.deploy.account import Account
from infra.deploy.comparison import Comparison
from infra.deploy.found import Found
from infra.local import template
from tests.infra.deploy.leftovers import NAME, STAGE, declared, left

__all__ = ["left"]

RULE = f"lyceum-{STAGE}-outbox_sweep-event"


def lines() -> list[str]:
    account = Account(STAGE)
    return Comparison(account, declared(), Found(account)).lines()


def test_another_role_and_a_reserved_concurrency_are_named(left, platform):
    left.function(NAME)
    client = platform.client("lambda")
    assert not [line for line in lines() if "role is" in line or "concurrency" in line]
    client.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=0)
    other = left.role(f"lyceum-{STAGE}-other")
    client.update_function_configuration(FunctionName=NAME, Role=other)
    said = lines()
    assert f"function {NAME}: concurrency is 0, not None" in said
    assert f"function {NAME}: role is lyceum-{STAGE}-other, not {NAME}" in said


def test_a_schedule_that_calls_nobody_or_another_is_named(left, platform):
    function, events = left.function(NAME), platform.client("events")
    wrong = f"rule {RULE}: it does not call mail_send alone"
    events.put_rule(Name=RULE, ScheduleExpression="rate(1 minute)", State="ENABLED")
    assert wrong in lines()
    events.put_targets(Rule=RULE, Targets=[{"Id": "1", "Arn": function}])
    assert not [line for line in lines() if line.startswith("rule ")]
    events.put_targets(Rule=RULE, Targets=[{"Id": "2", "Arn": left.function(f"lyceum-{STAGE}-other")}])
    assert wrong in lines()
    events.remove_targets(Rule=RULE, Ids=["1", "2"])
    events.delete_rule(Name=RULE)


def test_a_mapping_that_somebody_switched_off_is_switched_on(left, platform):
    left.function(NAME)
    uuid, client = left.mapping(NAME), platform.client("lambda")
    mappings.harden(Account(STAGE), declared(), Found(Account(STAGE)))
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert client.get_event_source_mapping(UUID=uuid)["State"] == "Disabled"
    assert mappings.harden(Account(STAGE), declared(), Found(Account(STAGE))) == 1
    assert client.get_event_source_mapping(UUID=uuid)["State"] == "Enabled"


def test_a_queue_that_a_stage_does_not_need_is_not_read_until_it_does(left, platform, monkeypatch):
    left.function(NAME)
    uuid, client = left.mapping(NAME), platform.client("lambda")
    monkeypatch.setitem(mappings.ONLY_WHERE, "mail_send", ("RECOMMENDER", "personalize"))
    for environment, state in (({}, "Disabled"), ({"RECOMMENDER": "personalize"}, "Enabled")):
        told = declared()
        told.functions[0].environment.update(environment)
        assert mappings.harden(Account(STAGE), told, Found(Account(STAGE))) == 1
        assert client.get_event_source_mapping(UUID=uuid)["State"] == state
        assert mappings.harden(Account(STAGE), told, Found(Account(STAGE))) == 0


def test_a_subscription_without_its_filter_and_one_that_is_gone_are_named(platform):
    account, sns = Account("dev"), platform.client("sns")
    told = template.Resolved(stage="dev", account=account.id, region=account.region)
    wanted = told.properties_of("AWS::SNS::Subscription")[0]
    name = wanted["Endpoint"].rpartition(":")[2]
    assert list(resources.differences(account)) == []
    found = sns.list_subscriptions_by_topic(TopicArn=wanted["TopicArn"])["Subscriptions"]
    (arn,) = [each["SubscriptionArn"] for each in found if each["Endpoint"] == wanted["Endpoint"]]
    kept = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    change = {"SubscriptionArn": arn, "AttributeName": "FilterPolicy"}
    sns.set_subscription_attributes(**change, AttributeValue="{}")
    assert list(resources.differences(account)) == [f"subscription of {name}: its filter is not as declared"]
    sns.unsubscribe(SubscriptionArn=arn)
    assert list(resources.differences(account)) == [f"subscription of {name}: there are 0, not one"]
    again = {key: kept[key] for key in ("RawMessageDelivery", "FilterPolicy")}
    sns.subscribe(TopicArn=wanted["TopicArn"], Protocol="sqs", Endpoint=wanted["Endpoint"], Attributes=again)
    assert list(resources.differences(account)) == []
