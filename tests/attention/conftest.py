"""These tests run where torch is: `make test-torch`. `make test` has none, and leaves them out."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
