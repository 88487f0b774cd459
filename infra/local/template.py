"""The CloudFormation template, read and resolved: what is declared, with the names that it will have."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags: ``!Ref x`` becomes ``{"Ref": "x"}``."""


def _construct(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]


_Loader.add_multi_constructor("!", _construct)


@cache
def _text(path: Path) -> str:
    return json.dumps(yaml.load(path.read_text(encoding="utf-8"), _Loader))


def load(path: Path = TEMPLATE) -> dict[str, Any]:
    """A template in JSON's long form."""
    return dict(json.loads(_text(path)))


class Resolved:
    """The template's resources as they would stand in one account, region and stage."""

    def __init__(self, *, stage: str, account: str, region: str, parameters: Mapping[str, str] | None = None) -> None:
        self._template = load()
        self._values: dict[str, Any] = {"Stage": stage, "AWS::AccountId": account, "AWS::Region": region}
        self._values["AWS::Partition"] = "aws"
        for name, parameter in self._template["Parameters"].items():
            chosen = (parameters or {}).get(name, parameter.get("Default", ""))
            value = chosen.split(",") if parameter["Type"] == "CommaDelimitedList" else chosen
            self._values.setdefault(name, value)

    def properties_of(self, kind: str) -> list[dict[str, Any]]:
        """The properties of every resource of a type, such as ``AWS::SQS::Queue``, without any function left."""
        there = [each for each in self._template["Resources"].values() if each["Type"] == kind and self._is_there(each)]
        return [self._resolve(resource.get("Properties", {})) for resource in there]

    def _is_there(self, resource: dict[str, Any]) -> bool:
        """Conditions are equalities, here."""
        condition = self._template.get("Conditions", {}).get(resource.get("Condition"))
        left, right = self._resolve(condition["Fn::Equals"]) if condition else (None, None)
        return bool(left == right)

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolve(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, given),) = value.items()
            match name:
                case "Ref":
                    return self._reference(given)
                case "Fn::Sub":
                    return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._substitute(found[1])), given)
                case "Fn::GetAtt":
                    return self._attribute(*given)
        return {key: self._resolve(each) for key, each in value.items()}

    def _substitute(self, name: str) -> Any:
        logical, _, attribute = name.partition(".")
        return self._attribute(logical, attribute) if attribute else self._reference(name)

    def _reference(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        resource = self._template["Resources"][name]
        if resource["Type"] == "AWS::SNS::Topic":
            return self._attribute(name, "Arn")
        return self._name_of(resource)

    def _attribute(self, logical: str, attribute: str) -> str:
        if attribute != "Arn":
            raise ValueError(f"{logical}.{attribute} is known only after creation")
        resource = self._template["Resources"][logical]
        service = resource["Type"].split("::")[1].lower()
        place = "::" if service == "s3" else f"{self._values['AWS::Region']}:{self._values['AWS::AccountId']}:"
        kind = "table/" if service == "dynamodb" else ""
        return f"arn:aws:{service}:{place}{kind}{self._name_of(resource)}"

    def _name_of(self, resource: dict[str, Any]) -> str:
        """What ``Ref`` gives for tables and buckets, and the name of queues, whose ``Ref`` is a URL."""
        properties = resource["Properties"]
        key = next(key for key in ("TableName", "QueueName", "TopicName", "BucketName") if key in properties)
        return str(self._resolve(properties[key]))
