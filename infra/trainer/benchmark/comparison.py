"""Ours and the baselines on one split: the same rows to learn from, the same tries to tune, the same readers asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from tqdm import tqdm

from chalicelib.recommend import scoring
from chalicelib.recommend.scoring.arrays import Floats, Places
from infra.trainer import artefact
from infra.trainer.catalogue import Catalogue
from infra.trainer.fitting import Whole, fit, learn_whole
from infra.trainer.metrics import confidence, ranking, spread
from infra.trainer.serving import DEPTH, REMEMBERED, serve
from infra.trainer.splits import Split, Way
from infra.trainer.tuning.candidates import BASELINES, PARTS, Candidate
from infra.trainer.tuning.choosing import answers, choose
from infra.trainer.tuning.plan import Plan, make_plan
from infra.trainer.tuning.search import Settings

OURS = "Lyceum (served)"


@dataclass(frozen=True)
class Row:
    """A model's figures on a split; intervals are 95 %."""

    name: str
    ndcg10: float
    interval: tuple[float, float]
    recall10: float
    ndcg20: float
    recall20: float
    coverage: float
    novelty: float
    popularity_bias: float
    author_exposure: float
    settings: Settings


@dataclass(frozen=True)
class Comparison:
    """All models on one split."""

    title: str
    readers: int
    rows: list[Row]

    def of(self, name: str) -> Row:
        """Raises StopIteration where the name was not compared."""
        return next(row for row in self.rows if row.name == name)

    @property
    def ours(self) -> Row:
        """What the platform would serve."""
        return self.of(OURS)

    @property
    def best_baseline(self) -> Row:
        """The best of what somebody would take instead."""
        return max((self.of(candidate.name) for candidate in BASELINES), key=lambda row: row.ndcg10)


def compare(
    title: str,
    catalogue: Catalogue,
    way: Way,
    features: Floats | None,
    remembered: int | None = REMEMBERED,
    parts: Sequence[Candidate] = PARTS,
) -> Comparison:
    """Each is tuned on an inner split of the training rows, learns all of them, and is asked once. No rows where nobody
    met enough to be asked."""
    split = way.outer(catalogue.log)
    if not len(split.readers):
        return Comparison(title, 0, [])
    inner = way.inner(split.train)
    plan = make_plan(split.train, way, features, len(catalogue.subjects), parts)
    settled = zip(parts, (plan.ease, plan.sequence, plan.factors, *(told for _, told in plan.further)), strict=True)
    tuned = ((each, choose(each, inner).settings) for each in tqdm(BASELINES, desc=title, leave=False))
    rows = []
    for candidate, settings in chain(tuned, settled):
        ranked = ranking.best(answers(candidate, settings, split), DEPTH)
        rows.append(judge(candidate.name, ranked, split, catalogue, settings))
    whole = learn_whole(split.train, plan, parts)
    model = build(replace(catalogue, log=split.train), plan, features, whole)
    ranked = serve(model, split, [work.work_id for work in catalogue.works], remembered)
    rows.append(judge(OURS, ranked, split, catalogue, plan.shares))
    return Comparison(title, len(split.readers), rows)


def build(catalogue: Catalogue, plan: Plan, features: Floats | None, whole: Whole | None = None) -> scoring.Model:
    """Fitted, written, read back: what the platform would have. ``whole`` as ``fit`` takes it."""
    with TemporaryDirectory() as folder:
        fitted = fit(catalogue.log, plan, features, len(catalogue.subjects), whole)
        return scoring.load(artefact.write(Path(folder), fitted, plan, catalogue, {}))


def judge(name: str, ranked: Places, split: Split, catalogue: Catalogue, settings: Settings) -> Row:
    """All figures of one ranking."""
    gains = ranking.ndcg(ranked, split.relevant, 10)
    counts = split.train.counts()

    def mean(figure: Callable[[Places, Sequence[Places], int], ranking.Figures], depth: int) -> float:
        return float(figure(ranked, split.relevant, depth).mean())

    first = ranked[:, :10]
    return Row(
        name,
        float(gains.mean()),
        confidence.interval(gains),
        mean(ranking.recall, 10),
        mean(ranking.ndcg, 20),
        mean(ranking.recall, 20),
        spread.coverage(first, catalogue.log.works),
        spread.novelty(first, counts, split.train.readers),
        spread.popularity_bias(first, counts, split.relevant),
        spread.author_exposure(first, [work.authors for work in catalogue.works]),
        settings,
    )
