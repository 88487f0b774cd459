"""So many units a second and no more, however many threads spend them."""

import threading
import time


class Pace:
    """Units are counted once they were spent, for only the answer tells how many; whoever comes next waits for them."""

    def __init__(self, units_per_second: float) -> None:
        self._rate, self._lock, self._free_at = units_per_second, threading.Lock(), time.monotonic()

    def spend(self, units: float) -> None:
        """Returns when these units are within the pace."""
        with self._lock:
            self._free_at = max(self._free_at, time.monotonic()) + units / self._rate
            wait = self._free_at - time.monotonic()
        if wait > 0:
            time.sleep(wait)
