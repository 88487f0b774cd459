"""Chalice's record of what is deployed, rebuilt from the account before each run.

Chalice writes it only after a whole deployment, and knows APIs, mappings and the layer by nothing else. So after a
killed run it would make them twice. What exists is adopted; what exists twice is removed at once; what the app no
longer declares is named in the record, and Chalice sweeps it away at the end of its deployment.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.deploy.account import Account
from infra.deploy.declared import Declared, Mapping
from infra.deploy.found import Described, Found, function_of

Resource = dict[str, Any]


class Record:
    """``known_api`` is the API that is known to be live: of two, that one stays, for clients hold its address."""

    def __init__(self, account: Account, declared: Declared, found: Found, known_api: str = "") -> None:
        self._account, self._declared, self._found = account, declared, found
        self._known_api = known_api
        self.removed: list[str] = []
        """What existed twice and is gone."""
        self.resources = [*self._roles(), *self._functions(), *self._layers(), *self._log_groups()]
        self.resources += [*self._mappings(), *self._rules(), *self._api()]
        names = _declared_names(declared)
        self.orphans = [each["name"] for each in self.resources if each["name"] not in names]
        """What the app does not declare, and Chalice will sweep away."""

    def write(self, tree: Path) -> None:
        path = tree / ".chalice" / "deployed" / f"{self._account.stage}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text())

    def text(self) -> str:
        document = {"resources": self.resources, "schema_version": "2.0", "backend": "api"}
        return json.dumps(document, indent=2) + "\n"

    def _roles(self) -> Iterator[Resource]:
        declared = {role.role_name: role.name for role in self._declared.roles}
        for role_name, role in self._found.roles.items():
            if role_name in declared or self._is_chalices(role_name):
                name = declared.get(role_name) or f"{self._short(role_name)}_role"
                yield _resource(name, "iam_role", role_arn=role["Arn"], role_name=role_name)

    def _functions(self) -> Iterator[Resource]:
        declared = {function.function_name: function.name for function in self._declared.functions}
        for function_name, function in self._found.functions.items():
            if function_name in declared or self._found.is_chalices(function_name):
                name = declared.get(function_name) or self._short(function_name)
                yield _resource(name, "lambda_function", lambda_arn=function["FunctionArn"])

    def _layers(self) -> Iterator[Resource]:
        for layer in self._declared.layers:
            versions = self._found.layer_versions(layer.layer_name)
            for newest in versions[:1]:
                yield _resource(layer.name, "lambda_layer", layer_version_arn=newest["LayerVersionArn"])
            for version in versions[1:]:
                self._remove(
                    "lambda", "delete_layer_version", LayerName=layer.layer_name, VersionNumber=version["Version"]
                )

    def _log_groups(self) -> Iterator[Resource]:
        for group in self._declared.log_groups:
            if group.group_name in self._found.log_groups:
                yield _resource(group.name, "log_group", log_group_name=group.group_name)

    def _mappings(self) -> Iterator[Resource]:
        left = sorted(self._found.mappings, key=lambda each: (each["State"] != "Enabled", str(each["LastModified"])))
        for declared in self._declared.mappings:
            fitting = [each for each in left if self._fits(declared, each)]
            for twin in fitting[1:]:
                self._remove("lambda", "delete_event_source_mapping", UUID=twin["UUID"])
            for mapping in fitting[:1]:
                yield _mapping(declared.name, mapping)
            left = [each for each in left if each not in fitting]
        for mapping in left:
            yield _mapping(f"orphan-{mapping['UUID']}", mapping)

    def _rules(self) -> Iterator[Resource]:
        declared = {rule.rule_name: rule.name for rule in self._declared.rules}
        for rule_name in self._found.rules:
            if rule_name in declared or rule_name.endswith("-event"):
                yield _resource(
                    declared.get(rule_name) or self._short(rule_name), "cloudwatch_event", rule_name=rule_name
                )

    def _api(self) -> Iterator[Resource]:
        ours = sorted(self._found.apis, key=lambda api: api["id"] != self._known_api)
        for twin in ours[1:]:
            self._remove("apigateway", "delete_rest_api", restApiId=twin["id"])
        for api in ours[:1]:
            for declared in self._declared.apis:
                url = f"https://{api['id']}.execute-api.{self._account.region}.amazonaws.com/{declared.stage}/"
                yield _resource(declared.name, "rest_api", rest_api_id=api["id"], rest_api_url=url)

    def _fits(self, declared: Mapping, mapping: Described) -> bool:
        function = self._declared.function_names[declared.function]
        return function_of(mapping) == function and declared.reads(mapping["EventSourceArn"])

    def _is_chalices(self, role: str) -> bool:
        """A role of our prefix may be a person's or a stack's: Chalice's has one policy, of its own name."""
        principals = json.dumps(self._found.roles[role]["AssumeRolePolicyDocument"])
        policies = self._account.client("iam").list_role_policies(RoleName=role)["PolicyNames"]
        return "lambda.amazonaws.com" in principals and policies == [role]

    def _short(self, name: str) -> str:
        return name.removeprefix(f"{self._account.prefix}-")

    def _remove(self, service: str, operation: str, **what: Any) -> None:
        getattr(self._account.client(service), operation)(**what)
        self.removed.append(f"{operation} {' '.join(str(value) for value in what.values())}")


def _declared_names(declared: Declared) -> set[str]:
    deployed = {each.name for each in declared.functions} | {each.name for each in declared.roles}
    beside = {each.name for each in declared.layers} | {each.name for each in declared.log_groups}
    sources = {each.name for each in declared.mappings} | {each.name for each in declared.rules}
    return deployed | beside | sources | {each.name for each in declared.apis}


def _mapping(name: str, mapping: Described) -> Resource:
    source, about = mapping["EventSourceArn"], {"event_uuid": mapping["UUID"], "lambda_arn": mapping["FunctionArn"]}
    if ":dynamodb:" in source:
        return _resource(name, "dynamodb_event", stream_arn=source, **about)
    return _resource(name, "sqs_event", queue_arn=source, queue=source.rpartition(":")[2], **about)


def _resource(name: str, kind: str, **values: str) -> Resource:
    return {"name": name, "resource_type": kind, **values}
