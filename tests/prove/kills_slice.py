"""Two kills of the running platform; then a defect in its books and one in a buyer's memory, to see them seen."""

import json
import sys

from infra.local import emulated_state
from infra.prove import kills


def main() -> None:
    with kills.opened(1) as loop:
        seen = loop.run(2)
        (ledger,) = [table for table in emulated_state.tables() if table.name == "lyceum-dev-ledger"]
        lost = next(item for item in ledger.all_items() if item.range_key.value == "journal")
        ledger.delete_item(lost.hash_key, lost.range_key)
        next(shopper for shopper in loop.shoppers if shopper.told).told.pop()
        noticed = list(loop.differences(loop.shoppers))
    json.dump({**seen.report(), "found": seen.differences, "noticed": noticed}, sys.stdout)


if __name__ == "__main__":
    main()
