from email.message import Message

import pytest

from chalicelib.core.addresses import Malformed, find_route, read_address
from infra.local.api_events import make_event
from infra.local.http_front import HttpRequest

RESOURCES = ["/", "/v1/works", "/v1/works/{work_id}", "/v1/works/popular", "/v1/{kind}/popular", "/v1/a/{b}/c/{d}"]


def request(target="/v1/works/x", method="GET", body=b"", **headers):
    message = Message()
    for name, value in headers.items():
        for each in value if isinstance(value, list) else [value]:
            message[name.replace("_", "-")] = each
    return HttpRequest(method, target, message, body, "192.0.2.1", ("127.0.0.1", 8000))


def event_of(request):
    address = read_address(request.target)
    route = find_route(RESOURCES, address)
    return make_event(request, address, route, binary_types=["application/octet-stream", "image/*"], stage="api")


@pytest.mark.parametrize(
    ("target", "resource", "parameters"),
    [
        ("/", "/", {}),
        ("/v1/works", "/v1/works", {}),
        ("/v1/works/", "/v1/works", {}),
        ("/v1/works/popular", "/v1/works/popular", {}),
        ("/v1/books/popular", "/v1/{kind}/popular", {"kind": "books"}),
        ("/v1/works/a%2Fb%20c", "/v1/works/{work_id}", {"work_id": "a/b c"}),
        ("/v1/works/%E6%96%87", "/v1/works/{work_id}", {"work_id": "文"}),
        ("/v1/works/a+b", "/v1/works/{work_id}", {"work_id": "a+b"}),
        ("http://127.0.0.1:8000/v1/works?x=1", "/v1/works", {}),
        ("/v1/a/1/c/%00", "/v1/a/{b}/c/{d}", {"b": "1", "d": "\x00"}),
    ],
)
def test_an_address_leads_to_the_most_literal_route(target, resource, parameters):
    route = find_route(RESOURCES, read_address(target))
    assert (route.resource, route.parameters) == (resource, parameters)


@pytest.mark.parametrize("target", ["/v2", "/v1/works/a/b", "/v1", "/v1/WORKS"])
def test_some_addresses_lead_nowhere(target):
    assert find_route(RESOURCES, read_address(target)) is None


@pytest.mark.parametrize("target", ["/%zz", "/%", "/a?b=%f", "/%ff", "/a?b=%ff", "/文", "*", "", "v1/works"])
def test_a_broken_address_is_refused(target):
    with pytest.raises(Malformed):
        read_address(target)


def test_a_query_is_decoded_and_repeated_names_keep_all_values():
    event = event_of(request("/v1/works?tag=a%26b&tag=c+d&empty=&flag"))
    assert event["multiValueQueryStringParameters"] == {"tag": ["a&b", "c d"], "empty": [""], "flag": [""]}
    assert event["queryStringParameters"] == {"tag": "c d", "empty": "", "flag": ""}
    assert event["path"] == "/v1/works"
    assert event_of(request("/v1/works"))["multiValueQueryStringParameters"] is None


def test_headers_keep_their_names_and_all_values():
    event = event_of(
        request(Accept_Language="zh", X_Twice=["1", "2"], Connection="close", X_Forwarded_For="198.51.100.9")
    )
    assert event["headers"]["Accept-Language"] == "zh"
    assert event["headers"]["X-Twice"] == "2"
    assert event["multiValueHeaders"]["X-Twice"] == ["1", "2"]
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["198.51.100.9", "192.0.2.1"]
    assert "Connection" not in event["headers"]


def test_the_context_says_who_called_what_and_when(platform):
    context = event_of(request("/v1/works/x", User_Agent="curl"))["requestContext"]
    assert context["identity"]["sourceIp"] == "192.0.2.1"
    assert context["identity"]["userAgent"] == "curl"
    assert (context["resourcePath"], context["path"]) == ("/v1/works/{work_id}", "/api/v1/works/x")
    assert (context["httpMethod"], context["stage"], context["protocol"]) == ("GET", "api", "HTTP/1.1")
    assert context["requestId"] and isinstance(context["requestTimeEpoch"], int)


@pytest.mark.parametrize(
    ("body", "kind", "expected", "encoded"),
    [
        (b"", "application/json", None, False),
        ("文".encode(), "application/json", "文", False),
        (b"\xff\x00", "application/json", "/wA=", True),
        (b"abc", "application/octet-stream", "YWJj", True),
        (b"abc", "image/png; q=1", "YWJj", True),
        (b"a\x00b", "text/plain", "a\x00b", False),
    ],
)
def test_a_body_is_text_or_base64(body, kind, expected, encoded):
    event = event_of(request("/v1/works", "POST", body, Content_Type=kind))
    assert (event["body"], event["isBase64Encoded"]) == (expected, encoded)
