"""They review, and what is popular changes."""

from functools import partial
from typing import Any

from chalicelib.core import clock, ids
from infra.demo import buying, cast
from infra.demo.caller import until
from infra.demo.play import MOST_RANKED, Play


def readers_review(play: Play) -> None:
    play.checks.scene("7. They review, and what is popular changes · 评价与推荐")
    before = until("every work's place", partial(_whole_ranking, play))
    ratings: dict[str, list[int]] = {}
    for number, part in enumerate(cast.READERS):
        reader, work_id = play.people[part.key], play.bought[part.key]
        path = f"/v1/works/{work_id}/reviews/mine"
        for rating in (0, 5 - number):
            reader.put(path, {"rating": rating, "text": "很有启发。Worth the money.", "name": part.name})
        ratings.setdefault(work_id, []).append(5 - number)
        other = next(one for one in play.for_sale if one != work_id)
        refused = reader.call("PUT", f"/v1/works/{other}/reviews/mine", json={"rating": 1}, refusable=True).status_code
        play.checks.check(f"{part.name} cannot review what was not bought", refused in (403, 409, 422), refused)
    for work_id, given in ratings.items():
        wanted = {"count": len(given), "sum": sum(given)}
        seen = until("the rating", partial(_rating, play, work_id, wanted))
        play.checks.check("the rating counts each reader's last word once", seen == wanted, seen)
    _popularity(play, before)


def _whole_ranking(play: Play) -> list[str] | None:
    """What came out last may not have been counted yet."""
    ranked = play.ranking()
    return ranked if len(ranked) == min(len(play.works), MOST_RANKED) else None


def _rating(play: Play, work_id: str, wanted: dict[str, int]) -> dict[str, int] | None:
    rating = play.stranger.get(f"/v1/works/{work_id}")["rating"]
    seen = {"count": rating["count"], "sum": rating["sum"]}
    return seen if seen == wanted else None


def _popularity(play: Play, before: list[str]) -> None:
    """The least popular work for sale is read by everybody, and rises."""
    rising = [work for work in before if work in play.for_sale][-1]
    claimed = play.people[cast.READER_CARD.key].call(
        "POST", "/v1/interactions", json={"events": [_event("purchase", rising)]}, refusable=True
    )
    play.checks.check("nobody can claim a purchase", claimed.status_code == 422, claimed.status_code)
    for part in cast.READERS:
        events = [_event(kind, rising) for kind in ("view", "play")]
        play.people[part.key].post("/v1/interactions", {"events": events})
    buyer = next(play.people[key] for key, work in play.bought.items() if work != rising)
    buying.buy(buyer, "cny", "card", rising)
    place = before.index(rising)
    risen = until("the rise", lambda: [1] if rising in (now := play.ranking()) and now.index(rising) < place else None)
    now = play.ranking()
    play.checks.check(f"a work rose from place {place + 1} to {now.index(rising) + 1}", bool(risen))
    picks = until("the reader's own list", lambda: _without(rising, buyer.get("/v1/me/recommendations")["items"]))
    play.checks.check("a reader's recommendations leave out what they own", rising not in _ids(picks), _ids(picks))
    for pick in picks[:3]:
        reason = pick["reason"]
        play.checks.say(f"recommended to {buyer.name}: {pick['work']['title']} ({reason['en']} · {reason['zh']})")


def _event(kind: str, work_id: str) -> dict[str, Any]:
    return {"kind": kind, "event_id": ids.new(), "occurred_at": clock.rfc3339(clock.now()), "work_id": work_id}


def _without(work_id: str, picks: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    return picks if work_id not in _ids(picks) else None


def _ids(picks: list[dict[str, Any]]) -> list[str]:
    return [pick["work"]["work_id"] for pick in picks]
