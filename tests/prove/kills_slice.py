"""Two kills of the running platform; then an order whose answer and key were lost, a defect in the books and one in a
buyer's memory, to see what is seen."""

import json
import sys

from chalicelib.core import ids
from infra.local import emulated_state
from infra.prove import kills

WORK = ids.derived("work", "1")


def _forgotten(loop):
    """What is seen of an order that nobody was told of, until it is known that its key lived too short; and of two of
    which the key of the first lived long enough."""
    from infra.prove.shoppers import Shopper

    shopper = Shopper(loop.desk, loop.fake, "somebody whose answers are lost")
    began = loop.clock.now()
    _order_unheard(shopper, "lost-to-the-first-death")
    loop.clock.advance(seconds=kills.A_DAY)
    loop._calm(0)
    seen = [list(shopper.disagreements())]
    shopper.forgotten.append((began, loop.clock.now()))
    seen.append(list(shopper.disagreements()))
    again = loop.clock.now()
    for key in ("lost-to-the-second", "lost-to-the-third"):
        _order_unheard(shopper, key)
    loop.clock.advance(seconds=kills.A_DAY)
    loop._calm(0)
    shopper.forgotten.append((again, loop.clock.now()))
    seen.append(list(shopper.disagreements()))
    return seen


def _order_unheard(shopper, key):
    wanted = {"work_ids": [WORK], "currency": "usd"}
    status, answer = shopper.desk.ask("POST", "/v1/orders", shopper.account, wanted, key)
    assert status == 201, answer


def main() -> None:
    with kills.opened(1) as loop:
        seen = loop.run(2)
        forgotten = _forgotten(loop)
        (ledger,) = [table for table in emulated_state.tables() if table.name == "lyceum-dev-ledger"]
        lost = next(item for item in ledger.all_items() if item.range_key.value == "journal")
        ledger.delete_item(lost.hash_key, lost.range_key)
        next(shopper for shopper in loop.shoppers if shopper.told).told.pop()
        noticed = list(loop.differences(loop.shoppers))
    json.dump({**seen.report(), "found": seen.differences, "forgotten": forgotten, "noticed": noticed}, sys.stdout)


if __name__ == "__main__":
    main()
