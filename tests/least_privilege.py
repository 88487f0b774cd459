"""The whole suite as proof of least privilege: every right that a function has is needed by some test.

That nothing is missing shows at once: the emulator refuses what a function's policy does not allow, and the test that
met it fails. That nothing is unused shows at the end, when every test has run: the workers' lists are put together.
"""

from typing import Any

import pytest

from infra.local.provisioning import ACCOUNT, REGION
from infra.policies import comparison
from infra.policies.comparison import Use
from infra.policies.resources import Place

PLACE = Place("dev", ACCOUNT, REGION, "lyceum.example")
used: set[Use] = set()
superfluous: list[str] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist has ended, and tells the controller what its functions used."""
    used.update(Use(*right) for right in getattr(node, "workeroutput", {}).get("rights_used", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["rights_used"] = [list(right) for right in sorted(used)]
    elif exitstatus == pytest.ExitCode.OK and _is_whole(session.config):
        superfluous.extend(comparison.unused(used, PLACE))
        if superfluous:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if superfluous:
        terminalreporter.section("least privilege")
        terminalreporter.line(comparison.advice(unused=superfluous))


def _is_whole(config: pytest.Config) -> bool:
    """Nothing was chosen and nothing left out."""
    choosing = ("keyword", "markexpr", "collectonly", "lf", "stepwise", "deselect", "ignore", "ignore_glob")
    chosen = any(config.getoption(name, default=None) for name in choosing)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen
