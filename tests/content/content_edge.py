"""The content domain in tests: a server that checks signed links as CloudFront does, then gives ranges from the bucket.

Canned policies alone, as https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/
private-content-creating-signed-url-canned-policy.html has them: the policy is built from the address that was asked
for, without what CloudFront adds, and from the time that it names; the signature must be over exactly that.
"""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from chalicelib.core import clock
from infra.local.http_front import HttpAnswer, HttpFront, HttpRequest

SIGNING = ("Expires", "Signature", "Key-Pair-Id", "Hash-Algorithm")
FORWARDED = {
    "response-content-disposition": "ResponseContentDisposition",
    "response-content-type": "ResponseContentType",
}


class Refused(Exception):
    """CloudFront answers 403."""


class ContentEdge:
    """Trusts the keys of one group, by their ids. Its domain is what it is called by; it listens at ``url``."""

    def __init__(self, domain: str, keys: dict[str, EllipticCurvePublicKey], s3: Any, bucket: str) -> None:
        self.domain, self._keys, self._s3, self._bucket = domain, keys, s3, bucket
        self._front = HttpFront()
        self._front.start(self._answer)

    def stop(self) -> None:
        self._front.stop()

    def reached_by(self, link: str) -> str:
        """Where a link to the domain leads while there is no such domain."""
        scheme_and_domain, _, rest = link.partition(f"{self.domain}/")
        assert scheme_and_domain == "https://"
        return f"{self._front.url}/{rest}"

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        path, _, query = request.target.partition("?")
        try:
            self._must_be_signed(path, query)
            return self._object(unquote(path[1:]), dict(parse_qsl(query)), request.headers.get("Range"))
        except Refused as reason:
            return HttpAnswer(403, body=str(reason).encode())

    def _must_be_signed(self, path: str, query: str) -> None:
        pairs = [part.partition("=") for part in query.split("&")]
        said = {name: text for name, _, text in pairs if name in SIGNING}
        own = "&".join(f"{name}={text}" for name, _, text in pairs if name not in SIGNING)
        key = self._keys.get(said.get("Key-Pair-Id", ""))
        if key is None:
            raise Refused("MissingKey")
        if not said.get("Expires", "").isdigit() or int(said["Expires"]) <= clock.timestamp():
            raise Refused("AccessDenied")
        policy = _canned_policy(f"https://{self.domain}{path}" + (f"?{own}" if own else ""), int(said["Expires"]))
        hashed = {"SHA256": SHA256(), None: SHA1()}[said.get("Hash-Algorithm")]
        try:
            key.verify(_decoded(said.get("Signature", "")), policy, ECDSA(hashed))
        except (InvalidSignature, ValueError):
            raise Refused("AccessDenied") from None

    def _object(self, key: str, query: dict[str, str], asked: str | None) -> HttpAnswer:
        """Only what the origin request policy lets through reaches S3."""
        wish = {FORWARDED[name]: text for name, text in query.items() if name in FORWARDED}
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=key, **wish, **({"Range": asked} if asked else {}))
        except ClientError:
            raise Refused("AccessDenied") from None
        headers = found["ResponseMetadata"]["HTTPHeaders"]
        kept = [(name, headers[name]) for name in ("content-type", "content-disposition", "content-range", "etag")
                if name in headers]  # fmt: skip
        return HttpAnswer(found["ResponseMetadata"]["HTTPStatusCode"], kept, found["Body"].read())


def _canned_policy(resource: str, expires: int) -> bytes:
    condition = {"DateLessThan": {"AWS:EpochTime": expires}}
    policy = {"Statement": [{"Resource": resource, "Condition": condition}]}
    return json.dumps(policy, separators=(",", ":")).encode()


def _decoded(signature: str) -> bytes:
    return base64.b64decode(signature.translate(str.maketrans("-_~", "+=/")), validate=True)
