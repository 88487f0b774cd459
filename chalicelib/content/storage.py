"""The one place that talks to S3 about files: they wait in quarantine, and are kept in the content bucket."""

import hashlib
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError
from msgspec import Struct

from chalicelib.core import aws, settings
from chalicelib.core.errors import Conflict, Unprocessable

QUARANTINE = "quarantine"
CONTENT = "content"
_CHUNK = 1024 * 1024
_ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 8187: what filename* may hold unescaped, beside letters and digits
_WRONG_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML", "InvalidRequest"}


class PartsWrong(Unprocessable):
    """The parts do not make the file: one is missing, damaged or out of order."""

    en = "The parts do not make the file: send each part, then its number and ETag in order."
    zh = "分片无法组成完整文件：请上传所有分片，并按顺序提交编号和 ETag。"


class UploadLapsed(Conflict):
    """The parts were not joined in time, and are gone."""

    en = "This upload has lapsed: begin a new one."
    zh = "本次上传已失效：请重新开始。"


class Stored(Struct, frozen=True):
    """An object as it is now; ``etag`` changes whenever its bytes do."""

    etag: str
    bytes: int


def sign_upload(key: str, size: int, seconds: int) -> str:
    """An address that takes one PUT into quarantine, of exactly that size: the length is part of the signature."""
    return _signed("put_object", seconds, Bucket=settings.bucket(QUARANTINE), Key=key, ContentLength=size)


def begin_parts(key: str) -> str:
    """The id of a new multipart upload into quarantine."""
    return str(_s3().create_multipart_upload(Bucket=settings.bucket(QUARANTINE), Key=key)["UploadId"])


def sign_part(key: str, multipart_id: str, number: int, size: int, seconds: int) -> str:
    """An address that takes one PUT of one part, of exactly that size."""
    part = {"UploadId": multipart_id, "PartNumber": number, "ContentLength": size}
    return _signed("upload_part", seconds, Bucket=settings.bucket(QUARANTINE), Key=key, **part)


def join_parts(key: str, multipart_id: str, etags: list[str]) -> None:
    """Make one object of the parts. Raises PartsWrong, or UploadLapsed where there is no such upload any more."""
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
    try:
        _s3().complete_multipart_upload(
            Bucket=settings.bucket(QUARANTINE), Key=key, UploadId=multipart_id, MultipartUpload={"Parts": parts}
        )
    except ClientError as error:
        if aws.error_code(error) == "NoSuchUpload":
            raise UploadLapsed from error
        if aws.error_code(error) in _WRONG_PARTS:
            raise PartsWrong(field="parts") from error
        raise


def inspect(key: str) -> Stored | None:
    """What lies in quarantine under this key, if anything does."""
    try:
        head = _s3().head_object(Bucket=settings.bucket(QUARANTINE), Key=key)
    except ClientError as error:
        if aws.error_code(error) in ("404", "NoSuchKey", "NotFound"):
            return None
        raise
    return Stored(head["ETag"], head["ContentLength"])


def read(key: str, etag: str, at_most: int) -> tuple[bytes, str]:
    """The first bytes of an object in quarantine, and the SHA-256 of all of it in hex.

    Raises ClientError where the object is another by now.
    """
    body = _s3().get_object(Bucket=settings.bucket(QUARANTINE), Key=key, IfMatch=etag)["Body"]
    digest, kept = hashlib.sha256(), bytearray()
    for chunk in body.iter_chunks(_CHUNK):
        digest.update(chunk)
        kept += chunk[: at_most - len(kept)]
    return bytes(kept), digest.hexdigest()


def keep(key: str, etag: str, to: str, media_type: str) -> None:
    """Copy an object, the very one that was read, from quarantine to the content bucket."""
    _s3().copy_object(
        CopySource={"Bucket": settings.bucket(QUARANTINE), "Key": key},
        CopySourceIfMatch=etag,
        Bucket=settings.bucket(CONTENT),
        Key=to,
        ContentType=media_type,
        MetadataDirective="REPLACE",
    )


def write(key: str, text: str, media_type: str) -> None:
    """Put what was derived from files or rows into the content bucket."""
    _s3().put_object(Bucket=settings.bucket(CONTENT), Key=key, Body=text.encode(), ContentType=media_type)


def discard(key: str) -> None:
    """Take an object out of quarantine, whether or not it is there."""
    _s3().delete_object(Bucket=settings.bucket(QUARANTINE), Key=key)


def forget(keys: list[str]) -> None:
    """Take objects that nothing refers to out of the content bucket."""
    for key in keys:
        _s3().delete_object(Bucket=settings.bucket(CONTENT), Key=key)


def sign_download(key: str, name: str, media_type: str, seconds: int, *, inline: bool = False) -> str:
    """An address that gives a file of the content bucket, under its own name, to whoever holds it."""
    if settings.value("CONTENT_DOMAIN"):
        from chalicelib.content import content_domain

        return content_domain.sign(key, disposition(name, inline=inline), media_type, seconds)
    return sign_directly(key, name, media_type, seconds, inline=inline)


def sign_directly(key: str, name: str, media_type: str, seconds: int, *, inline: bool = False) -> str:
    """The same at S3 itself, for what the content domain does not deliver."""
    return _signed(
        "get_object",
        seconds,
        Bucket=settings.bucket(CONTENT),
        Key=key,
        ResponseContentType=media_type,
        ResponseContentDisposition=disposition(name, inline=inline),
    )


def disposition(name: str, *, inline: bool) -> str:
    """Content-Disposition (RFC 6266): a plain name for old clients, the real one in UTF-8."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    how = "inline" if inline else "attachment"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"


def _signed(operation: str, seconds: int, **parameters: Any) -> str:
    return str(_s3().generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds))


def _s3() -> Any:
    return aws.client("s3")
