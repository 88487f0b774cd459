"""What the emulated CloudFormation lacks for a stack that is changed by change sets.

It reads a template anew at every look, slowly; it stumbles over types that it does not know; and it cannot change a
table. Here templates are read once, without the unknown types and what speaks of them, and a changed table stays as
it is.
"""

import copy
import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import moto.cloudformation.models as moto_stacks
import moto.dynamodb.models.table as moto_tables
import yaml
from moto.cloudformation.parsing import get_model_map
from moto.cloudformation.utils import yaml_tag_constructor
from moto.core import DEFAULT_ACCOUNT_ID


class _Loader(yaml.CSafeLoader):
    """moto's reading of CloudFormation's short tags, at libyaml's speed."""


_Loader.add_multi_constructor("", yaml_tag_constructor)


def read_templates() -> None:
    moto_stacks.Stack.parse_template = staticmethod(_parsed)  # type: ignore[method-assign, assignment]
    moto_stacks.ChangeSet._parse_template = _parse_change_set  # type: ignore[method-assign, assignment]
    moto_tables.Table.update_from_cloudformation_json = classmethod(_as_it_is)  # type: ignore[assignment, method-assign, arg-type]


def parameters_of(body: str) -> dict[str, Any] | None:
    """The parameters of the stack whose change set is executed, where it is the platform's own: it has tables."""
    asked = parse_qs(body)["ChangeSetName"][0]
    for _, backend in moto_stacks.cloudformation_backends[DEFAULT_ACCOUNT_ID].items():
        for name, change_set in backend.change_sets.items():
            if asked in (name, change_set.change_set_name):
                kinds = {resource["Type"] for resource in change_set.template_dict["Resources"].values()}
                return dict(change_set.parameters) if "AWS::DynamoDB::Table" in kinds else None
    return None


def _parsed(text: str) -> dict[str, Any]:
    return copy.deepcopy(_read(text))


@cache
def _read(text: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(text, _Loader)
    kept = dict(template["Resources"])
    for resource in kept.values():
        resource.pop("DependsOn", None)
    unknown = {name for name, each in kept.items() if each["Type"] not in get_model_map()}
    while unknown:
        kept = {name: each for name, each in kept.items() if name not in unknown}
        outputs = {name: each for name, each in template.get("Outputs", {}).items() if not _speaks_of(each, unknown)}
        template["Outputs"] = outputs
        unknown = {name for name, each in kept.items() if _speaks_of(each, unknown)}
    return {**template, "Resources": kept}


def _speaks_of(part: Any, names: set[str]) -> bool:
    """Whether a part of a template refers to any of these resources."""
    words = set(re.findall(r"\w+", json.dumps(part)))
    return bool(words & names)


def _parse_change_set(change_set: Any) -> None:
    change_set.template_dict = _parsed(change_set.template)


def _as_it_is(kind: Any, original_resource: Any, **_: Any) -> Any:
    return original_resource
