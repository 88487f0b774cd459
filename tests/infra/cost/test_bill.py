"""Dollars from uses: what is free is free once, and the edge answers what it may keep."""

from decimal import Decimal

import pytest

from infra.cost import bill, idle
from infra.cost.bill import MILLION, MIX, AlwaysOn
from infra.cost.prices import prices

USE = {
    "calls": 1, "reads": 0.5, "writes": 0.0, "answer_bytes": 400, "rankings": 0,
    "jobs": 0, "jobs_calls": 0, "jobs_reads": 0.0,
    "jobs_writes": 0.0, "messages": 0, "publishes": 0, "mails": 0, "object_writes": 0,
}  # fmt: skip
WORK = ("calls", "reads", "writes", "queue_calls", "object_reads", "object_writes")
TIMED = {"milliseconds": 2, "log_bytes": 170}


def test_the_mix_is_a_hundred_requests():
    assert sum(MIX.values()) == 100


def test_a_million_requests_cost_what_the_list_says_and_less_by_what_is_free():
    assert bill.cost({"api_request": Decimal(1)}, MILLION) == Decimal("3.5")
    assert bill.cost({"lambda_request": Decimal(1)}, 3 * MILLION) == Decimal("0.6")
    assert bill.cost({"lambda_request": Decimal(1)}, 3 * MILLION, free=True) == Decimal("0.4")
    assert bill.cost({"lambda_request": Decimal(1)}, MILLION / 2, free=True) == 0


def test_a_request_is_billed_for_its_processor_time_its_waiting_and_its_share_of_cold_starts():
    usage = bill.of_request("work_page", USE, TIMED)
    milliseconds = 2 * Decimal(1769) / 1024 + 5 + 10
    assert usage["lambda_gb_second"] == milliseconds / 1000
    assert usage["dynamodb_read"] == Decimal("0.5")
    assert usage["transfer_gb"] == Decimal(1000) / 10**9


def test_jobs_are_invocations_of_their_own():
    usage = bill.of_request("webhook", USE | {"jobs": 4, "jobs_writes": 9.0, "messages": 2, "mails": 1}, TIMED)
    assert (usage["lambda_request"], usage["dynamodb_write"], usage["sqs_request"]) == (5, 9, 6)


def test_the_edge_keeps_most_of_what_may_be_kept_from_the_api_and_nothing_else():
    usage = bill.of_request("work_page", USE, TIMED)
    assert bill.at_the_edge("work_page", usage)["api_request"] == Decimal("0.2")
    assert bill.at_the_edge("home_feed", usage)["api_request"] == 1
    assert bill.at_the_edge("work_page", usage)["cloudfront_gb"] == usage["transfer_gb"]


@pytest.mark.parametrize(("requests", "tasks"), [(10_000, 2), (100_000_000, 4), (1_000_000_000, 31)])
def test_always_on_has_two_containers_and_more_where_the_peak_needs_them(requests, tasks):
    assert AlwaysOn(Decimal(requests), Decimal(5), Decimal(0)).tasks == tasks


def a_stack(*resources):
    return {"x.yaml": {"Resources": {str(number): each for number, each in enumerate(resources)}}}


def test_what_costs_by_the_month_is_found_in_the_templates_with_the_setting_it_depends_on():
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    acl = {"Type": "AWS::WAFv2::WebACL", "Condition": "WithFirewall", "Properties": {"Rules": [{}, {}]}}
    found = {(each.price, each.number, each.setting) for each in idle.fixed(a_stack(alarm, alarm, acl))}
    assert found == {("alarm", 2, None), ("web_acl", 1, "WithFirewall"), ("waf_rule", 2, "WithFirewall")}


def test_a_resource_of_a_kind_that_nobody_priced_is_refused():
    with pytest.raises(idle.Unpriced, match="AWS::EC2::NatGateway"):
        idle.fixed(a_stack({"Type": "AWS::EC2::NatGateway"}))


def test_alarms_beyond_the_ten_that_are_free_count_into_idling(platform):
    schedules = {name: dict.fromkeys(WORK, 1) for name in idle.runs(platform.app)}
    stack = a_stack(*[{"Type": "AWS::CloudWatch::Alarm", "Properties": {}}] * 12)
    assert idle.lines(platform.app, schedules, stack)["alarm"] == ("12", 2 * prices()["alarm"].usd)


def test_every_queue_is_polled_and_one_with_a_maximum_concurrency_more(platform):
    polls = idle.polls(platform.app)
    assert polls["lyceum-dev-mail"] == 2 * 3 * 60 * 730
    assert polls["lyceum-dev-recommend-facts"] == 5 * 3 * 60 * 730
    assert "lyceum-dev-personalize-facts" not in polls, "its mapping is off unless a stage ranks by Personalize"
