"""What a trained model says to a reader's recent events: numpy, and nothing of the platform but ``core``.

Only functions that score import this package, and only inside the function that does: it loads numpy.

``load(folder)`` → ``Model``; ``score(model, events)`` → ``Scores``; ``top``, ``rerank``, ``because`` read those, and
``similar`` needs no reader. The benchmark ranks through the same functions, so what is measured is what is served.
"""

from chalicelib.recommend.scoring.answers import because, rerank, similar, top
from chalicelib.recommend.scoring.artefact import Corrupt, load
from chalicelib.recommend.scoring.history import Event
from chalicelib.recommend.scoring.model import Model
from chalicelib.recommend.scoring.scores import Scores, score

__all__ = ["Corrupt", "Event", "Model", "Scores", "because", "load", "rerank", "score", "similar", "top"]
