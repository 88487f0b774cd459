"""Guardian: the edge caches what the routes say may be cached, and nothing else; it and the app speak of the same."""

import json
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core import cors, edge, front_door, web
from chalicelib.core.actors import Who
from chalicelib.core.request import Request
from infra.edge import keys, stack
from infra.edge.__main__ import main as make_edge
from infra.local import template
from tests.infra import cloudfront
from tests.infra.cloudfront import CACHES, RESOURCES, behaviour_of, behaviours, cache_of, config, key_of
from tests.platform_fixture import Platform
from tests.world import World

ERRORS_THAT_CLOUDFRONT_KEEPS = {400, 403, 404, 405, 414, 500, 501, 502, 503, 504}


@pytest.fixture
def declarations(platform: Platform) -> list[web.Declaration]:
    assert platform.app
    return web.declarations


def paths(declared: web.Declaration) -> list[str]:
    """Addresses of a route, plain and odd."""
    return [
        re.sub(r"{\w+}", text, declared.path) for text in ("01M88FDJ8FGQAZFCF626VH611A", "mine", "reviews", "x.html")
    ]


def test_every_public_route_is_cached_by_what_its_answer_depends_on(declarations: list[web.Declaration]) -> None:
    public = [each for each in declarations if each.public_seconds]
    assert public
    for declared in public:
        by_language = "request" in declared.deed.__code__.co_varnames
        expected = "LanguageCache" if by_language else "ListCache" if declared.query else "PageCache"
        for path in paths(declared):
            assert cache_of(path) == expected, path


def test_nothing_else_that_is_read_is_cached(declarations: list[web.Declaration]) -> None:
    others = [each for each in declarations if each.method == "GET" and not each.public_seconds]
    assert {each.path for each in others} >= {"/v1/me", "/v1/health", "/v1/review-queue"}
    for declared in others:
        for path in paths(declared):
            assert cache_of(path) is None, path


def test_every_path_pattern_serves_some_route(declarations: list[web.Declaration]) -> None:
    addresses = [path for declared in declarations if declared.public_seconds for path in paths(declared)]
    used = {behaviour_of(address)["PathPattern"] for address in addresses}
    assert {each["PathPattern"] for each in config("Api")["CacheBehaviors"]} - used == {"/v1/works/"}


def test_a_trailing_slash_changes_nothing() -> None:
    assert cache_of("/v1/works/") == cache_of("/v1/works") == "ListCache"


@pytest.mark.parametrize("path", ["/v1/me", "/v1/me/works/x", "/v1/ME/x", "/V1/works", "/v1/worksx", "/", "/v1/orders"])
def test_what_only_looks_like_a_public_path_is_not_cached(path: str) -> None:
    assert cache_of(path) is None


def test_only_a_reading_for_anyone_may_be_kept_by_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    from chalice import Blueprint

    monkeypatch.setattr(web, "declarations", [])
    for method, who in (("GET", Who.READER), ("POST", Who.ANYONE)):
        with pytest.raises(ValueError, match="read by anyone"):
            web.route(Blueprint("x"), method, "/x", who=who, answers={200: None}, public_seconds=1)


def test_a_public_answer_is_the_same_whoever_asks(world: World) -> None:
    reader = world.reader()
    for path in ("/v1/works", "/v1/subjects", "/v1/recommendations", "/openapi.json", "/docs"):
        anonymous, known = world.get(path), world.get(path, as_=reader)
        assert (anonymous.body, anonymous.headers) == (known.body, known.headers)
        assert anonymous.headers["Cache-Control"].startswith("public, max-age=")


def test_problems_are_kept_by_nobody(world: World) -> None:
    for reply in (world.get("/v1/works/nothing"), world.get("/v1/works?limit=0"), world.put("/v1/works")):
        assert reply.headers["Cache-Control"] == "no-store"
    kept = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in config("Api")["CustomErrorResponses"]}
    assert kept == dict.fromkeys(ERRORS_THAT_CLOUDFRONT_KEEPS, 0)


def test_the_answer_alone_says_how_long_it_is_kept(declarations: list[web.Declaration]) -> None:
    longest = max(each.public_seconds for each in declarations)
    for cache in CACHES:
        own = RESOURCES[cache]["Properties"]["CachePolicyConfig"]
        assert (own["MinTTL"], own["DefaultTTL"]) == (0, 0)
        assert own["MaxTTL"] >= longest


def test_every_key_holds_the_token_and_none_a_cookie() -> None:
    for cache in CACHES:
        assert "Authorization" in key_of(cache)["HeadersConfig"]["Headers"]
        assert key_of(cache)["CookiesConfig"] == {"CookieBehavior": "none"}
    assert key_of("LanguageCache")["HeadersConfig"]["Headers"] == ["Authorization", "Accept-Language"]
    assert key_of("PageCache")["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert key_of("ListCache")["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    for policy in ("PublicRequest", "PersonalRequest"):
        own = RESOURCES[policy]["Properties"]["OriginRequestPolicyConfig"]
        assert own["CookiesConfig"] == {"CookieBehavior": "none"}


def test_every_behaviour_writes_the_callers_address_and_takes_https_alone() -> None:
    for each in behaviours("Api"):
        (function,) = each["FunctionAssociations"]
        viewer = "PersonalViewer" if "PathPattern" not in each else "PublicViewer"
        assert function == {
            "EventType": "viewer-request",
            "FunctionARN": {"Fn::GetAtt": [viewer, "FunctionMetadata.FunctionARN"]},
        }
        assert each["OriginRequestPolicyId"] == {"Ref": viewer.replace("Viewer", "Request")}
    for each in (*behaviours("Api"), *behaviours("Content")):
        assert (each["ViewerProtocolPolicy"], each["Compress"]) == ("https-only", True)


def test_what_the_api_reads_of_a_request_reaches_it_on_public_paths_too() -> None:
    own = RESOURCES["PublicRequest"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    forwarded = {name.lower() for name in own} | {"authorization", "if-none-match"}  # the cache's key; the cache's own
    assert {name.lower() for name in cors.ALLOWED_HEADERS} | {"origin", edge.VIEWER} <= forwarded
    assert len(own) <= 10  # CloudFront's quota


def test_every_origin_of_the_api_is_told_the_word() -> None:
    origins = config("Api")["Origins"]
    for origin in (origins[0], origins[1]["Fn::If"][1]):
        (header,) = origin["OriginCustomHeaders"]
        assert (header["HeaderName"].lower(), header["HeaderValue"]) == (edge.PROOF, {"Ref": "EdgeProof"})
    assert template.load(stack.TEMPLATE)["Parameters"]["EdgeProof"]["NoEcho"] is True


def test_cors_and_security_headers_are_the_apps() -> None:
    own = RESOURCES["ApiHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    assert sorted(own["CorsConfig"]["AccessControlAllowHeaders"]["Items"]) == sorted(cors.ALLOWED_HEADERS)
    assert sorted(own["CorsConfig"]["AccessControlExposeHeaders"]["Items"]) == sorted(cors.EXPOSED_HEADERS)
    assert own["CorsConfig"]["AccessControlMaxAgeSec"] == cors.PREFLIGHT_SECONDS
    assert own["CorsConfig"]["AccessControlAllowOrigins"] == {"Items": {"Ref": "WebOrigins"}}
    policy = own["SecurityHeadersConfig"]["ContentSecurityPolicy"]
    assert policy == {
        "ContentSecurityPolicy": front_door.SECURITY_HEADERS["Content-Security-Policy"],
        "Override": False,
    }
    seconds = own["SecurityHeadersConfig"]["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    assert front_door.SECURITY_HEADERS["Strict-Transport-Security"] == f"max-age={seconds}; includeSubDomains"


# The functions


@pytest.mark.parametrize("function", ["PersonalViewer", "PublicViewer"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_address_is_written_over(function: str, method: str) -> None:
    sent = cloudfront.run(function, method, {"x-viewer-address": "198.51.100.66", "idempotency-key": "12345678"})
    assert sent.headers["x-viewer-address"] == "203.0.113.9"
    assert sent.headers["idempotency-key"] == "12345678"


def test_a_public_reading_goes_on_without_its_token_and_a_writing_with_it() -> None:
    for method in ("GET", "HEAD"):
        assert "authorization" not in cloudfront.run("PublicViewer", method, {"authorization": "Bearer x"}).headers
    for function, method in (("PublicViewer", "POST"), ("PublicViewer", "PATCH"), ("PersonalViewer", "GET")):
        assert cloudfront.run(function, method, {"authorization": "Bearer x"}).headers["authorization"] == "Bearer x"


def test_with_a_function_url_only_readings_go_there() -> None:
    chosen = {
        method: cloudfront.run("PublicViewer", method, {}, by_url=True).origin
        for method in ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
    }
    assert chosen == {"GET": None, "HEAD": None, "POST": "gateway", "DELETE": "gateway", "OPTIONS": "gateway"}
    assert cloudfront.run("PublicViewer", "POST", {}).origin is None
    for each in config("Api")["CacheBehaviors"]:
        assert each["TargetOriginId"] == {"Fn::If": ["HasFunctionUrl", "function", "gateway"]}
    assert config("Api")["DefaultCacheBehavior"]["TargetOriginId"] == "gateway"
    assert RESOURCES["ApiFunctionUrl"]["Properties"]["AuthType"] == "AWS_IAM"


tags = st.sampled_from(["en", "zh", "en-US", "zh-Hans-CN", "ZH", "fr", "*", "", " zh "])
weights = st.sampled_from(["", ";q=1", ";q=0.9", "; q=0.8", ";q=0", ";q=0.85", ";q=", ";level=1"])
wishes = st.lists(st.tuples(tags, weights).map("".join), max_size=5).map(",".join)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(wishes)
def test_the_edge_reads_a_callers_language_as_the_api_does(header: str) -> None:
    sent = cloudfront.run("PublicViewer", "GET", {"accept-language": header}).headers["accept-language"]
    assert sent == Request({"headers": {"accept-language": header}}).language


# Files


def test_files_are_given_for_signed_links_alone() -> None:
    for each in behaviours("Content"):
        assert each["TrustedKeyGroups"] == [{"Ref": "ContentKeys"}]
        assert set(each["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    policies = template.load()["Resources"]["ContentBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (allowed,) = (each for each in policies if each["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert allowed["Action"] == "s3:GetObject"
    assert "distribution/${ContentDistributionId}" in str(allowed["Condition"])


def test_what_a_link_says_of_its_file_reaches_s3(world: World) -> None:
    from chalicelib.content import storage

    link = storage.sign_download("works/1", "a.md", "text/markdown", 60)
    said = {name for name in parse_qs(urlsplit(link).query) if name.startswith("response-")}
    own = key_of("ContentCache")
    assert set(own["QueryStringsConfig"]["QueryStrings"]) == said
    assert own["CookiesConfig"] == {"CookieBehavior": "none"}


def test_a_page_that_we_made_of_an_authors_file_can_run_nothing() -> None:
    assert behaviour_of("/works/1/2/abc.html", "Content")["ResponseHeadersPolicyId"] == {"Ref": "PageHeaders"}
    assert behaviour_of("/works/1/2/abc", "Content")["ResponseHeadersPolicyId"] == {"Ref": "FileHeaders"}
    policy = str(RESOURCES["PageHeaders"])
    assert "default-src 'none'" in policy and "; sandbox;" in policy and "script" not in policy


# What the deployer tells the stack


@pytest.fixture
def ssm(platform: Platform) -> Any:
    client = platform.client("ssm")
    yield client
    for name in (keys.PROOF, keys.CONTENT_KEYS):
        client.delete_parameter(Name=f"/lyceum/other/{name}")


@dataclass
class Deployed:
    """A stage as the deployer describes it; what it is asked to apply is kept."""

    account: Any
    told: Any
    api_id: str = "abc"

    def stack(self, name: str, template: str, **parameters: str) -> Any:
        return name, json.loads(template), parameters


def deployed(ssm: Any, **further: dict[str, str]) -> Deployed:
    environment = {"WEB_ORIGINS": "https://a.example, https://b.example"}
    account = SimpleNamespace(stage="other", client={"ssm": ssm}.__getitem__)
    return Deployed(account, SimpleNamespace(further=further, environment=environment))


def test_the_stack_gets_every_parameter_and_the_same_secrets_each_time(ssm: Any) -> None:
    name, body, told = stack.edge(deployed(ssm, edge={}))
    needed = {each for each, parameter in body["Parameters"].items() if "Default" not in parameter} - {"Stage"}
    assert name == "edge"
    assert needed <= set(told) <= set(body["Parameters"])
    assert (told["ApiId"], told["WebOrigins"]) == ("abc", "https://a.example,https://b.example")
    assert told["ContentKeyA"].startswith("-----BEGIN PUBLIC KEY-----")
    assert stack.edge(deployed(ssm, edge={}))[2] == told
    kept = ssm.get_parameter(Name="/lyceum/other/content-keys", WithDecryption=True)["Parameter"]
    assert kept["Type"] == "SecureString"
    assert "PRIVATE" in kept["Value"] and "PRIVATE" not in str(told)


def test_a_stage_that_asks_for_no_edge_gets_none(platform: Platform) -> None:
    assert stack.edge(deployed(platform.client("ssm"))) is None


def test_make_edge_says_what_to_tell_the_app(platform: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = {"ContentDomain": "files.example", "ContentAddress": "d1.cloudfront.net", "ContentDistributionId": "E1"}
    outputs |= {"ContentKeyPairIdA": "K1", "ContentKeyPairIdB": "K2"}
    assert set(outputs) <= set(template.load(stack.TEMPLATE)["Outputs"])
    assert make_edge(["--stage", "dev"]) == 1
    standing = {
        "Resources": {"Any": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": text} for name, text in outputs.items()},
    }
    cloudformation = platform.client("cloudformation")
    cloudformation.create_stack(StackName="lyceum-dev-edge", TemplateBody=json.dumps(standing))
    try:
        assert make_edge(["--stage", "dev", "--slot", "b"]) == 0
    finally:
        cloudformation.delete_stack(StackName="lyceum-dev-edge")
    said = capsys.readouterr().out
    assert "Is it deployed?" in said
    assert '"ContentDistributionId": "E1"' in said
    assert '"CONTENT_DOMAIN": "files.example"' in said and '"CONTENT_KEY_PAIR_ID": "K2"' in said


def test_make_edge_makes_the_key_of_a_slot_that_the_edge_does_not_know(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = {"ContentDomain": "files.example", "ContentDistributionId": "E1", "ContentKeyPairIdA": "K1"}
    standing = {
        "Resources": {"Any": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {name: {"Value": text} for name, text in outputs.items()},
    }
    cloudformation, ssm = platform.client("cloudformation"), platform.client("ssm")
    before = keys.public_keys(ssm, "dev")
    cloudformation.create_stack(StackName="lyceum-dev-edge", TemplateBody=json.dumps(standing))
    try:
        assert [make_edge(["--stage", "dev", "--slot", "b"]) for _ in range(2)] == [1, 1]
    finally:
        cloudformation.delete_stack(StackName="lyceum-dev-edge")
    after = keys.public_keys(ssm, "dev")
    ssm.delete_parameter(Name="/lyceum/dev/content-keys")
    assert (set(after), after["a"]) == ({"a", "b"}, before["a"])
    assert "PRIVATE" not in capsys.readouterr().out


def test_the_firewall_stands_where_cloudfronts_must() -> None:
    firewall = template.load(stack.TEMPLATE.with_name("firewall.yaml"))
    properties = firewall["Resources"]["Firewall"]["Properties"]
    assert properties["Scope"] == "CLOUDFRONT"
    assert any("RateBasedStatement" in rule["Statement"] for rule in properties["Rules"])
    assert set(firewall["Outputs"]) == {"WebAclArn"}
