"""Counts what crosses the wire to AWS, call by call: the measure that performance claims are made in."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.capacity import Units
from infra.local.http_front import HttpRequest

NOTHING = Units()

SUBRESOURCES = {
    ("POST", True, "uploads"): "CreateMultipartUpload",
    ("POST", True, "uploadId"): "CompleteMultipartUpload",
    ("PUT", True, "uploadId"): "UploadPart",
    ("GET", True, "uploadId"): "ListParts",
    ("DELETE", True, "uploadId"): "AbortMultipartUpload",
    ("PUT", True, "tagging"): "PutObjectTagging",
    ("GET", True, "tagging"): "GetObjectTagging",
    ("GET", False, "list-type"): "ListObjectsV2",
    ("GET", False, "uploads"): "ListMultipartUploads",
    ("GET", False, "versions"): "ListObjectVersions",
    ("POST", False, "delete"): "DeleteObjects",
}
REST = {
    "/v2/email/outbound-emails": "SendEmail",
    "/events": "PutEvents",
    "/items": "PutItems",
    "/personalize-ranking": "GetPersonalizedRanking",
    "/recommendations": "GetRecommendations",
}
"""Of services that name their operations by paths: SES, and Amazon Personalize."""

SETTINGS = {"cors", "lifecycle", "notification", "ownershipControls", "policy", "publicAccessBlock", "versioning"}
"""A bucket's own settings, asked for or set by a subresource."""

PLAIN = {
    ("GET", True): "GetObject",
    ("PUT", True): "PutObject",
    ("HEAD", True): "HeadObject",
    ("DELETE", True): "DeleteObject",
    ("HEAD", False): "HeadBucket",
    ("PUT", False): "CreateBucket",
    ("POST", False): "PostObject",
    ("GET", False): "ListObjects",
    ("DELETE", False): "DeleteBucket",
}


@dataclass(frozen=True)
class Call:
    """One request to AWS: ``dynamodb``, ``GetItem``."""

    service: str
    operation: str

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass(frozen=True)
class Exchange:
    """A call with all that was said, for meters that weigh what was sent and answered."""

    call: Call
    request: bytes
    status: int
    answer: bytes
    units: Units = NOTHING
    """The request units of a call to DynamoDB."""
    caller: str = ""
    """What the caller's SDK calls itself: AWS_SDK_UA_APP_ID."""


@dataclass
class Calls:
    """What was counted, by name: ``{"dynamodb.GetItem": 1}``; and the request units that DynamoDB would charge."""

    counts: Counter[str] = field(default_factory=Counter)
    units: Units = NOTHING

    def of(self, service: str) -> dict[str, int]:
        """The calls to one service, by operation."""
        return {name.partition(".")[2]: n for name, n in self.counts.items() if name.startswith(f"{service}.")}

    def total(self, service: str) -> int:
        return sum(self.of(service).values())


class Meter:
    """Every call since the last ``reset``, and what is counted or recorded for a while, then with its units."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._since_reset: Counter[str] = Counter()
        self._counting: list[Calls] = []
        self._recording: list[list[Exchange]] = []

    @property
    def calls(self) -> dict[str, int]:
        with self._lock:
            return dict(self._since_reset)

    @property
    def weighs(self) -> bool:
        """Whether anybody counts or records now, and wants to know the units of a call."""
        return bool(self._counting or self._recording)

    def reset(self) -> None:
        with self._lock:
            self._since_reset = Counter()

    @contextmanager
    def counting(self) -> Iterator[Calls]:
        """Count the calls made within; read the counts within or after."""
        calls = Calls()
        self._counting.append(calls)
        try:
            yield calls
        finally:
            self._counting = [other for other in self._counting if other is not calls]

    @contextmanager
    def recording(self) -> Iterator[list[Exchange]]:
        """Keep the whole requests and answers made within."""
        exchanges: list[Exchange] = []
        self._recording.append(exchanges)
        try:
            yield exchanges
        finally:
            self._recording = [other for other in self._recording if other is not exchanges]

    def note(
        self, call: Call, request: bytes, status: int, answer: bytes, units: Units = NOTHING, caller: str = ""
    ) -> None:
        with self._lock:
            self._since_reset[call.name] += 1
            for calls in self._counting:
                calls.counts[call.name] += 1
                calls.units += units
            for exchanges in self._recording:
                exchanges.append(Exchange(call, request, status, answer, units, caller))


def name_caller(request: HttpRequest) -> str:
    """The application that an SDK names in its User-Agent; empty where it names none."""
    products = request.headers.get("User-Agent", "").split()
    return next((product[4:] for product in products if product.startswith("app/")), "")


def name_call(request: HttpRequest) -> Call:
    """Which operation of which service a request asks for, read as AWS's front ends do."""
    service = _signed_service(request.headers.get("Authorization", ""))
    target = request.headers.get("X-Amz-Target", "")
    if target:
        prefix, _, operation = target.partition(".")
        return Call("dynamodbstreams" if prefix.startswith("DynamoDBStreams") else service, operation)
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        action = parse_qs(request.body.decode("utf-8", "replace")).get("Action")
        if action:
            return Call(service, action[0])
    return Call(service, _s3_operation(request) if service == "s3" else _rest_operation(request))


def _signed_service(authorization: str) -> str:
    """The service in the credential's scope; presigned and anonymous requests are for S3."""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3].lower() if len(scope) == 5 else "s3"


def _s3_operation(request: HttpRequest) -> str:
    parts = urlsplit(request.target)
    has_key = unquote(parts.path).strip("/").count("/") >= 1
    asked = parse_qs(parts.query, keep_blank_values=True)
    for (method, for_key, name), operation in SUBRESOURCES.items():
        if (method, for_key) == (request.method, has_key) and name in asked:
            return operation
    if request.method == "PUT" and "x-amz-copy-source" in request.headers:
        return "CopyObject"
    if not has_key and any(name in SETTINGS for name in asked):
        return f"{request.method} {next(iter(asked))}"
    return PLAIN.get((request.method, has_key), request.method)


def _rest_operation(request: HttpRequest) -> str:
    path = urlsplit(request.target).path
    if path in REST:
        return REST[path]
    return "Invoke" if path.endswith("/invocations") else f"{request.method} {path}"
