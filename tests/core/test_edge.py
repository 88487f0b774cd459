"""Who calls is known through CloudFront too, and cannot be forged."""

from collections.abc import Callable, Iterator

import pytest

from chalicelib.core import cors, front_door, secrets
from chalicelib.core.request import Request
from tests.world import World

CLOUDFRONT, READER, FORGED = "130.176.0.1", "203.0.113.9", "198.51.100.66"
Sets = Callable[[str], None]


@pytest.fixture
def stage_has(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sets]:
    """A stage with the edge set open or closed, whose words are "new" and, while they change, "old"."""
    ssm = world.platform.client("ssm")
    ssm.put_parameter(Name="/lyceum/dev/edge-proof", Value="new old", Type="SecureString", Overwrite=True)
    secrets.kept.clear()
    yield lambda setting: monkeypatch.setenv("EDGE", setting)
    ssm.delete_parameter(Name="/lyceum/dev/edge-proof")
    secrets.kept.clear()


def caller(**headers: str) -> str:
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    return Request({"headers": sent, "requestContext": {"identity": {"sourceIp": CLOUDFRONT}}}).ip


def test_the_edge_is_believed_when_it_proves_itself(stage_has: Sets) -> None:
    stage_has("open")
    for word in ("new", "old"):
        assert caller(X_Edge_Proof=word, X_Viewer_Address=READER, X_Forwarded_For=FORGED) == READER


@pytest.mark.parametrize("word", ["", "wrong", "new old", " ", "né"])
def test_what_does_not_prove_itself_is_known_by_its_connection(stage_has: Sets, word: str) -> None:
    stage_has("open")
    assert caller(X_Edge_Proof=word, X_Viewer_Address=FORGED, X_Forwarded_For=FORGED) == CLOUDFRONT
    assert caller(X_Viewer_Address=FORGED, True_Client_IP=FORGED) == CLOUDFRONT


def test_without_an_edge_the_right_word_opens_nothing(stage_has: Sets) -> None:
    assert caller(X_Edge_Proof="new", X_Viewer_Address=FORGED) == CLOUDFRONT


def test_one_subscriber_of_ipv6_is_one_caller(stage_has: Sets) -> None:
    stage_has("open")
    addresses = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:db8:1:3::1"]
    seen = [caller(X_Edge_Proof="new", X_Viewer_Address=address) for address in addresses]
    assert seen == ["2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64"]


def test_a_limit_counts_the_caller_behind_the_edge(world: World, stage_has: Sets) -> None:
    stage_has("closed")

    def asks_for_a_code(address: str, number: int) -> int:
        headers = {"x-edge-proof": "new", "x-viewer-address": address, "x-test-ip": CLOUDFRONT}
        return world.post("/v1/password-resets", {"email": f"n{number}@example.com"}, headers=headers).status

    statuses = [asks_for_a_code(READER, number) for number in range(40)]
    assert {202, 429} == set(statuses)
    assert asks_for_a_code(FORGED, 40) == 202


def test_a_closed_stage_refuses_who_passes_the_edge_by(world: World, stage_has: Sets) -> None:
    stage_has("closed")
    assert world.get("/v1/works").code == world.get("/v1/works", headers={"X-Edge-Proof": "wrong"}).code == "wrong_door"
    assert world.get("/v1/works", headers={"X-Edge-Proof": "new"}).status == 200
    stage_has("open")
    assert world.get("/v1/works").status == 200


def test_a_stage_without_an_edge_never_asks_for_the_word(world: World) -> None:
    with world.platform.emulator.meter.counting() as calls:
        assert world.get("/v1/health", headers={"x-edge-proof": "new"}).status == 200
    assert calls.counts == {}


def test_several_web_origins_are_each_allowed_exactly(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_ORIGINS", "https://lyceum.example, https://admin.lyceum.example:8443")
    for origin in ("https://lyceum.example", "https://admin.lyceum.example:8443"):
        for path in ("/v1/works", "/v1/me"):
            headers = world.get(path, headers={"Origin": origin}).headers
            assert headers["Access-Control-Allow-Origin"] == origin
            assert headers["Vary"].endswith("Origin")
    for origin in (
        "https://lyceum.example.evil.example",
        "https://LYCEUM.example",
        "null",
        "http://lyceum.example",
        "*",
    ):
        headers = world.get("/v1/works", headers={"origin": origin}).headers
        assert not [name for name in headers if name.startswith("Access-Control")]
        assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origins", ["*", "https://*.lyceum.example", "lyceum.example", "https://a.example/", "null", ","]
)
def test_an_origin_that_is_not_exact_stops_the_app_from_starting(monkeypatch: pytest.MonkeyPatch, origins: str) -> None:
    monkeypatch.setenv("WEB_ORIGINS", origins)
    with pytest.raises(ValueError, match="no exact origin"):
        front_door.FrontDoor()


def test_what_api_gateway_answers_by_itself_can_carry_the_same_headers() -> None:
    headers = front_door.gateway_headers()
    assert front_door.SECURITY_HEADERS.items() <= headers.items()
    assert headers["Access-Control-Allow-Origin"] == cors.origins()[0]
    assert headers["Cache-Control"] == "no-store"


def test_the_documentation_allows_its_own_style_alone(world: World) -> None:
    page = world.get("/docs")
    assert "'sha256-" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"] + "".join(front_door.SECURITY_HEADERS.values())
    assert page.headers["Vary"] == "Accept-Language, Origin"
