"""What is said after `chalice deploy`, because Chalice cannot say it: where it is missing, and putting it in place."""

from collections.abc import Iterator

from infra.deploy import gateway, invocations, logs, mappings
from infra.deploy.account import Account
from infra.deploy.declared import Declared
from infra.deploy.found import Found
from infra.deploy.stage_settings import StageSettings

LIVE = ("Enabled", "Enabling", "Creating", "Updating")


class Hardening:
    def __init__(self, account: Account, declared: Declared, found: Found, told: StageSettings) -> None:
        self._account, self._declared, self._found, self._told = account, declared, found, told

    def apply(self) -> list[str]:
        """Put in place what is missing; a line for each kind."""
        account, declared = self._account, self._declared
        lines = [f"{mappings.harden(account, declared, self._found)} mappings hardened"]
        lines.append(f"{invocations.harden(account, declared)} scheduled functions hardened")
        logs.harden(account, declared)
        changed = gateway.harden(account, self.api_id, declared.api, self._told)
        lines.append("the gateway's answers and throttling " + ("put in place" if changed else "are in place"))
        return lines

    @property
    def api_id(self) -> str:
        return str(self._found.apis[0]["id"])

    def lines(self) -> list[str]:
        """What is missing, a line each."""
        return [*self._mappings(), *self._invocations(), *self._gateway(), *self._logs()]

    def _mappings(self) -> Iterator[str]:
        standing = mappings.declared_of(self._declared, self._found)
        for wanted in self._declared.mappings:
            mapping, target = standing[wanted.name] or {}, mappings.hardening(self._account, wanted)
            said = mappings.said(mapping, target)
            for name in (name for name in target if said[name] != target[name]):
                yield f"mapping {wanted.name}: {name} is {said[name]}, not {target[name]}"
            live = LIVE if mappings.is_on(self._declared, wanted) else mappings.OFF
            if mapping.get("State") not in live:
                yield f"mapping {wanted.name}: it is {mapping.get('State', 'missing')}"

    def _invocations(self) -> Iterator[str]:
        for name in invocations.scheduled(self._declared):
            is_there = name in self._found.functions
            if is_there and invocations.standing(self._account, name) != invocations.wanted(self._account):
                yield f"function {name}: its scheduled calls are not retried, or their failures are lost"

    def _gateway(self) -> Iterator[str]:
        for api in self._found.apis[:1]:
            standing = gateway.standing(self._account, api["id"])
            for kind, said in gateway.wanted(self._told).items():
                if standing.get(kind) != said:
                    yield f"gateway response {kind}: not in the platform's words"
            yield from gateway.stage_differences(self._account, api["id"], self._declared.api, self._told.throttle)

    def _logs(self) -> list[str]:
        return logs.differences(self._account, self._declared, self._found.log_groups)
