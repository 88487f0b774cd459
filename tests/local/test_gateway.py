import json
import socket

import pytest
import requests
from chalice import Chalice, CORSConfig, Response

from infra.local.gateway import Gateway


@pytest.fixture(scope="module")
def gateway():
    app = Chalice(app_name="sample", configure_logs=False)
    app.api.cors = CORSConfig(allow_origin="https://lyceum.example", max_age=600)

    @app.route("/v1/echo/{name}", methods=["GET", "POST"], content_types=["application/json", "text/plain"])
    def echo(name):
        return {"name": name, "event": app.current_request.to_original_event()}

    @app.route("/v1/bytes")
    def send_bytes():
        return Response(b"\x00\xff", headers={"Content-Type": "application/octet-stream", "Set-Cookie": ["a=1", "b=2"]})

    @app.route("/v1/nothing", methods=["DELETE"])
    def send_nothing():
        return Response(b"", status_code=204)

    @app.route("/v1/time")
    def time_left():
        return {"left": app.lambda_context.get_remaining_time_in_millis(), "name": app.lambda_context.function_name}

    class Breaking(Chalice):
        def __call__(self, event, context):
            if event["resource"] == "/v1/time" and event["queryStringParameters"]:
                raise RuntimeError("the function broke")
            return super().__call__(event, context)

    app.__class__ = Breaking
    gateway = Gateway(app)
    gateway.start()
    yield gateway
    gateway.stop()


def call(gateway, method, path, **how):
    return requests.request(method, gateway.url + path, timeout=10, **how)


def raw(gateway, data):
    """What the gateway answers to bytes, until it closes the connection or falls silent."""
    port = int(gateway.url.rpartition(":")[2])
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
    return answer


def test_a_request_reaches_the_app_as_an_event(gateway):
    answer = call(gateway, "POST", "/v1/echo/a%20b?x=1&x=2", json={"a": "文"})
    event = answer.json()["event"]
    assert answer.status_code == 200
    assert answer.json()["name"] == "a b"
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert json.loads(event["body"]) == {"a": "文"}
    assert answer.headers["x-amzn-RequestId"] == event["requestContext"]["requestId"]


def test_bytes_and_repeated_headers_come_through(gateway):
    answer = call(gateway, "GET", "/v1/bytes", headers={"Accept": "application/octet-stream"})
    assert answer.content == b"\x00\xff"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_an_answer_without_a_body_has_none(gateway):
    answer = call(gateway, "DELETE", "/v1/nothing")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Length" not in answer.headers


def test_head_is_get_without_the_body(gateway):
    answer = call(gateway, "HEAD", "/v1/echo/a")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0
    assert call(gateway, "HEAD", "/v1/nothing").status_code == 405


def test_a_preflight_is_answered_from_the_routes_own_settings(gateway):
    answer = call(gateway, "OPTIONS", "/v1/echo/a", headers={"Origin": "https://lyceum.example"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://lyceum.example"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET,POST,OPTIONS"
    assert answer.headers["Access-Control-Max-Age"] == "600"


def test_the_context_says_how_much_time_is_left(gateway):
    left = call(gateway, "GET", "/v1/time").json()
    assert 0 < left["left"] <= 29_000
    assert left["name"] == "lyceum-dev"


@pytest.mark.parametrize(("language", "word"), [("en", "nothing here"), ("zh-CN,en;q=0.5", "未找到")])
def test_an_unknown_path_is_a_problem_in_the_callers_language(gateway, language, word):
    answer = call(gateway, "GET", "/v1/unknown", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert word in answer.json()["detail"]


def test_a_function_that_breaks_is_a_problem_without_a_trace(gateway):
    answer = call(gateway, "GET", "/v1/time?break=1")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["request_id"] == answer.headers["x-amzn-RequestId"]
    assert "RuntimeError" not in answer.text


def test_a_body_above_the_limit_is_refused(gateway):
    answer = raw(gateway, b"POST /v1/echo/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10485761\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"too_large"' in answer


def test_chunked_bodies_are_read(gateway):
    answer = call(gateway, "POST", "/v1/echo/a", data=iter([b'{"a":', b" 1}"]), headers={"Content-Type": "text/plain"})
    assert answer.json()["event"]["body"] == '{"a": 1}'


def test_connections_are_kept(gateway):
    request = b"GET /v1/time HTTP/1.1\r\nHost: x\r\n\r\n"
    assert raw(gateway, request * 3).count(b"HTTP/1.1 200 OK") == 3


HOSTILE = {
    "no request line": b"\r\n\r\n",
    "binary": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
    "no version": b"GET\r\n\r\n",
    "bad version": b"GET / HTTP/9.9\r\n\r\n",
    "many words": b"GET / a b c HTTP/1.1\r\n\r\n",
    "long line": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "long header": b"GET /v1/time HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    "large headers": b"GET /v1/time HTTP/1.1\r\nX: " + b"a" * 11_000 + b"\r\n\r\n",
    "many headers": b"GET /v1/time HTTP/1.1\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
    "bad escape": b"GET /v1/echo/%zz HTTP/1.1\r\n\r\n",
    "no utf-8": b"GET /v1/echo/%ff HTTP/1.1\r\n\r\n",
    "raw bytes": b"GET /v1/echo/\xff\xfe HTTP/1.1\r\n\r\n",
    "odd host": b"GET http://[/v1 HTTP/1.1\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n\r\n",
    "connect": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n\r\n",
    "negative length": b"POST /v1/echo/a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "odd length": b"POST /v1/echo/a HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n",
    "two lengths": b"POST /v1/echo/a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "two framings": b"POST /v1/echo/a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "short body": b"POST /v1/echo/a HTTP/1.1\r\nContent-Length: 9\r\n\r\nab",
    "bad chunk": b"POST /v1/echo/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "endless chunk": b"POST /v1/echo/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n",
    "no end": b"POST /v1/echo/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    "unknown coding": b"POST /v1/echo/a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_proper_request_is_refused_and_the_next_is_served(gateway, data):
    answer = raw(gateway, data)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert b"Traceback" not in answer
    assert call(gateway, "GET", "/v1/time").status_code == 200


def test_a_nul_reaches_the_app_as_itself(gateway):
    answer = call(gateway, "GET", "/v1/echo/a%00b?x=%00")
    assert answer.json()["name"] == "a\x00b"
