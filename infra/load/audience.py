"""The readers of a load run, as they stand before it: each registered, each with the works that cost nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.demo import buying
from infra.demo.caller import Caller
from infra.demo.cast import Part
from infra.local.supervisor import LocalPlatform

AT_ONCE = 4


def gather(platform: LocalPlatform, number: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """What each reader needs to know, for ``mix.Reader``."""
    stranger = Caller(platform)
    cards = stranger.get("/v1/works", limit=50)["items"]
    free = [card["work_id"] for card in cards if not any(card["prices"].values())]
    files = {work_id: stranger.get(f"/v1/works/{work_id}")["files"][0]["file_id"] for work_id in free}
    common = {
        "works": [card["work_id"] for card in cards],
        "owned": list(files.items()),
        "to_buy": [card["work_id"] for card in cards if card["prices"].get("usd")],
    }
    readers = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for token in pool.map(lambda place: _join(platform, place, free), range(number)):
            readers.append(common | {"token": token})
            if len(readers) % 8 == 0 or len(readers) == number:
                say(f"{len(readers)} of {number} readers registered")
    return readers


def _join(platform: LocalPlatform, place: int, free: list[str]) -> str:
    reader = Caller(platform, Part(f"load-{place}", f"Reader {place}", "reader", "en", "Europe/Dublin")).join()
    for work_id in free:
        buying.order(reader, "usd", work_id)
    return reader.token
