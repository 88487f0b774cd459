"""These tests run where Spark is: `make test-spark`. `make test` has none, and leaves them out."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

collect_ignore_glob = [] if find_spec("pyspark") else ["test_*.py"]


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """One session for all tests: each takes seconds to start."""
    from infra.spark.session import session

    found = session()
    yield found
    found.stop()
