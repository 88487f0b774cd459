"""How Lambda's event source mappings read a function's answer, and what they remember of failures."""

from dataclasses import dataclass
from typing import Any

from infra.local.functions import Function, describe, listening


@dataclass
class Failure:
    """A record that its function has not yet managed."""

    function: str
    record: dict[str, Any]
    attempts: int
    error: str

    def __str__(self) -> str:
        identity = self.record.get("messageId") or self.record.get("eventID")
        return f"{self.function}: record {identity} failed {self.attempts} times; last: {self.error}"


@dataclass(frozen=True)
class Verdict:
    """The identifiers that failed, and why as far as it can be told."""

    failed: list[str]
    error: str


def deliver(function: Function, records: list[dict[str, Any]], known: list[str]) -> Verdict:
    """Invoke the function with a batch. ``known`` are the records' identifiers, in the batch's order."""
    with listening() as heard:
        try:
            answer = function.invoke({"Records": records})
        except Exception as error:  # whatever a function raises fails its batch
            return Verdict(known, describe(error))
    failed = failures_named(answer, known)
    return Verdict(failed, heard[-1] if heard else f"it answered {answer!r}")


def failures_named(answer: Any, known: list[str]) -> list[str]:
    """As AWS reads ``batchItemFailures``: nothing named is success, a name that is not known fails the whole batch."""
    if answer is None or answer == {} or (isinstance(answer, dict) and answer.get("batchItemFailures") in (None, [])):
        return []
    if not isinstance(answer, dict) or not isinstance(answer.get("batchItemFailures"), list):
        return known
    named = [item.get("itemIdentifier") if isinstance(item, dict) else None for item in answer["batchItemFailures"]]
    if any(name not in known for name in named):
        return known
    return [name for name in known if name in named]
