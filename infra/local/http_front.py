"""A small threaded HTTP/1.1 server that no request can kill: the emulator and the gateway stand behind it."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from typing import Any

logger = logging.getLogger("lyceum.http")

IDLE_SECONDS = 30
"""How long a silent connection may hold a thread."""

NO_BODY = {204, 304}


@dataclass(frozen=True)
class HttpRequest:
    method: str
    target: str
    headers: Message
    body: bytes
    client: str
    server: tuple[str, int]
    url_scheme: str = "http"


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


Answerer = Callable[[HttpRequest], HttpAnswer | None]
"""Answers a request; None drops the connection without a word, as a broken network does."""

Refuser = Callable[[int, str], HttpAnswer]
"""Makes the answer to what is no HTTP, from its status and the reason."""


class TooLarge(Exception):
    """The body is larger than this server takes."""


class BadFraming(Exception):
    """The body's length is not said, or said wrongly."""


class HttpFront:
    """Holds a port of 127.0.0.1 from its making, and answers there from ``start()`` to ``stop()``.

    Port 0 takes any free one. The address is known before anything answers, so that an environment can name it.
    """

    def __init__(self, port: int = 0, *, refuse: Refuser | None = None, body_limit: int = 6 << 30) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.body_limit = body_limit
        self._server.refuse = refuse or (lambda status, reason: HttpAnswer(status, body=reason.encode()))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name="http-front")

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, answer: Answerer) -> None:
        self._server.answer = answer
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    answer: Answerer
    refuse: Refuser
    body_limit: int

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the host's name, which may ask a network."""
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("a connection broke", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: _Server

    def __getattr__(self, name: str) -> Any:
        """Every method is answered by the one answerer."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        try:
            body = self._read_body()
        except TooLarge:
            self._refuse(413, "The body is too large.")
        except BadFraming as error:
            self._refuse(400, str(error))
        else:
            self._reply(self._answer(body))

    def _reply(self, answer: HttpAnswer | None) -> None:
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._write(answer)

    def _answer(self, body: bytes) -> HttpAnswer | None:
        server = self.connection.getsockname()[:2]
        request = HttpRequest(self.command, self.path, self.headers, body, self.client_address[0], server)
        try:
            return self.server.answer(request)
        except Exception:
            logger.exception("%s %s failed", self.command, self.path)
            self.close_connection = True
            return self.server.refuse(500, "The server failed.")

    def _read_body(self) -> bytes:
        codings = self.headers.get("Transfer-Encoding", "").strip().lower()
        if codings:
            if codings != "chunked" or "Content-Length" in self.headers:
                raise BadFraming("The transfer coding is not understood.")
            return self._read_chunks()
        lengths = set(self.headers.get_all("Content-Length", ["0"]))
        length = lengths.pop()
        if lengths or not (length.isascii() and length.isdigit()):
            raise BadFraming("The Content-Length is no number.")
        return self._read_exactly(self._allowed(int(length)))

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            self._allowed(len(body) + size)
            body += self._read_exactly(size)
            if self.rfile.readline(3) not in (b"\r\n", b"\n"):
                raise BadFraming("A chunk does not end where it says.")
        while self.rfile.readline(65537) not in (b"\r\n", b"\n", b""):
            pass
        return bytes(body)

    def _chunk_size(self) -> int:
        text = self.rfile.readline(1024).split(b";")[0].strip()
        if not text or text.strip(b"0123456789abcdefABCDEF"):
            raise BadFraming("A chunk does not say its size.")
        return int(text, 16)

    def _allowed(self, length: int) -> int:
        if length > self.server.body_limit:
            raise TooLarge
        return length

    def _read_exactly(self, length: int) -> bytes:
        body = self.rfile.read(length)
        if len(body) < length:
            raise BadFraming("The body is shorter than its length.")
        return body

    def handle_expect_100(self) -> bool:
        """Ask for the body at once, unbuffered: the client is waiting for leave to send it."""
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server refuses by itself: a bad request line, headers too long or too many."""
        self._refuse(code, message or "The request is not HTTP.")

    def _refuse(self, status: int, reason: str) -> None:
        self.close_connection = True
        self.request_version = "HTTP/1.1"
        self._write(self.server.refuse(status, reason))

    def _write(self, answer: HttpAnswer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        if answer.status not in NO_BODY:
            self.send_header("Content-Length", str(self._length(answer)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if getattr(self, "command", "") != "HEAD" and answer.status not in NO_BODY:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _length(self, answer: HttpAnswer) -> int:
        """What HEAD promises is the length that GET would send, where the answerer knows it."""
        said = [value for name, value in answer.headers if name.lower() == "content-length"]
        return int(said[0]) if said and not answer.body else len(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)
