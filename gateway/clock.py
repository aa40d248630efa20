"""The time, handed down as a value: the only room that asks the machine for it, and it never sleeps.

Business time (deadlines, ledger, calendar) is `utcnow()`: the wall's, or in the sandbox the wall's plus a
forward-only offset, or all virtual in replay and tests. Leases and timeouts run on `monotonic()`.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the gateway asks for the time."""

    def utcnow(self) -> datetime:
        """Business time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for leases and timeouts; only differences mean anything."""
        ...


class WallClock:
    """The machine's own clocks."""

    def utcnow(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class OffsetClock:
    """The sandbox's clock: another clock's business time plus an offset that only grows; thread-safe."""

    def __init__(self, base: Clock, offset: timedelta = timedelta(0)) -> None:
        """Take up at a stored offset. Raises ValueError when it is negative."""
        if offset < timedelta(0):
            raise ValueError("a sandbox clock is never behind the wall")
        self._base = base
        self._offset = offset
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """How far ahead of its base the clock stands; to be stored, so that a restart does not go back."""
        return self._offset

    def utcnow(self) -> datetime:
        return self._base.utcnow() + self._offset

    def monotonic(self) -> float:
        return self._base.monotonic()

    def advance_to(self, moment: datetime) -> timedelta:
        """Move forward to an aware moment, return the new offset. Raises ValueError when it lies behind."""
        moment = _in_utc(moment)
        with self._lock:
            now = self.utcnow()
            if moment < now:
                raise ValueError(_goes_back(now, moment))
            self._offset += moment - now
            return self._offset


class VirtualClock:
    """A clock that stands still until it is moved: for replay and tests, where all time is virtual."""

    def __init__(self, start: datetime) -> None:
        """Stand at an aware moment. Raises ValueError when it is naive."""
        self._start = _in_utc(start)
        self._now = self._start

    def utcnow(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def move_to(self, moment: datetime) -> None:
        """Stand at a later aware moment. Raises ValueError when it lies behind."""
        moment = _in_utc(moment)
        if moment < self._now:
            raise ValueError(_goes_back(self._now, moment))
        self._now = moment

    def advance(self, duration: timedelta) -> None:
        """Move forward by a duration. Raises ValueError when it is negative."""
        self.move_to(self._now + duration)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a moment needs a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def _goes_back(now: datetime, moment: datetime) -> str:
    return f"the clock stands at {now.isoformat()} and does not go back to {moment.isoformat()}"
