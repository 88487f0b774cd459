"""The stack lyceum-{stage}-operation: where alarms are told, the alarms, the budget and the dashboard.

``python -m infra.operation.template`` writes it to build/operation.json. One template serves every stage; what differs
is a parameter.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from infra.local import template
from infra.operation import alarms, dashboard
from infra.operation.alarms import Alarm

Json = dict[str, Any]
BUILT = Path(__file__).parents[2] / "build" / "operation.json"


def operation_template() -> Json:
    """The template, ready for ``json.dumps``."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lyceum: alarms, budget and dashboard of a stage. Written by infra/operation.",
        "Parameters": _parameters(),
        "Conditions": {
            "HasEmail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]},
            "HasBudget": {"Fn::Not": [{"Fn::Equals": [{"Ref": "MonthlyBudget"}, 0]}]},
            "HasDashboard": {"Fn::Equals": [{"Ref": "Dashboard"}, "true"]},
            "IsDetailed": {"Fn::Equals": [{"Ref": "Alarms"}, "detailed"]},
        },
        "Resources": {
            **_telling(),
            **{_logical(alarm): _resource(alarm) for alarm in alarms.default()},
            **{_logical(alarm): _resource(alarm, "IsDetailed") for alarm in alarms.detailed()},
            "Budget": _budget(),
            "OverviewDashboard": _dashboard(),
        },
        "Outputs": {
            "AlarmTopicArn": {"Value": {"Ref": "AlarmTopic"}},
            "DashboardName": {"Condition": "HasDashboard", "Value": {"Ref": "OverviewDashboard"}},
        },
    }


def _parameters() -> Json:
    """Each has a default, but for the stage."""
    return {
        "Stage": template.load()["Parameters"]["Stage"],
        "AlarmEmail": _told("String", "Who is mailed when an alarm rings. Empty: nobody.", ""),
        "Alarms": _told("String", "detailed: an alarm for each function, queue and table.", "default")
        | {"AllowedValues": ["default", "detailed"]},
        "Dashboard": _told("String", "Whether there is a dashboard.", "true") | {"AllowedValues": ["true", "false"]},
        "MonthlyBudget": _told("Number", "US dollars a month for the whole account; 0: no budget.", 20),
        "ServerErrors": _told("Number", "More 5xx answers than this in five minutes ring.", 4),
        "LatencyMilliseconds": _told("Number", "A 95th percentile over this for 15 minutes rings.", 3000),
        "Concurrency": _told(
            "Number", "More functions at once than this ring: four fifths of the account's limit.", 800
        ),
    }


def _told(kind: str, says: str, default: Any) -> Json:
    return {"Type": kind, "Description": says, "Default": default}


def _telling() -> Json:
    """CloudWatch and Budgets of this account may publish, and nobody else."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]},
        "Action": "sns:Publish",
        "Resource": {"Ref": "AlarmTopic"},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    }
    return {
        "AlarmTopic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": {"Fn::Sub": "lyceum-${Stage}-alarms"}},
        },
        "AlarmTopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {
                "Topics": [{"Ref": "AlarmTopic"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            },
        },
        "AlarmSubscription": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasEmail",
            "Properties": {
                "TopicArn": {"Ref": "AlarmTopic"},
                "Protocol": "email",
                "Endpoint": {"Ref": "AlarmEmail"},
            },
        },
    }


def _resource(alarm: Alarm, condition: str | None = None) -> Json:
    wanted = {"Condition": condition} if condition else {}
    return {"Type": "AWS::CloudWatch::Alarm", **wanted, "Properties": alarm.properties()}


def _logical(alarm: Alarm) -> str:
    return "".join(part.capitalize() for part in re.split("[-_]", alarm.name)) + "Alarm"


def _budget() -> Json:
    """Told at four fifths spent, and when the month is going to cost more. EstimatedCharges is in us-east-1 alone."""
    told = [("ACTUAL", 80), ("FORECASTED", 100)]
    return {
        "Type": "AWS::Budgets::Budget",
        "Condition": "HasBudget",
        "DependsOn": "AlarmTopicPolicy",
        "Properties": {
            "Budget": {
                "BudgetName": {"Fn::Sub": "lyceum-${Stage}"},
                "BudgetType": "COST",
                "TimeUnit": "MONTHLY",
                "BudgetLimit": {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"},
            },
            "NotificationsWithSubscribers": [
                {
                    "Notification": {
                        "NotificationType": kind,
                        "ComparisonOperator": "GREATER_THAN",
                        "ThresholdType": "PERCENTAGE",
                        "Threshold": percent,
                    },
                    "Subscribers": [{"SubscriptionType": "SNS", "Address": {"Ref": "AlarmTopic"}}],
                }
                for kind, percent in told
            ],
        },
    }


def _dashboard() -> Json:
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Condition": "HasDashboard",
        "Properties": {
            "DashboardName": {"Fn::Sub": "lyceum-${Stage}"},
            "DashboardBody": {"Fn::Sub": dashboard.body()},
        },
    }


def main() -> int:
    BUILT.parent.mkdir(exist_ok=True)
    BUILT.write_text(json.dumps(operation_template(), indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
