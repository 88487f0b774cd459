"""What the blend is made of on this machine."""

from importlib.util import find_spec

from infra.trainer.tuning.candidates import PARTS, Candidate


def parts(attention: bool) -> tuple[Candidate, ...]:
    """The usual ones; with ``attention`` behind them, where it is asked for. Ends the process, saying what to do, where
    what it needs is not installed."""
    if not attention:
        return PARTS
    if not find_spec("torch"):
        raise SystemExit("--attention needs torch: make train-attention installs it into .venv-torch")
    from infra.trainer.attention.part import ATTENTION

    return (*PARTS, ATTENTION)
