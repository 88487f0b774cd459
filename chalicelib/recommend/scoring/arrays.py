"""The kinds of arrays that scoring knows. All arithmetic is float32: one float64 vector would upcast whole matrices."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.intp]
Stored: TypeAlias = NDArray[Any]
"""As read from a file; float16 there, because half the bytes load in half the time."""
