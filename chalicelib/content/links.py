"""Links to kept files. Whoever makes one has checked first that its holder may read the file."""

from datetime import timedelta

from msgspec import Struct

from chalicelib.catalog.works import FileRef
from chalicelib.content import storage
from chalicelib.core import clock

SECONDS = 300
HTML = "text/html; charset=utf-8"
_SHOWN = ("application/pdf", "audio/", "video/", "text/plain", "text/markdown", "text/vtt")


class FileLink(Struct):
    """``url`` works for anybody who has it, until ``expires_at``, and takes Range requests. ``reading_url`` shows the
    same as safe HTML, where there is any."""

    file_id: str
    name: str
    media_type: str
    bytes: int
    url: str
    reading_url: str | None
    expires_at: str


def sign(file: FileRef) -> FileLink:
    """Calls no service. An original in HTML is offered for saving, never shown: nobody made it safe."""
    inline = file.media_type.startswith(_SHOWN)
    return FileLink(
        file_id=file.file_id,
        name=file.name,
        media_type=file.media_type,
        bytes=file.bytes,
        url=storage.sign_download(file.key, file.name, file.media_type, SECONDS, inline=inline),
        reading_url=_reading_url(file),
        expires_at=clock.rfc3339(clock.now() + timedelta(seconds=SECONDS)),
    )


def _reading_url(file: FileRef) -> str | None:
    if file.rendition is None:
        return None
    return storage.sign_download(file.rendition, f"{file.name}.html", HTML, SECONDS, inline=True)
