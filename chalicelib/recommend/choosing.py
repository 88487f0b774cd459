"""Which works an answer names: an engine's, as they stand now, and then what is popular."""

from msgspec import Struct

from chalicelib.catalog.cards import Card
from chalicelib.core import ids
from chalicelib.core.pseudonyms import reader_of
from chalicelib.recommend import asking, drafting, experiments, exploring, popularity, readers, reasons
from chalicelib.recommend.engine import NOTHING, Asked, Pick, Ranked, Ranking, Reader, Reason, Standing
from chalicelib.recommend.experiments import DEFAULT, Arm, Experiment, Kind
from chalicelib.recommend.readers import Going

MOST_SEEN = 100
SPARE = 10
"""So many more are asked for than shown: some may have been withdrawn, or be the reader's own."""


class Basis(Struct, frozen=True):
    """What one read told: the reader and their past, the cards that changed of late, and the popular shelves."""

    reader: Reader
    recent: list[Going]
    changed: dict[str, Card | None]
    shelves: dict[str, list[Standing]]


def choose(basis: Basis, limit: int, about: str = "", arm: Arm = DEFAULT) -> list[Pick]:
    """For the reader; with ``about``, what goes with that work."""
    ranking = NOTHING if arm.popular else _ranking(basis, limit, about, arm.model)
    ranked = [pick for item in ranking.items if (pick := _pick(item, basis, about))]
    named = Reader(
        basis.reader.account_id,
        basis.reader.interests,
        basis.reader.known | {pick.work.work_id for pick in ranked},
    )
    return (ranked + popularity.recommend(named, basis.shelves, limit))[:limit]


def serve(
    basis: Basis, limit: int, about: str, experiment: Experiment | None, newest: list[Standing]
) -> tuple[str, list[Pick]]:
    """An answer's id and its picks, as the experiment has it that runs. Whose answer is another is by chance."""
    answer_id = ids.new()
    if experiment is None:
        picks = choose(basis, limit, about)
        return answer_id, exploring.explore(picks, newest, basis.reader, answer_id)
    if experiment.kind == Kind.INTERLEAVED:
        first, second = (choose(basis, limit, about, arm) for arm in experiment.arms)
        picks, teams = drafting.draft(first, second, limit, answer_id)
        return experiments.mark(answer_id, experiment, teams), picks
    arm = experiment.arms[experiments.arm_of(experiment, _name(basis.reader))]
    picks = exploring.explore(
        choose(basis, limit, about, arm), newest, basis.reader, answer_id, arm.exploration_percent
    )
    return experiments.mark(answer_id, experiment), picks


def order(basis: Basis, work_ids: list[str]) -> list[str]:
    """These works, what suits the reader best first; those that no engine knows stay behind, in their order."""
    seen = readers.seen(basis.recent)[:MOST_SEEN]
    asked = Asked(_name(basis.reader), seen, limit=len(work_ids), among=work_ids)
    ranked = [item.work_id for item in asking.rank(asked).items] if seen else []
    return list(dict.fromkeys([*ranked, *work_ids]))


def _ranking(basis: Basis, limit: int, about: str, model: str) -> Ranking:
    """Nobody is asked for who did nothing yet."""
    seen = readers.seen(basis.recent)[:MOST_SEEN]
    if not seen and not about:
        return NOTHING
    gone = {work_id for work_id, card in basis.changed.items() if card is None}
    without = sorted(basis.reader.known | gone)
    name, wanted = _name(basis.reader), limit + SPARE
    return asking.rank(Asked(name, seen, basis.reader.interests, without, wanted, about, model=model))


def _pick(item: Ranked, basis: Basis, about: str) -> Pick | None:
    """The work as it is now; None where it is not shown, or the reader's own."""
    card = basis.changed.get(item.work_id, item.card)
    if card is None or popularity.is_own(basis.reader, card):
        return None
    return Pick(card, reasons.similar(about) if about else _reason(item, basis))


def _reason(item: Ranked, basis: Basis) -> Reason:
    past = basis.changed.get(item.because)
    title = past.title if past else item.because_title or readers.title(basis.recent, item.because)
    return reasons.because(item.because, title) if title else reasons.fitting()


def _name(reader: Reader) -> str:
    """What engines know the reader by: nobody, where the answer is for all."""
    return reader_of(reader.account_id) if reader.account_id else ""
