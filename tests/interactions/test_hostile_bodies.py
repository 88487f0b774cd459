"""No body, however hostile, breaks the recording of interactions."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.interactions.claims import claim
from tests.world import World

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
MOMENTS = st.datetimes().map(lambda moment: moment.isoformat() + "Z") | st.text(max_size=30)
EVENTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["view", "play", "progress", "click", "search", "purchase"]) | st.text(max_size=8),
        "event_id": st.from_regex(r"[A-Za-z0-9_-]{8,64}", fullmatch=True) | st.text(max_size=80),
        "occurred_at": MOMENTS,
    },
    optional={
        "work_id": st.text(max_size=70),
        "fraction": st.floats() | st.integers(),
        "position": st.integers(),
        "text": st.text(max_size=210),
        "recommendation_id": ANYTHING,
    },
)
BODIES = ANYTHING | st.fixed_dictionaries({"events": st.lists(EVENTS | ANYTHING, max_size=4)})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES | st.binary(max_size=60))
def test_hostile_bodies_are_told_what_is_wrong(world: World, body: Any) -> None:
    rui = getattr(world, "rui", None) or world.reader()
    world.rui = rui  # type: ignore[attr-defined]
    world.clock.advance(seconds=2)
    if world.get("/v1/me", as_=rui).status != 200:
        world.signs_in(rui)
    raw = body.decode("latin-1") if isinstance(body, bytes) else json.dumps(body)
    reply = world.call("POST", "/v1/interactions", raw=raw, as_=rui)
    assert reply.status in (202, 400, 413, 422), reply.body


def test_times_at_the_ends_of_the_calendar_are_outside_the_window(world: World) -> None:
    rui = world.reader()
    for moment in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"):
        event = claim("view", "W1") | {"occurred_at": moment}
        reply = world.post("/v1/interactions", {"events": [event]}, as_=rui)
        assert reply.json == {"recorded": 0, "outside_window": [event["event_id"]]}


def test_a_line_break_at_the_end_of_a_name_is_refused_with_its_field(world: World) -> None:
    """A key that held one could never be named in a path, so nobody could delete it."""
    rui = world.reader()
    event = claim("play", "W1") | {"place": "p1"}
    for name in ("event_id", "work_id", "place"):
        reply = world.post("/v1/interactions", {"events": [event | {name: f"{event[name]}\n"}]}, as_=rui)
        assert (reply.status, reply.json["errors"][0]["field"]) == (422, f"events[0].{name}")
