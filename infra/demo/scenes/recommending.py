"""Many read, a model learns from what they did, and what is recommended to somebody changes with their next click."""

import os
import subprocess
import sys
import time
from functools import partial
from typing import Any

from chalicelib.core import clock, ids
from infra.demo import cast
from infra.demo.caller import Caller, until
from infra.demo.cast import Part
from infra.demo.play import Play
from infra.local.clockwork import MovableClock

CROWD, READ = 12, 4
LANDED_SECONDS = 5
"""After which what was told lies in the lake: the local platform gathers facts for two."""
SHOWN = 3

Answer = dict[str, Any]


def what_suits_each(play: Play) -> None:
    play.checks.scene("14. What suits each of them · 推荐")
    _many_read(play)
    told = _learn(play)
    play.checks.say(told)
    play.checks.check("a model was trained on what they did, and is live", " is live" in told, told)
    for part in cast.READERS:
        _clicks(play, play.people[part.key])


def _many_read(play: Play) -> None:
    """Each goes through some works in the order in which they came out, of one language."""
    tracks: dict[str, list[str]] = {}
    for card in play.stranger.get("/v1/works", limit=50)["items"]:
        tracks.setdefault(card["language"], []).append(card["work_id"])
    ordered = sorted(tracks.values(), key=len, reverse=True)[:2]
    for number in range(CROWD):
        reader = Caller(play.platform, Part(f"reader{number}", f"Reader {number}", "reader", "en", "UTC")).join()
        track = ordered[number % len(ordered)]
        start = number // 2
        works = [track[(start + step) % len(track)] for step in range(min(READ, len(track)))]
        for work_id in works:
            _does(reader, "view", work_id)
            _does(reader, "play", work_id)
    play.checks.say(f"{CROWD} more readers register, and each reads through {READ} works")


def _learn(play: Play) -> str:
    """What training says in the end."""
    time.sleep(LANDED_SECONDS)
    play.platform.sweep()
    command = [sys.executable, "-m", "infra.trainer", "--stage", play.platform.env["STAGE"]]
    done = subprocess.run(command, env=os.environ | play.platform.env, capture_output=True, text=True)
    MovableClock().advance(minutes=2)
    return (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or ["nothing"])[-1]


def _clicks(play: Play, reader: Caller) -> None:
    before = _answer(reader)
    _tell(play, f"recommended to {reader.name}", before)
    clicked = before["items"][0]["work"]
    _does(reader, "click", clicked["work_id"], recommendation_id=before["recommendation_id"], position=0)
    after = until("the answer to the click", partial(_changed, reader, _ids(before)))
    _tell(play, f"after a click on {clicked['title']}", after)
    play.checks.check(f"{reader.name}'s next answer follows their last click", clicked["work_id"] not in _ids(after))


def _changed(reader: Caller, before: list[str]) -> Answer | None:
    answer = _answer(reader)
    return answer if _ids(answer) != before else None


def _answer(reader: Caller) -> Answer:
    return dict(reader.get("/v1/me/recommendations", limit=SHOWN))


def _tell(play: Play, whose: str, answer: Answer) -> None:
    play.checks.say(f"{whose}:")
    for item in answer["items"]:
        play.checks.say(f"    {item['work']['title']} ({item['reason']['en']} · {item['reason']['zh']})")


def _does(reader: Caller, kind: str, work_id: str, **said: Any) -> None:
    moment = clock.rfc3339(clock.now())
    event = {"kind": kind, "event_id": ids.new(), "occurred_at": moment, "work_id": work_id, **said}
    reader.post("/v1/interactions", {"events": [event]})


def _ids(answer: Answer) -> list[str]:
    return [item["work"]["work_id"] for item in answer["items"]]
