"""The cards of all works in one object: the row of what changed (``fresh``) is merged into it when it has grown.

What was merged and withdrawn stays in the row until memories are sure to be newer.
"""

import zlib
from collections.abc import Iterable

import msgspec

from chalicelib.core import clock, tables
from chalicelib.core.transactions import all_or_nothing
from chalicelib.recommend import fresh, revisions, storage, works
from chalicelib.recommend.fresh import Changed
from chalicelib.recommend.models import FRESH, ShelfRow

KEY = "cards/cards.json.z"
MOST = 64
"""More in the row, and it is merged: some 20 KB."""
MEMORY_SECONDS = 60
"""How old what somebody remembers may be."""
MARGIN = 4
"""Times that long a withdrawal stays in the row after it was merged."""


@revisions.persistent
def take_over(work_ids: Iterable[str]) -> None:
    """Say in the row what these works are now."""
    (row,) = tables.batch_get([fresh.key()], consistent=True)
    row = row or ShelfRow(FRESH, shown={})
    entries = _kept(fresh.entries(row))
    for found in works.find(sorted(work_ids)):
        if works.known(found):
            entries[found.owner.partition("#")[2]] = Changed(found.version, found.withdrawn, works.on_show(found))
    if sum(not entry.merged_at for entry in entries.values()) > MOST:
        entries = _merge(entries)
    if entries != fresh.entries(row):
        row.shown = msgspec.to_builtins(entries)
        with all_or_nothing() as tx:
            revisions.replace(tx, row)


def read(content: bytes | None) -> dict[str, Changed]:
    """What a snapshot's object says, by work."""
    return msgspec.json.decode(zlib.decompress(content), type=dict[str, Changed]) if content else {}


def _kept(entries: dict[str, Changed]) -> dict[str, Changed]:
    oldest = clock.timestamp() - MEMORY_SECONDS * MARGIN
    return {work_id: entry for work_id, entry in entries.items() if not entry.merged_at or entry.merged_at > oldest}


def _merge(entries: dict[str, Changed]) -> dict[str, Changed]:
    """Into the snapshot; what is left for the row. Done again, or by two at once, it ends the same."""
    storage.rewrite(KEY, lambda content: _with(read(content), entries))
    now = clock.timestamp()
    return {
        work_id: Changed(entry.version, entry.withdrawn, None, entry.merged_at or now)
        for work_id, entry in entries.items()
        if entry.card is None
    }


def _with(known: dict[str, Changed], entries: dict[str, Changed]) -> bytes:
    known |= {
        work_id: Changed(entry.version, entry.withdrawn, entry.card)
        for work_id, entry in entries.items()
        if entry.is_later(known.get(work_id))
    }
    return zlib.compress(msgspec.json.encode(known), 6)
