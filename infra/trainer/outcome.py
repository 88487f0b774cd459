"""What becomes of a model that was trained: kept in a folder, or made live where it is good enough."""

from collections.abc import Callable
from pathlib import Path

from infra.deploy.errors import Stopped
from infra.trainer import gate
from infra.trainer.catalogue import NothingToLearn

Train = Callable[[], tuple[Path, gate.Candidate]]


def keep(train: Train) -> int:
    """Trains, and says where the model lies. The exit code. Raises Stopped."""
    folder, _ = _trained(train, "docs/recommender.md says what a lake is.")
    print(f"written: {folder}")
    return 0


def make_live(train: Train) -> int:
    """Trains, and publishes where that is good enough, on a stage that was entered. The exit code: 0 also where the
    live model stays, for that is no failure. Raises Stopped."""
    from infra.trainer import publishing

    folder, candidate = _trained(train, "Readers' events reach the lake within an hour of when they happen.")
    verdict = publishing.publish(folder, folder.name, lambda live: gate.compare(candidate, live))
    print(f"{folder.name} is {'live' if verdict.promoted else 'not promoted'}: {verdict.why}")
    return 0


def _trained(train: Train, advice: str) -> tuple[Path, gate.Candidate]:
    try:
        return train()
    except NothingToLearn as nothing:
        raise Stopped(f"{nothing}. {advice}") from None
