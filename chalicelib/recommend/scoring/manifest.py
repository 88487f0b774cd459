"""What a model's files are, what they must hash to, and how they are blended."""

from msgspec import Struct

FORMAT = 1
ATTENTIVE = 2
"""The format of a model that attention has a share of: who cannot serve all of a model shall not serve a part of it."""
NAME = "manifest.json"


class Window(Struct, frozen=True):
    """The events that a model has seen: from the first to the last, RFC 3339."""

    first: str
    last: str


class PartShape(Struct, frozen=True):
    """Files ``<name>.npy``, or ``<name>.columns.npy`` and ``<name>.values.npy`` where rows are cut."""

    name: str
    fading: float
    share: float
    cut: bool


class FactorsShape(Struct, frozen=True):
    """File ``factors.npy``; ``met`` is how many of its rows, from the first, readers met."""

    fading: float
    share: float
    confidence: float
    ridge: float
    met: int


class AttentionShape(Struct, frozen=True):
    """Files ``<name>.<weights>.npy`` for each of ``scoring.attention.Weights``."""

    name: str
    heads: int
    share: float


class Manifest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who met fewer than ``settled`` works is a newcomer: after k of them, the outlook is believed k ÷ (k + ``doubt``),
    and popularity for the rest. ``interest`` is what a declared interest adds to a work's standardised popularity.
    ``strengths`` are the weights of events by their kind; of a kind that is not among them, nothing is learned."""

    format: int
    version: str
    parts: list[PartShape]
    outlook: PartShape
    factors: FactorsShape
    settled: int
    doubt: float
    interest: float
    strengths: dict[str, float]
    subjects: list[str]
    files: dict[str, str]
    metrics: dict[str, float]
    window: Window
    versions: dict[str, str]
    attention: list[AttentionShape] = []
