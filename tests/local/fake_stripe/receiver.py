"""A little endpoint that webhooks are sent to, over HTTP."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

SECRET = "whsec_test_lyceum"


class Receiver:
    """Keeps what it gets, verified by the SDK; answers the statuses that it is told to, then 200."""

    def __init__(self):
        self.events, self.headers, self.answers = [], [], []
        self.secret = SECRET
        self.arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"

    @property
    def types(self):
        return [event.type for event in self.events]

    def wait_for(self, count):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.events) >= count, timeout=20), self.types

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def _handler(receiver):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                # The SDK's own tolerance knows only real time; 0 turns it off.
                event = stripe.Webhook.construct_event(
                    body, self.headers["Stripe-Signature"], receiver.secret, tolerance=0
                )
                with receiver.arrived:
                    receiver.events.append(event)
                    receiver.headers.append(dict(self.headers.items()))
                    status = receiver.answers.pop(0) if receiver.answers else 200
                    receiver.arrived.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Quiet."""

        return Handler
