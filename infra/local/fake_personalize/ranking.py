"""What campaigns answer: works that were met together count for each other, then what was met most."""

from collections import Counter
from typing import Any

from infra.local.fake_personalize import filters
from infra.local.fake_personalize.refusals import invalid, not_found
from infra.local.fake_personalize.state import State
from infra.local.fake_personalize.things import DONE

MOST, USUAL = 500, 25
RECIPES = {
    "GetPersonalizedRanking": {"aws-personalized-ranking-v2"},
    "GetRecommendations": {"aws-user-personalization-v2", "aws-similar-items"},
}


def recommend(state: State, said: dict[str, Any]) -> dict[str, Any]:
    recipe, wanted = _recipe(state, said, "GetRecommendations"), said.get("numResults", USUAL)
    if wanted > MOST:
        raise invalid(f"numResults may be {MOST}, not {wanted}.")
    user, item = said.get("userId", ""), said.get("itemId", "")
    if not (item if recipe == "aws-similar-items" else user):
        raise invalid("The recipe needs an itemId, or a userId.")
    known = {item} if recipe == "aws-similar-items" else _met_by(state, user)
    out = filters.excluded(state, said["filterArn"], user) if "filterArn" in said else set()
    order = [each for each in _order(state, known) if each not in out]
    return {"itemList": [{"itemId": each} for each in order[:wanted]], "recommendationId": "RID"}


def rerank(state: State, said: dict[str, Any]) -> dict[str, Any]:
    _recipe(state, said, "GetPersonalizedRanking")
    asked = said["inputList"]
    if len(asked) > MOST or len(set(asked)) != len(asked):
        raise invalid(f"The inputList may have {MOST} items, each once.")
    order = _order(state, _met_by(state, said["userId"]))
    place = {each: number for number, each in enumerate(order)}
    ranked = sorted(asked, key=lambda each: place.get(each, len(place)))
    return {"personalizedRanking": [{"itemId": each} for each in ranked], "recommendationId": "RID"}


def _recipe(state: State, said: dict[str, Any], operation: str) -> str:
    campaign = state.find(said["campaignArn"])
    if campaign.status != DONE:
        raise not_found(campaign.arn)
    recipe = str(state.find(campaign.more["solutionArn"]).said["recipeArn"]).rpartition("/")[2]
    if recipe not in RECIPES[operation]:
        raise invalid(f"A campaign of {recipe} does not answer {operation}.")
    return recipe


def _order(state: State, known: set[str]) -> list[str]:
    """All items that there are, but not those that are known."""
    by_user: dict[str, set[str]] = {}
    for event in state.events.values():
        by_user.setdefault(event["USER_ID"], set()).add(event["ITEM_ID"])
    total = Counter(item for met in by_user.values() for item in met)
    together = Counter(item for met in by_user.values() if met & known for item in met)
    return sorted({*state.items, *total} - known, key=lambda each: (-together[each], -total[each], each))


def _met_by(state: State, user: str) -> set[str]:
    return {event["ITEM_ID"] for event in state.events.values() if event["USER_ID"] == user}
