"""How long an answer takes beside the arithmetic that it cannot do without: in turns, so that noise hits both.

Measured in the thread's own time: on a busy machine, waiting for a core would fall to whichever is measured just then.
"""

import time
from collections.abc import Callable

import numpy as np

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.arrays import Floats
from chalicelib.recommend.scoring.attention import Attention, Weights, shapes
from chalicelib.recommend.scoring.manifest import FORMAT, FactorsShape, Manifest, PartShape, Window
from chalicelib.recommend.scoring.model import Factors, Model, Part
from chalicelib.recommend.scoring.tables import Strongest

WORKS, EVENTS, LIMIT, STRONGEST, FACTORS = 10_000, 100, 20, 200, 64
TURNS, REPEATS = 301, 5


def ratio(seed: int = 31) -> dict[str, float]:
    """Top 20 for 100 events over 10,000 works, from events in memory to ids without what is owned: the median, and as
    a ratio to ``bare``'s. One thread, if OMP_NUM_THREADS says so."""
    generator = np.random.default_rng(seed)
    model = _model(generator)
    works = generator.choice(WORKS, EVENTS, replace=False)
    ours, least = _in_turns(_answer(model, works), bare(model, works))
    return {"serving_ratio": ours / least, "serving_ms": ours * 1000, "bare_ms": least * 1000}


def attentive(seed: int = 31) -> dict[str, float]:
    """The same answer with attention in the blend, and as a ratio to the one without."""
    generator = np.random.default_rng(seed)
    model = _model(generator)
    works = generator.choice(WORKS, EVENTS, replace=False)
    with_it, without = _in_turns(
        _answer(model._replace(attention=(_attention(generator),)), works), _answer(model, works)
    )
    return {"attentive_ratio": with_it / without, "attentive_ms": with_it * 1000}


def _answer(model: Model, works: np.typing.NDArray[np.intp]) -> Callable[[], object]:
    events = [(int(work), 1.0, float(EVENTS - place)) for place, work in enumerate(works)]
    owned = [model.ids[work] for work in works[::2]]
    return lambda: scoring.top(model, scoring.score(model, events), LIMIT, owned)


def bare(model: Model, works: np.typing.NDArray[np.intp]) -> Callable[[], object]:
    """The arithmetic alone, everything in arrays beforehand: rows weighted and summed for each table, the reader's
    factors solved and multiplied, all summed, what was met left out, the best twenty found and put in order."""
    latest = works[::-1].copy()
    weights = [np.float32(part.fading) ** np.arange(EVENTS, dtype=np.float32) for part in model.parts]
    faded = np.float32(model.factors.fading) ** np.arange(EVENTS, dtype=np.float32)
    ridge = np.float32(model.factors.ridge) * np.eye(FACTORS, dtype=np.float32)

    def arithmetic() -> object:
        met = model.factors.works[latest]
        seen = model.factors.gram + ridge + (met.T * faded) @ met
        total = model.factors.works @ np.linalg.solve(seen, faded @ met)
        for part, weight in zip(model.parts, weights, strict=True):
            total += _rows(part, latest, weight)
        total[latest] = -np.inf
        best = np.argpartition(total, WORKS - LIMIT)[WORKS - LIMIT :]
        return best[np.argsort(-total[best])]

    return arithmetic


def _rows(part: Part, latest: np.typing.NDArray[np.intp], weight: Floats) -> Floats:
    assert isinstance(part.table, Strongest)
    values = part.table.values[latest] * weight[:, None]
    return np.bincount(part.table.columns[latest].ravel(), values.ravel(), WORKS).astype(np.float32)


def _in_turns(*measured: Callable[[], object]) -> tuple[float, ...]:
    taken: list[list[float]] = [[] for _ in measured]
    for _ in range(TURNS):
        for times, act in zip(taken, measured, strict=True):
            start = time.thread_time()
            for _ in range(REPEATS):
                act()
            times.append((time.thread_time() - start) / REPEATS)
    return tuple(float(np.median(times)) for times in taken)


def _model(generator: np.random.Generator) -> Model:
    ids = tuple(f"{number:026}" for number in range(WORKS))
    works = generator.normal(0, 0.1, (WORKS, FACTORS)).astype(np.float32)
    factors = Factors(works, works, works.T @ works, 0.95, 0.5, 4.0, 10.0)
    *parts, outlook = (Part(_table(generator), fading, 0.25) for fading in (0.95, 0.9, 0.97))
    window = Window("", "")
    manifest = Manifest(
        format=FORMAT,
        version="speed",
        parts=[],
        outlook=PartShape("outlook", 0.97, 1.0, True),
        factors=FactorsShape(0.95, 0.5, 4.0, 10.0, WORKS),
        settled=12,
        doubt=1.0,
        interest=1.0,
        strengths={},
        subjects=[],
        files={},
        metrics={},
        window=window,
        versions={},
    )
    popularity = generator.normal(0, 1, WORKS).astype(np.float32)
    places = {name: place for place, name in enumerate(ids)}
    return Model(manifest, ids, places, tuple(parts), outlook, factors, popularity, {})


def _table(generator: np.random.Generator) -> Strongest:
    columns = np.sort(generator.integers(0, WORKS, (WORKS, STRONGEST), np.int32), axis=1)
    return Strongest(columns, generator.normal(0, 0.01, columns.shape).astype(np.float32))


def _attention(generator: np.random.Generator) -> Attention:
    """Of the size that is learned."""
    shaped = shapes(WORKS, FACTORS, 50, 2, 2 * FACTORS).values()
    return Attention(Weights(*(generator.normal(0, 0.1, shape).astype(np.float32) for shape in shaped)), 2, 0.25)
