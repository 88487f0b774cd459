"""Signed links to the content domain: CloudFront checks them at the edge, then takes the file from S3.

Loaded only where a stage has such a domain, because it brings `cryptography`. A canned policy covers the whole address
with its query, so neither the file, nor its name, nor its type, nor the time can be changed by who holds the link.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html
"""

import json
from datetime import timedelta
from functools import cache
from urllib.parse import quote, urlencode

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chalicelib.core import clock, settings
from chalicelib.core.secrets import secret


class NoSuchKey(Exception):
    """CONTENT_KEY names no P-256 key among the secret content-keys."""


def sign(key: str, disposition: str, media_type: str, seconds: int) -> str:
    """An address that gives the object until then. Calls no service but for the secret, once a container."""
    shown_as = {"response-content-disposition": disposition, "response-content-type": media_type}
    address = f"https://{settings.value('CONTENT_DOMAIN')}/{quote(key)}?{urlencode(shown_as, quote_via=quote, safe='')}"
    signer = CloudFrontSigner(settings.value("CONTENT_KEY_PAIR_ID"), _signature)
    signed = signer.generate_presigned_url(address, date_less_than=clock.now() + timedelta(seconds=seconds))
    return f"{signed}&Hash-Algorithm=SHA256"


def _signature(policy: bytes) -> bytes:
    slot = settings.value("CONTENT_KEY")
    pem = json.loads(secret("content-keys")).get(slot)
    key = _key(pem) if pem else None
    if not isinstance(key, EllipticCurvePrivateKey):
        raise NoSuchKey(slot)
    return key.sign(policy, ECDSA(SHA256()))


@cache
def _key(pem: str) -> PrivateKeyTypes:
    return load_pem_private_key(pem.encode(), None)
