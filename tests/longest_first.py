"""Files of few, long tests are handed out first: who got one of them last would leave the other core idle."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LONGEST = [
    TESTS / name
    for name in (
        "prove/test_proof.py",
        "prove/test_kills.py",
        "test_wiring.py",
        "settlement/test_payouts.py",
        "orders/test_passes.py",
        "reconciliation/test_exporting.py",
        "reconciliation/test_comparing.py",
        "infra/load/test_load.py",
        "local/test_make_run.py",
        "local/test_their_stripe.py",
        "test_call_counts.py",
    )
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if gone := [path for path in LONGEST if not path.exists()]:
        raise pytest.UsageError(f"tests/longest_first.py names what is not there: {gone}")
    items.sort(key=lambda item: LONGEST.index(item.path) if item.path in LONGEST else len(LONGEST))
