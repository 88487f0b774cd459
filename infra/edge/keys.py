"""What the edge and the app know of each other: the word that CloudFront proves itself by, and keys that sign links.

Both are kept in SSM before anything uses them, so that a run that was cut short goes on with the same ones.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chalicelib.core import ids

PROOF, CONTENT_KEYS = "edge-proof", "content-keys"


def proof(ssm: Any, stage: str) -> str:
    """The word that CloudFront is to send; made where there is none."""
    return _kept(ssm, stage, PROOF, ids.secret).split()[0]


def public_keys(ssm: Any, stage: str) -> dict[str, str]:
    """The public half of each content key as PEM, by its slot, a or b; the first is made where there is none."""
    kept = _kept(ssm, stage, CONTENT_KEYS, lambda: json.dumps({"a": new_private_key()}))
    return {slot: public_pem(pem) for slot, pem in json.loads(kept).items()}


def add(ssm: Any, stage: str, slot: str) -> None:
    """A content key in that slot, where it is empty. Nobody sees it."""
    kept = json.loads(_kept(ssm, stage, CONTENT_KEYS, lambda: json.dumps({slot: new_private_key()})))
    if slot not in kept:
        text = json.dumps({**kept, slot: new_private_key()})
        ssm.put_parameter(Name=f"/lyceum/{stage}/{CONTENT_KEYS}", Value=text, Type="SecureString", Overwrite=True)


def new_private_key() -> str:
    return private_pem(generate_private_key(SECP256R1()))


def private_pem(key: EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(private: str) -> str:
    key = load_pem_private_key(private.encode(), None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _kept(ssm: Any, stage: str, name: str, make: Callable[[], str]) -> str:
    """Never overwrites: of two that make one at the same time, the first one's stands."""
    full_name = f"/lyceum/{stage}/{name}"
    with suppress(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name=full_name, Value=make(), Type="SecureString", Overwrite=False)
    return str(ssm.get_parameter(Name=full_name, WithDecryption=True)["Parameter"]["Value"])
