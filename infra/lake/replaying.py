"""The lake's days, told to the recommender again: into its queue alone, for no other room lost them.

Counting is exact by event for as long as it is remembered what was counted. So what was counted is not counted twice; a
day whose events may have been forgotten is refused. Anew comes what was not counted then and would be now: of a work
that the recommender had not heard of, or in a table that has been emptied.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import msgspec

from chalicelib.accounts import profiles
from chalicelib.core import aws, clock, ids, settings
from chalicelib.core.facts import Fact
from chalicelib.core.pseudonyms import reader_of
from chalicelib.interactions.recording import OLDEST
from chalicelib.interactions.telling import MOST_EVENTS
from chalicelib.lake import days
from chalicelib.lake.shapes import Event
from chalicelib.recommend import popularity
from infra.deploy.errors import Stopped

EXACT = popularity.KEPT - OLDEST - timedelta(days=1)
"""What was recorded on a day may have happened a week before, and is remembered from then on."""

AT_ONCE = 10
Say = Callable[[str], None]


def replay(first: date, last: date, say: Say) -> int:
    """Tell what lies in the lake of these days; how many events. Raises Stopped."""
    earliest = (clock.now() - EXACT).date()
    if first < earliest:
        raise Stopped(f"What was counted of {first} may be forgotten, and would count again: begin at {earliest}.")
    accounts = {reader_of(account_id): account_id for account_id in profiles.every_id()}
    told = 0
    for day in days.every():
        if first.isoformat() <= day <= last.isoformat():
            told += _replay(day, accounts, say)
    say(f"{told} events were told again.")
    return told


def _replay(day: str, accounts: dict[str, str], say: Say) -> int:
    gone: list[str] = []
    facts = _facts(day, accounts, gone)
    told = 0
    while some := list(islice(facts, AT_ONCE)):
        _send(some)
        told += sum(len(fact.data["events"]) for fact in some)
    say(f"{day}: {told} events; {len(gone)} readers have no account any more")
    return told


def _facts(day: str, accounts: dict[str, str], gone: list[str]) -> Iterator[Fact]:
    """As the interactions room told them, a reader's events together."""
    for reader, events in groupby(days.read(day), key=attrgetter("reader")):
        if reader not in accounts:
            gone.append(reader)
            continue
        while some := list(islice(events, MOST_EVENTS)):
            yield _fact(accounts[reader], some)


def _fact(account_id: str, events: list[Event]) -> Fact:
    data = {"account_id": account_id, "events": [_told(event) for event in events]}
    return Fact(ids.new(), "interaction.recorded", account_id, clock.rfc3339(clock.now()), data)


def _told(event: Event) -> dict[str, Any]:
    """A finish was told as progress to the end."""
    told: dict[str, Any] = msgspec.to_builtins(event)
    return told | {"kind": "progress" if event.kind == "finish" else event.kind}


def _send(facts: list[Fact]) -> None:
    entries = [
        {"Id": str(place), "MessageBody": msgspec.json.encode(fact).decode()} for place, fact in enumerate(facts)
    ]
    answer = aws.client("sqs").send_message_batch(QueueUrl=settings.queue_url("recommend-facts"), Entries=entries)
    if left := answer.get("Failed"):
        raise Stopped(f"The queue did not take {len(left)} facts: run this again, which tells nothing twice.")
