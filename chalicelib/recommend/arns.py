"""What a stage has at Amazon Personalize, by names that follow from the stage: nothing but the tracker need be told."""

from chalicelib.core import settings

CAMPAIGNS = {
    "for-reader": "aws-user-personalization-v2",
    "similar": "aws-similar-items",
    "reranking": "aws-personalized-ranking-v2",
}
"""What each answers, and the recipe that it is trained by."""

FILTERS = {
    "on-show": 'EXCLUDE ItemID WHERE Items.WITHDRAWN IN ("True")',
    "new-to-reader": 'EXCLUDE ItemID WHERE Items.WITHDRAWN IN ("True") '
    '| EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")',
}
DATASETS = ("INTERACTIONS", "ITEMS")
"""Nobody tells facts about what readers say they care for, so there is no third one of users."""


def name(part: str = "") -> str:
    """Of a thing of this stage; without a part, of its dataset group."""
    return f"lyceum-{settings.stage()}-{part}" if part else f"lyceum-{settings.stage()}"


def of(kind: str, part: str = "") -> str:
    """``of("campaign", "similar")``. Of what Personalize names by itself (versions, trackers) nobody can tell it."""
    return f"arn:aws:personalize:{settings.region()}:{settings.account_id()}:{kind}/{name(part)}"


def dataset(type: str) -> str:
    return f"{of('dataset')}/{type}"
