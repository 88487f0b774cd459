"""The engine that asks Amazon Personalize. What readers do reaches it by ``forwarding``, within seconds.

What an answer must not name is left out of it here: a filter takes fewer values, and knows no dismissal. So enough is
asked for. Personalize gives no reasons.
"""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core import aws, logs
from chalicelib.recommend import arns
from chalicelib.recommend.engine import NOTHING, Asked, Ranked, Ranking

MOST = 500
"""Works that are named, or put into order, by one call (docs.aws.amazon.com/personalize/latest/dg/limits.html)."""


def recommend(asked: Asked) -> Ranking:
    """What Personalize answers within a second; nothing where it does not, and nothing for nobody."""
    if not (asked.reader or asked.about):
        return NOTHING
    try:
        named = _rerank(asked) if asked.among else _name(asked)
    except (BotoCoreError, ClientError) as error:
        logs.logger().warning("Personalize does not answer", exc_info=error)
        return NOTHING
    without = {*asked.without, asked.about}
    kept = [Ranked(work_id) for work_id in dict.fromkeys(named) if work_id not in without]
    return Ranking("personalize", kept[: asked.limit])


def _name(asked: Asked) -> list[str]:
    wanted = min(MOST, asked.limit + len(asked.without) + 1)
    about = _about(asked) if asked.about else _for_reader(asked)
    return _ids(_runtime().get_recommendations(numResults=wanted, **about)["itemList"])


def _for_reader(asked: Asked) -> dict[str, str]:
    return {
        "campaignArn": arns.of("campaign", "for-reader"),
        "filterArn": arns.of("filter", "new-to-reader"),
        "userId": asked.reader,
    }


def _about(asked: Asked) -> dict[str, str]:
    return {
        "campaignArn": arns.of("campaign", "similar"),
        "filterArn": arns.of("filter", "on-show"),
        "itemId": asked.about,
    }


def _rerank(asked: Asked) -> list[str]:
    answer = _runtime().get_personalized_ranking(
        campaignArn=arns.of("campaign", "reranking"),
        userId=asked.reader,
        inputList=list(dict.fromkeys(asked.among))[:MOST],
    )
    return _ids(answer["personalizedRanking"])


def _ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["itemId"] for item in items]


def _runtime() -> Any:
    return aws.client("personalize-runtime")
