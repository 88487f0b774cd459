"""HTTP around the fake, and the courier who carries its webhooks."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from infra.local.fake_stripe import webhooks
from infra.local.fake_stripe.answers import Answer, Dropped, json_answer

if TYPE_CHECKING:
    from infra.local.fake_stripe.fake import FakeStripe

_LARGEST = 1_000_000
_COURIER_REST = 0.2
"""Seconds of real time after which the courier looks at the movable clock again."""


class Running:
    """A server in threads of its own. With a courier, what falls due happens and webhooks go out by themselves."""

    def __init__(self, fake: FakeStripe, port: int, courier: bool) -> None:
        self.fake, self._stopping = fake, threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.fake = fake
        self.url = fake.public_url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [threading.Thread(target=self._answer, daemon=True)]
        if courier:
            self._threads.append(threading.Thread(target=self._carry, daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer nobody any more. A webhook that is under way may still arrive."""
        self._stopping.set()
        self.fake.woken.set()
        self._knock()
        for thread in self._threads:
            thread.join(timeout=5)
        self._server.server_close()

    def _knock(self) -> None:
        """Whoever waits for a request looks up."""
        socket.create_connection(("127.0.0.1", self._server.server_port)).close()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self) -> None:
        while not self._stopping.is_set():
            self._server.handle_request()

    def _carry(self) -> None:
        while not self._stopping.is_set():
            self.fake.woken.wait(_COURIER_REST)
            self.fake.woken.clear()
            self.fake.tick()
            while not self._stopping.is_set() and webhooks.send_next(self.fake):
                pass


def serve(fake: FakeStripe, port: int = 0, courier: bool = False) -> Running:
    """Serve on 127.0.0.1, on a free port for 0. Without a courier nothing is delivered until ``fake.deliver()``."""
    return Running(fake, port, courier)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    fake: FakeStripe

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: whoever asked has gone away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "FakeStripe", ""
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 60
    server: _Server

    def _handle(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > _LARGEST:
            self.close_connection = True
            return self._send(
                json_answer(413, {"error": {"type": "invalid_request_error", "message": "Body too large."}})
            )
        body = self.rfile.read(int(length))
        try:
            self._send(self.server.fake.handle(self.command, self.path, dict(self.headers.items()), body))
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _handle

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the supervisor tells what matters."""
