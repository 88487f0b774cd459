"""Makes tests/recommend/attention.npz: weights, works met, and what torch says to them.

``.venv-torch/bin/python -m tests.attention.golden``, after the network was changed on purpose.
"""

import numpy as np

from tests.attention.asking import by_torch
from tests.recommend.attending import GOLDEN, drawn

READERS = ([4], [7, 2, 11], [0, 1, 2, 3, 4, 5])


def main() -> None:
    attention = drawn()
    stored = {name: array.astype(np.float16) for name, array in attention.weights._asdict().items()}
    met = np.array([[-1] * (len(READERS[-1]) - len(row)) + row for row in READERS], np.int8)
    scores = np.array([by_torch(attention, row) for row in READERS])
    np.savez(GOLDEN, **stored, heads=np.int8(attention.heads), met=met, scores=scores)


if __name__ == "__main__":
    main()
