"""AWS on one machine: moto behind a front that serialises calls, counts, weighs and guards them, and can fail them.

moto is not safe under threads, so one lock holds every call. Where moto differs from AWS in what Lyceum relies on, the
front makes up for it: a transaction's ClientRequestToken is idempotent, long polls wait without holding the lock, TTL
and queue delays follow the movable clock, and a function may do what its policy allows. Run as
``python -m infra.local.emulator [PORT]`` or in a thread of a test.
"""

import hashlib
import io
import json
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime
from threading import Event, RLock
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from moto.core.config import default_user_config
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY
from moto.moto_api._internal import moto_api_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from chalicelib.core import clock
from infra.local import emulated_state, partitions, restore_adaptations, rollback, stack_adaptations, straight
from infra.local.capacity import Units
from infra.local.deploy_adaptations import adapted
from infra.local.emulator_desk import EmulatorDesk
from infra.local.fake_personalize.fake import FakePersonalize
from infra.local.faults import Faults, failing_answer
from infra.local.guard import Guard
from infra.local.http_front import HttpAnswer, HttpFront, HttpRequest
from infra.local.provisioning import Provisioner
from infra.local.weighing import Weighing
from infra.local.wire_meter import Call, Meter, name_call, name_caller

TOKEN_SECONDS = 600
"""DynamoDB remembers a transaction's ClientRequestToken for ten minutes."""

POLL_SECONDS = 0.05

_NO_MESSAGE = HttpAnswer(200, [("Content-Type", "application/x-amz-json-1.0")], b"{}")
"""What most polls find; moto takes a millisecond to say so."""

_INVOCATION = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


class Emulator:
    """AWS at ``url`` from ``start()`` to ``stop()``; one at a time in a process, for moto's state is the process's."""

    _running: ClassVar["Emulator | None"] = None

    def __init__(self, front: HttpFront | None = None) -> None:
        for service in ("lambda", "batch"):
            default_user_config[service]["use_docker"] = False
        emulated_state.follow_the_clock()
        emulated_state.fix_stream_labels()
        emulated_state.know_services()
        emulated_state.know_methods()
        emulated_state.tell_attributes_quickly()
        rollback.roll_back_items()
        partitions.query_partitions()
        emulated_state.tell_upserts_once()
        stack_adaptations.read_templates()
        emulated_state.know_lapsed_uploads()
        restore_adaptations.restore_as_aws_does()
        self.meter = Meter()
        self.faults = Faults()
        self.guard = Guard()
        self.mails: list[dict[str, Any]] = []
        """What SES was asked to send: SendEmail's parameters, oldest first."""
        self.personalize = FakePersonalize(self._lines_in)
        """moto knows nothing of it but schemas."""
        self.functions: dict[str, Callable[[dict[str, Any]], Any]] = {}
        """What Lambda's Invoke calls here, by name: moto would run Docker for it."""
        self._lock = RLock()
        self._stopping = Event()
        self._moto = adapted(DomainDispatcherApplication(create_backend_app))
        self._transactions: dict[str, tuple[float, str, HttpAnswer]] = {}
        self._desk = EmulatorDesk(self)
        self._front = front or HttpFront()

    @property
    def url(self) -> str:
        return self._front.url

    def start(self) -> None:
        """Raises RuntimeError where this process already runs one."""
        if Emulator._running is not None:
            raise RuntimeError("another emulator runs in this process: start this one in a process of its own")
        Emulator._running = self
        self._front.start(self._answer)

    def stop(self) -> None:
        """Forget everything, what was provisioned too."""
        self._stopping.set()
        self._front.stop()
        if Emulator._running is self:
            with self._lock:
                moto_api_backend.reset()
            Emulator._running = None

    def empty(self) -> None:
        """Forget what was stored, sent, counted and ordered to fail; keep what was provisioned."""
        with self._lock:
            emulated_state.empty()
            self._transactions.clear()
            self.mails.clear()
            self.personalize.clear()
        self.faults.clear()
        self.meter.reset()

    def sweep_expired(self, now: datetime | None = None) -> int:
        """Delete the items whose TTL has passed, by the movable clock unless told the time. How many."""
        with self._lock:
            return emulated_state.sweep_expired(now)

    @property
    def lock(self) -> RLock:
        """Held by every call; hold it to look into moto's state."""
        return self._lock

    def has_messages(self, queue: str) -> bool:
        """Whether a queue would give anything to who receives from it now."""
        with self._lock:
            return emulated_state.has_messages(queue)

    def has_changes(self, stream_arn: str, after: int | None) -> bool:
        """Whether a stream holds anything behind this sequence number; None: anything at all."""
        with self._lock:
            return emulated_state.has_changes(stream_arn, after)

    def _answer(self, request: HttpRequest) -> HttpAnswer | None:
        if request.target.startswith("/_emulator/"):
            return self._desk.answer(request)
        call = name_call(request)
        answer, units = self._guarded(call, request)
        status, body = (answer.status, answer.body) if answer else (0, b"")
        self.meter.note(call, request.body, status, body, units, name_caller(request))
        return answer

    def _guarded(self, call: Call, request: HttpRequest) -> tuple[HttpAnswer | None, Units]:
        """Refused where the function that asks may not; else answered, or made to fail."""
        if refused := self.guard.refusal(call, request):
            return refused, Units()
        fault = self.faults.take(call, request.body)
        if fault and fault.when == "before":
            return failing_answer(fault), Units()
        answer, units = self._weighed(call, request)
        answer = self.guard.in_place_of(answer, call, request)
        return failing_answer(fault) if fault else answer, units

    def _weighed(self, call: Call, request: HttpRequest) -> tuple[HttpAnswer, Units]:
        """The answer, and the request units that DynamoDB would charge for it, where anybody wants to know them."""
        wanted = _json(request.body) if call.service == "dynamodb" and self.meter.weighs else None
        if wanted is None:
            return self._perform(call, request), Units()
        with self._lock:
            weighing = Weighing(call.operation, wanted)
            repeated = self._remembered(wanted.get("ClientRequestToken")) is not None
            answer = self._perform(call, request)
            said = _json(answer.body) or {}

            def ask(other: dict[str, Any]) -> dict[str, Any]:
                return _json(self._ask_moto(_with_body(request, json.dumps(other).encode())).body) or {}

            return answer, weighing.units(answer.status, said, ask, repeated=repeated)

    def _perform(self, call: Call, request: HttpRequest) -> HttpAnswer:
        if invoked := _INVOCATION.fullmatch(urlsplit(request.target).path):
            return self._invoke(unquote(invoked[1]).rpartition(":")[2], request)
        if call.service == "personalize":
            return self.personalize.answer(call.operation, request.body)
        match call.name:
            case "sqs.ReceiveMessage":
                return self._receive(request)
            case "dynamodb.TransactWriteItems":
                return self._transact(request)
            case "ses.SendEmail":
                return self._send_email(request)
            case "cloudformation.ExecuteChangeSet":
                return self._execute_change_set(request)
        return self._ask_moto(request)

    def _invoke(self, name: str, request: HttpRequest) -> HttpAnswer:
        """As Lambda tells it: what a function raises is an answer, too."""
        if name not in self.functions:
            return self._ask_moto(request)
        try:
            return HttpAnswer(200, [], json.dumps(self.functions[name](json.loads(request.body))).encode())
        except Exception as error:
            said = {"errorType": type(error).__name__, "errorMessage": str(error)}
            return HttpAnswer(200, [("X-Amz-Function-Error", "Unhandled")], json.dumps(said).encode())

    def _receive(self, request: HttpRequest) -> HttpAnswer:
        """A long poll, as many short ones: moto would wait with the lock held."""
        wanted = json.loads(request.body or b"{}")
        queue = emulated_state.queue_named(str(wanted.get("QueueUrl", "")).rpartition("/")[2])
        if queue is None:
            return self._ask_moto(request)
        wait = wanted.get("WaitTimeSeconds", queue.receive_message_wait_time_seconds)
        short = _with_body(request, json.dumps({**wanted, "WaitTimeSeconds": 0}).encode())
        deadline = time.monotonic() + min(int(wait), 20)
        while self._waits_in(queue) or self._wait_for_message(queue, deadline):
            answer = self._ask_moto(short)
            if answer.status != 200 or b'"Messages"' in answer.body:
                return answer
        return _NO_MESSAGE

    def _waits_in(self, queue: Any) -> bool:
        with self._lock:
            return bool(queue.messages)

    def _wait_for_message(self, queue: Any, deadline: float) -> bool:
        while time.monotonic() < deadline and not self._stopping.wait(POLL_SECONDS):
            if self._waits_in(queue):
                return True
        return False

    def _transact(self, request: HttpRequest) -> HttpAnswer:
        """The same token and transaction succeed once and answer twice; the same token for another is refused."""
        wanted = json.loads(request.body)
        token = wanted.pop("ClientRequestToken", None)
        if token is None:
            return self._ask_moto(request)
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
        with self._lock:
            if remembered := self._remembered(token):
                _, known, answer = remembered
                return answer if known == digest else _token_reused()
            answer = self._ask_moto(request)
            if answer.status == 200:
                self._transactions[token] = (clock.timestamp(), digest, answer)
                self._forget_old_tokens()
            return answer

    def _remembered(self, token: str | None) -> tuple[float, str, HttpAnswer] | None:
        """When the transaction of this token was done, what it was and was answered."""
        known = self._transactions.get(token or "")
        return known if known and known[0] + TOKEN_SECONDS > clock.timestamp() else None

    def _forget_old_tokens(self) -> None:
        oldest = clock.timestamp() - TOKEN_SECONDS
        self._transactions = {token: known for token, known in self._transactions.items() if known[0] > oldest}

    def _send_email(self, request: HttpRequest) -> HttpAnswer:
        answer = self._ask_moto(request)
        if answer.status == 200:
            self.mails.append(json.loads(request.body))
        return answer

    def _execute_change_set(self, request: HttpRequest) -> HttpAnswer:
        """Then what moto's CloudFormation leaves out of our own stack is done through the SDK, outside its lock."""
        answer = self._ask_moto(request)
        with self._lock:
            parameters = stack_adaptations.parameters_of(request.body.decode())
        if answer.status == 200 and parameters:
            stage = parameters["Stage"]
            Provisioner(self.url, stage=stage, parameters=parameters).complete()
        return answer

    def _lines_in(self, place: str) -> list[str]:
        """Of all objects of a bucket whose keys begin so: ``s3://bucket/prefix``."""
        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        s3 = Provisioner(self.url).client("s3")
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        texts = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode() for each in found]
        return [line for text in texts for line in text.splitlines()]

    def _ask_moto(self, request: HttpRequest) -> HttpAnswer:
        if handler := straight.handler_of(request.headers.get("X-Amz-Target", "")):
            with self._lock:
                return straight.ask(handler, _environ(request))
        return self._ask_application(request)

    def _ask_application(self, request: HttpRequest) -> HttpAnswer:
        said: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            said[:] = [int(status.split()[0]), headers]

        with self._lock:
            chunks = self._moto(_environ(request), start_response)
            body = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
        return HttpAnswer(said[0], list(said[1]), body)


def _environ(request: HttpRequest) -> dict[str, Any]:
    """A request as WSGI describes it, in the way that moto expects of its own server."""
    parts = urlsplit(request.target)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(parts.path, "latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "REMOTE_ADDR": request.client,
        "SERVER_NAME": request.server[0],
        "SERVER_PORT": str(request.server[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.url_scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: {},
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            environ[f"HTTP_{key}"] = f"{environ[f'HTTP_{key}']},{value}" if f"HTTP_{key}" in environ else value
    return environ


def _json(body: bytes) -> dict[str, Any] | None:
    """None where it is no JSON object."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _with_body(request: HttpRequest, body: bytes) -> HttpRequest:
    return HttpRequest(request.method, request.target, request.headers, body, request.client, request.server)


def _token_reused() -> HttpAnswer:
    code = "IdempotentParameterMismatchException"
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "Message": "The token names another."})
    return HttpAnswer(400, [("Content-Type", "application/x-amz-json-1.0")], body.encode())


def main() -> None:
    emulator = Emulator(HttpFront(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
    done = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    emulator.start()
    print(emulator.url, flush=True)
    done.wait()
    emulator.stop()


if __name__ == "__main__":
    main()
