"""All that is chosen before a model is fitted."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from chalicelib.recommend.scoring.arrays import Floats
from infra.trainer.log import Log
from infra.trainer.models import histories
from infra.trainer.splits import Split, Way
from infra.trainer.tuning.candidates import OUTLOOK, PARTS, POPULARITY, Candidate
from infra.trainer.tuning.choosing import choose, gains, judged
from infra.trainer.tuning.guessing import CONTENT, choose_content
from infra.trainer.tuning.newcomers import answers, choose_newcomers
from infra.trainer.tuning.search import Settings, search

USUAL, SETTLED = 12.0, (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
"""Works from which a reader is served what comes next: newcomers' settings are tuned up to ten."""
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
TRIES = 10
"""Of the blend, for each part."""


Said = dict[str, Floats]
"""Of each part by its name: readers × works, standardised."""


class Plan(NamedTuple):
    """Settings of each part, their shares in the blend, of newcomers, and of works without readers; and what was
    chosen for ``further`` parts, which say themselves how they are learned."""

    popularity: Settings
    ease: Settings
    sequence: Settings
    factors: Settings
    shares: Settings
    newcomers: Settings
    content: Settings
    further: tuple[tuple[Candidate, Settings], ...] = ()


def make_plan(
    log: Log,
    way: Way,
    features: Floats | None = None,
    subjects: int = 0,
    parts: Sequence[Candidate] = PARTS,
) -> Plan:
    """Tuned part by part on an inner split of the log, made the same way; then the blend, on the same split. How works
    are guessed from what they are about, on works left out. ``parts`` are those of ``PARTS``, in that order, however
    they learn, and further ones behind them."""
    _, _, by_factors, *_ = parts
    inner = way.inner(log)
    popularity = choose(POPULARITY, inner).settings
    chosen = [choose(part, inner).settings for part in tqdm(parts, desc="tuning parts", leave=False)]
    ease, sequence, factors, *_ = chosen
    newcomers = choose_newcomers(log, features, subjects)
    said = _read(inner, parts, [*chosen, newcomers])
    shares = _blend(inner, said)
    newcomers |= {"settled": _settled(inner, said, newcomers, shares)}
    content = CONTENT if features is None else choose_content(log, features, subjects, factors, by_factors.learn)
    further = tuple(zip(parts, chosen, strict=True))[len(PARTS) :]
    return Plan(popularity, ease, sequence, factors, shares, newcomers, content, further)


def _blend(stages: Sequence[Split], read: Sequence[Said]) -> Settings:
    """Shares, by the arithmetic of ``scoring.scores`` for all readers at once."""
    unseen = [histories.seen(stage.past, stage.readers) for stage in stages]

    def reached(shares: Settings) -> float:
        found = []
        for stage, parts, hidden in zip(stages, read, unseen, strict=True):
            blend = sum((np.float32(shares[name]) * part for name, part in parts.items()), hidden)
            found.append(judged(blend, stage))
        return float(np.mean(found))

    names = list(read[0])
    values = dict.fromkeys(names, SHARES)
    alike = {**dict.fromkeys(names, 0.4), OUTLOOK.name: 0.0}
    alone = [{**dict.fromkeys(names, 0.0), name: 1.0} for name in names]
    found = [search(start, values, reached, budget=TRIES * len(names)) for start in (alike, max(alone, key=reached))]
    return max(found, key=lambda each: each.reached).settings


def _settled(stages: Sequence[Split], read: Sequence[Said], newcomers: Settings, shares: Settings) -> float:
    """From how many works met the blend serves better than what newcomers are served; the usual number where that
    makes no difference."""
    table = OUTLOOK.learn(stages[0].train, newcomers)
    known, settled, new = [], [], []
    for stage, parts in zip(stages, read, strict=True):
        hidden = histories.seen(stage.past, stage.readers)
        blend = sum((np.float32(shares[name]) * part for name, part in parts.items()), hidden)
        known.append(np.isinf(hidden).sum(axis=1))
        settled.append(gains(blend, stage))
        new.append(gains(answers(table, stage, newcomers), stage))
    met, late, early = (np.concatenate(each) for each in (known, settled, new))
    if not len(met):
        return USUAL
    reached = {least: float(np.where(met < least, early, late).mean()) for least in (USUAL, *SETTLED)}
    return max(reached, key=lambda least: reached[least])


def _read(stages: Sequence[Split], parts: Sequence[Candidate], chosen: Sequence[Settings]) -> list[Said]:
    """What each part says at each stage."""
    read: list[Said] = [{} for _ in stages]
    for part, settings in zip((*parts, OUTLOOK), chosen, strict=True):
        learned = part.learn(stages[0].train, settings)
        for told, stage in zip(read, stages, strict=True):
            told[part.name] = histories.standard(part.read(learned, stage, settings))
    return read
