"""Holds gridmen's positions for about a second, so that the engine gets them together and never one by one.

Whoever brings a position is never kept waiting: it is only put down here. Positions are the one thing that may be
lost: the next one comes in seconds. Nothing is judged or written here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from gateway.logs import logger
from routing_rules.messages import Address, PositionReport

log = logger(__name__)


class PositionBuffer:
    """Takes positions from any thread and hands them over when told to."""

    def __init__(self, submit: Callable[[tuple[PositionReport, ...]], object], *, most: int = 20_000) -> None:
        """``submit`` takes everything that was put down since the last time, in order, and raises when it could not;
        it is called outside any lock. ``most`` is how many positions are held. Raises ValueError for less than one.
        """
        if most < 1:
            raise ValueError("a buffer holds at least one position")
        self._submit = submit
        self._most = most
        self._lock = threading.Lock()
        self._taken = 0
        self._dropped = 0
        self._held, self._theirs = _empty()

    def add(self, report: PositionReport) -> None:
        """Put a position down. When full, the person's own oldest gives way, or the oldest of all."""
        with self._lock:
            if len(self._held) >= self._most:
                self._drop(report.sender)
            self._taken += 1
            self._held[self._taken] = report
            self._theirs.setdefault(report.sender, deque()).append(self._taken)

    def flush(self) -> int:
        """Hand over all that is held, in the order it came; returns how many were taken.

        What ``submit`` refuses is lost and not tried again: part of it may be written already.
        """
        with self._lock:
            held = tuple(self._held.values())
            self._held, self._theirs = _empty()
        if not held:
            return 0
        try:
            self._submit(held)
        except Exception:
            log.exception(
                "Positions could not be kept; the next ones will be.", action="positions_lost", lost=len(held)
            )
            return 0
        return len(held)

    @property
    def dropped(self) -> int:
        """How many positions gave way to later ones since the start."""
        return self._dropped

    def __len__(self) -> int:
        return len(self._held)

    def _drop(self, sender: Address) -> None:
        numbers = self._theirs.get(sender)
        if numbers:
            del self._held[numbers.popleft()]
        else:
            _, oldest = self._held.popitem(last=False)
            theirs = self._theirs[oldest.sender]
            theirs.popleft()
            if not theirs:
                del self._theirs[oldest.sender]
        self._dropped += 1


def _empty() -> tuple[OrderedDict[int, PositionReport], dict[Address, deque[int]]]:
    """Positions by number in the order they came, and each person's numbers."""
    return OrderedDict(), {}
