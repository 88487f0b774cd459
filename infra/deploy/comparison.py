"""Where the account is not as Chalice would make it: what `diff` shows beforehand, and `verify` fails on after."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from infra.deploy import mappings
from infra.deploy.account import Account
from infra.deploy.declared import MANAGED, Declared, Function
from infra.deploy.found import Described, Found, hexadecimal, integrations


class Comparison:
    def __init__(self, account: Account, declared: Declared, found: Found) -> None:
        self._account, self._declared, self._found = account, declared, found
        self._managed = self._newest_layer()
        self._role_names = {role.name: role.role_name for role in declared.roles}

    def lines(self) -> list[str]:
        """What `chalice deploy` would change, a line each."""
        return [*self._functions(), *self._layers(), *self._roles(), *self._mapped(), *self._rules(), *self._routes()]

    def _functions(self) -> Iterator[str]:
        names = set(self._found.functions)
        for wanted in self._declared.functions:
            function = self._found.functions.get(wanted.function_name)
            if function is None:
                yield f"function {wanted.function_name}: missing"
                continue
            names.discard(wanted.function_name)
            target, standing = self._target(wanted), self._standing(function)
            yield from (
                _line(f"function {wanted.function_name}", name, standing, target) for name in _unlike(standing, target)
            )
        yield from (f"function {name}: not declared" for name in sorted(names) if self._found.is_chalices(name))

    def _target(self, wanted: Function) -> dict[str, Any]:
        return {
            "handler": wanted.handler,
            "runtime": wanted.runtime,
            "architecture": wanted.architecture,
            "memory": wanted.memory,
            "timeout": wanted.timeout,
            "environment": wanted.environment,
            "layers": [self._managed[0] if layer == MANAGED else layer for layer in wanted.layers],
            "code": wanted.digest,
            "concurrency": wanted.concurrency,
            "role": self._role_names.get(wanted.role or "", wanted.role),
        }

    def _standing(self, described: Described) -> dict[str, Any]:
        client = self._account.client("lambda")
        reserved = client.get_function_concurrency(FunctionName=described["FunctionName"])
        return _function(described) | {"concurrency": reserved.get("ReservedConcurrentExecutions")}

    def _layers(self) -> Iterator[str]:
        for layer in self._declared.layers:
            if self._managed[1] != layer.digest:
                yield f"layer {layer.layer_name}: {'other content' if self._managed[1] else 'missing'}"

    def _newest_layer(self) -> tuple[str, str]:
        """The ARN and digest of the managed layer's newest version; empty where there is none."""
        for layer in self._declared.layers:
            for version in self._found.layer_versions(layer.layer_name)[:1]:
                described = self._account.client("lambda").get_layer_version(
                    LayerName=layer.layer_name, VersionNumber=version["Version"]
                )
                return version["LayerVersionArn"], hexadecimal(described["Content"]["CodeSha256"])
        return "", ""

    def _roles(self) -> Iterator[str]:
        for role in self._declared.roles:
            if role.role_name not in self._found.roles:
                yield f"role {role.role_name}: missing"
            elif self._policy(role.role_name) != role.policy:
                yield f"role {role.role_name}: its policy is not the written one"

    def _policy(self, role: str) -> Any:
        client = self._account.client("iam")
        if role not in client.list_role_policies(RoleName=role)["PolicyNames"]:
            return None
        document = client.get_role_policy(RoleName=role, PolicyName=role)["PolicyDocument"]
        return json.loads(unquote(document)) if isinstance(document, str) else document

    def _mapped(self) -> Iterator[str]:
        standing = mappings.declared_of(self._declared, self._found)
        for wanted in self._declared.mappings:
            mapping = standing[wanted.name]
            if mapping is None:
                yield f"mapping {wanted.name}: missing"
            elif (mapping["BatchSize"], mapping.get("MaximumBatchingWindowInSeconds") or 0) != (
                wanted.batch_size,
                wanted.window or 0,
            ):
                yield f"mapping {wanted.name}: its batches are not {wanted.batch_size} within {wanted.window} s"
        known = {mapping["UUID"] for mapping in standing.values() if mapping}
        for mapping in self._found.mappings:
            if mapping["UUID"] not in known:
                yield f"mapping {mapping['UUID']} of {mapping['EventSourceArn']}: not declared, or there twice"

    def _rules(self) -> Iterator[str]:
        wanted = {rule.rule_name: rule for rule in self._declared.rules}
        for name, declared in wanted.items():
            rule = self._found.rules.get(name, {})
            if rule.get("ScheduleExpression") != declared.expression or rule.get("State") != "ENABLED":
                yield f"rule {name}: not {declared.expression} and enabled"
            elif self._targets(name) != [self._declared.function_names[declared.function]]:
                yield f"rule {name}: it does not call {declared.function} alone"
        orphans = [name for name in self._found.rules if name.endswith("-event") and name not in wanted]
        yield from (f"rule {name}: not declared" for name in orphans)

    def _targets(self, rule: str) -> list[str]:
        """The functions that it calls."""
        pages = self._account.pages("events", "list_targets_by_rule", Rule=rule)
        return [target["Arn"].rpartition(":")[2] for page in pages for target in page["Targets"]]

    def _routes(self) -> Iterator[str]:
        wanted = {(path, method) for path, methods in self._declared.api.routes.items() for method in methods}
        if len(self._found.apis) != 1:
            yield f"api: there are {len(self._found.apis)}, not one"
        for api in self._found.apis[:1]:
            routes = {(path, method) for path, method, _ in integrations(api["resources"])}
            yield from (f"route {method} {path}: missing" for path, method in sorted(wanted - routes))
            yield from (f"route {method} {path}: not declared" for path, method in sorted(routes - wanted))


def _function(described: Described) -> dict[str, Any]:
    return {
        "handler": described["Handler"],
        "runtime": described["Runtime"],
        "architecture": described.get("Architectures", ["x86_64"])[0],
        "memory": described["MemorySize"],
        "timeout": described["Timeout"],
        "environment": described.get("Environment", {}).get("Variables", {}),
        "layers": [layer["Arn"] for layer in described.get("Layers", [])],
        "code": hexadecimal(described["CodeSha256"]),
        "role": described["Role"].rpartition("/")[2],
    }


def _unlike(standing: dict[str, Any], target: dict[str, Any]) -> list[str]:
    return [name for name in target if standing.get(name) != target[name]]


def _line(what: str, name: str, standing: dict[str, Any], target: dict[str, Any]) -> str:
    before, after = standing.get(name), target[name]
    if isinstance(before, dict) and isinstance(after, dict) and name == "environment":
        changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
        return f"{what}: environment differs in {', '.join(changed)}"
    if name == "code":
        return f"{what}: code is {str(before)[:12]}, not {after[:12]}"
    return f"{what}: {name} is {before}, not {after}"
