"""Team-draft interleaving: two rankings become one, and each place belongs to one of them.

Turn by turn a coin says who picks first; each takes the best work of theirs that is not taken yet. Whose places are
clicked more is preferred, by far fewer readers than two groups need
(Radlinski, Kurup, Joachims: How does clickthrough data reflect retrieval quality? CIKM 2008, section 4.3).
"""

from collections.abc import Iterator, Sequence

from chalicelib.core import ids
from chalicelib.recommend.engine import Pick


def draft(first: Sequence[Pick], second: Sequence[Pick], limit: int, seed: str) -> tuple[list[Pick], int]:
    """The places, and whose each is: bit n of the number is 1 where place n is the second's."""
    teams, taken, picked = (list(first), list(second)), set[str](), list[tuple[Pick, int]]()
    for turn in range(limit):
        starts = _coin(seed, turn)
        for team in (starts, 1 - starts):
            for pick in _left(teams[team], taken):
                taken.add(pick.work.work_id)
                picked.append((pick, team))
                break
    picked = picked[:limit]
    return [pick for pick, _ in picked], sum(team << place for place, (_, team) in enumerate(picked))


def _left(team: list[Pick], taken: set[str]) -> Iterator[Pick]:
    return (pick for pick in team if pick.work.work_id not in taken)


def _coin(seed: str, turn: int) -> int:
    return ord(ids.derived(f"{seed} {turn}")[-1]) % 2
