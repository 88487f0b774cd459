"""Moving the clock that all of the local platform shares."""

from datetime import datetime, timedelta

from chalicelib.core import clock


class MovableClock:
    """Moves ``core.clock`` for every process that reads the same LYCEUM_CLOCK_FILE."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> datetime:
        return clock.now()

    def advance(self, span: timedelta | None = None, **units: float) -> datetime:
        """Forward (or back) by a span, or by ``seconds=…``, ``hours=…``, ``days=…``. The new present."""
        self._move(self._offset + (span or timedelta(**units)).total_seconds())
        return clock.now()

    def set(self, moment: datetime) -> datetime:
        """Make this moment the present; the clock goes on from there."""
        self._move(self._offset + (moment - clock.now()).total_seconds())
        return clock.now()

    def reset(self) -> None:
        """Back to real time."""
        self._move(0.0)

    def _move(self, offset: float) -> None:
        clock.move(offset)
        self._offset = offset
