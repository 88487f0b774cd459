"""The clients, in a process of their own: ``python -m infra.load.driver``, with the plan on standard input.

A closed loop each: a request, then the bare calls of a request of that kind, then the next, until time is up. Lines
of progress go to standard error, what was measured to standard output as JSON.
"""

import json
import sys
import time
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.demo import buying
from infra.load import bare
from infra.load.connection import Connection, Failed
from infra.load.mix import Ask, Reader

REPORT_SECONDS = 5


@dataclass
class Measured:
    """By kind: seconds of each request, and of each round of its bare calls. ``orders`` were paid for."""

    requests: dict[str, list[float]] = field(default_factory=dict)
    bare: dict[str, list[list[float]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    orders: list[tuple[int, str]] = field(default_factory=list)


class Load:
    """``plan``: the addresses, the seconds, the readers, and the bare calls of each kind."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan, self.measured = plan, Measured()
        self._dynamodb = bare.make_client(plan["aws_url"], len(plan["readers"]))
        self._turns = {kind: Lock() for kind, calls in plan["bare"].items() if calls["before"]}
        self._over = Event()

    def run(self) -> Measured:
        """As long as the plan says. What is under way then is finished, and counted."""
        threads = [Thread(target=self._live, args=(number,)) for number in range(len(self._plan["readers"]))]
        for thread in threads:
            thread.start()
        self._report(time.monotonic())
        self._over.set()
        for thread in threads:
            thread.join()
        return self.measured

    def _report(self, begun: float) -> None:
        while (left := begun + self._plan["seconds"] - time.monotonic()) > 0:
            self._over.wait(min(left, REPORT_SECONDS))
            done = sum(len(taken) for taken in self.measured.requests.copy().values())
            passed = time.monotonic() - begun
            said = f"{passed:3.0f} s  {done:6,} requests  {done / passed:4.0f}/s  {len(self.measured.errors)} errors"
            print(said, file=sys.stderr, flush=True)

    def _live(self, number: int) -> None:
        reader = Reader(self._plan["readers"][number], number)
        connection = Connection(self._plan["api_url"], reader.token)
        for ask in reader.asks():
            if self._over.is_set():
                return
            try:
                self._request(number, connection, ask)
                self._compare(ask.kind)
            except Exception as error:
                self.measured.errors.append(str(error) if isinstance(error, Failed) else f"{ask.kind}: {error!r}")

    def _request(self, number: int, connection: Connection, ask: Ask) -> None:
        begun = time.monotonic()
        answer = connection.send(ask)
        self.measured.requests.setdefault(ask.kind, []).append(time.monotonic() - begun)
        if ask.kind == "order":
            buying.pay(answer, "card").raise_for_status()
            self.measured.orders.append((number, answer["order_id"]))

    def _compare(self, kind: str) -> None:
        """Make the same calls without the platform. Those that write are made by one client at a time: who finds
        another at it goes on."""
        turn = self._turns.get(kind)
        if turn and not turn.acquire(blocking=False):
            return
        try:
            taken = bare.replay(self._dynamodb, self._plan["bare"][kind])
            self.measured.bare.setdefault(kind, []).append(taken)
        except (BotoCoreError, ClientError) as error:
            raise Failed(f"a bare call of {kind}: {error}") from error
        finally:
            if turn:
                turn.release()


def main() -> None:
    measured = Load(json.load(sys.stdin)).run()
    json.dump(vars(measured), sys.stdout)


if __name__ == "__main__":
    main()
