"""Moving the clock that all of the local platform shares."""

import os
import struct
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.core import clock


class MovableClock:
    """Moves ``core.clock`` for every process that reads the same LYCEUM_CLOCK_FILE."""

    @property
    def offset(self) -> float:
        """Seconds added to real time. The file holds them, so that several movers agree."""
        clock.timestamp()  # makes the file where it is missing
        return float(struct.unpack("<d", Path(os.environ["LYCEUM_CLOCK_FILE"]).read_bytes())[0])

    @offset.setter
    def offset(self, seconds: float) -> None:
        clock.timestamp()
        clock.move(seconds)

    def now(self) -> datetime:
        return clock.now()

    def advance(self, span: timedelta | None = None, **units: float) -> datetime:
        """Forward (or back) by a span, or by ``seconds=…``, ``hours=…``, ``days=…``. The new present."""
        self.offset += (span or timedelta(**units)).total_seconds()
        return clock.now()

    def set(self, moment: datetime) -> datetime:
        """Make this moment the present; the clock goes on from there."""
        self.offset += (moment - clock.now()).total_seconds()
        return clock.now()

    def reset(self) -> None:
        """Back to real time."""
        self.offset = 0.0
