"""The role in whose name Personalize reads what was written down for it in the lake's bucket."""

import json
from typing import Any

from chalicelib.core import settings
from chalicelib.recommend import arns

PREFIX = "personalize/"
_POLICY = "reads-what-is-written-for-it"


def arn() -> str:
    return f"arn:aws:iam::{settings.account_id()}:role/{_name()}"


def stand(iam: Any) -> str:
    """Its ARN."""
    try:
        iam.create_role(RoleName=_name(), AssumeRolePolicyDocument=json.dumps(_trust()))
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=_name(), PolicyDocument=json.dumps(_trust()))
    iam.put_role_policy(RoleName=_name(), PolicyName=_POLICY, PolicyDocument=json.dumps(_reads()))
    return arn()


def take_away(iam: Any) -> None:
    try:
        for policy in iam.list_role_policies(RoleName=_name())["PolicyNames"]:
            iam.delete_role_policy(RoleName=_name(), PolicyName=policy)
        iam.delete_role(RoleName=_name())
    except iam.exceptions.NoSuchEntityException:
        return


def _name() -> str:
    return arns.name("personalize")


def _trust() -> dict[str, Any]:
    """Personalize alone, and for this account's things alone."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "personalize.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": settings.account_id()}},
        }
    )


def _reads() -> dict[str, Any]:
    bucket = f"arn:aws:s3:::{settings.bucket('lake')}"
    return _document(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket}/{PREFIX}*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
    )


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
