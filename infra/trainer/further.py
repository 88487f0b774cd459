"""Parts of the blend that need more than everybody's training image has."""

from importlib.util import find_spec

from infra.trainer.tuning.candidates import Candidate


def parts(attention: bool) -> tuple[Candidate, ...]:
    """Those that are asked for. Ends the process, saying what to do, where what they need is not installed."""
    if not attention:
        return ()
    if not find_spec("torch"):
        raise SystemExit("--attention needs torch: make train-attention installs it into .venv-torch")
    from infra.trainer.attention.part import ATTENTION

    return (ATTENTION,)
