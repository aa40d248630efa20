"""Moves the sandbox's clock forward, event by event, so that every text carries its own time; it never goes back."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.clock import OffsetClock
from gateway.items import Beat, Beaten, MoveClock
from gateway.runtime import Runtime
from routing_rules.working_time import WorkCalendar
from storage import deadlines, outbox
from storage.texts import TextStatus

#: No single move goes further.
FARTHEST = timedelta(days=400)
#: Seconds of the wall that one request may spend on moving; the page asks again for the rest.
BUDGET = 4.0
#: A send under way in another thread is waited for so many times so many seconds.
_WAITS = 200
_BLINK = 0.01
#: What stays due after everything was done is looked at again this much later, then twice as much, and so on.
_NUDGE = timedelta(seconds=1)


class ClockMover:
    """Moves one runtime's clock; one move at a time."""

    def __init__(self, runtime: Runtime) -> None:
        """Raises TypeError when the clock is the wall's, which nobody moves."""
        if not isinstance(runtime.clock, OffsetClock):
            raise TypeError("only the sandbox has a clock that can be moved")
        self._runtime = runtime
        self._clock = runtime.clock
        self._moving = threading.Lock()

    def next_event(self) -> datetime | None:
        """When something happens next by itself: a deadline, or a text that waits for its time."""
        with self._runtime.database.reading() as connection:
            moments = (deadlines.next_wake(connection), outbox.next_due(connection))
        return min((moment for moment in moments if moment is not None), default=None)

    def move_to(self, target: datetime) -> bool:
        """Let time pass up to an aware moment. Returns whether it was reached within the budget.

        Raises ValueError for one that lies behind or too far ahead, DatabaseError, EngineStopped.
        """
        with self._moving:
            now = self._clock.utcnow()
            if target < now:
                raise ValueError("the clock only moves forward")
            if target - now > FARTHEST:
                raise ValueError(f"one move is {FARTHEST.days} days at most")
            return self._pass_events(target, self._clock.monotonic() + BUDGET)

    def _pass_events(self, target: datetime, until: float) -> bool:
        stuck: datetime | None = None
        nudge = _NUDGE
        while True:
            self.settle()
            if self._clock.monotonic() > until:
                return False
            coming = self.next_event()
            if coming is None or coming > target:
                break
            if coming > self._clock.utcnow():
                self._step(coming)
            elif coming != stuck:
                stuck = coming
            else:
                self._step(min(self._clock.utcnow() + nudge, target))
                nudge *= 2
                if self._clock.utcnow() >= target:
                    break
        self._step(target)
        self.settle()
        return True

    def _step(self, moment: datetime) -> None:
        try:
            offset = self._clock.advance_to(moment)
        except ValueError:
            return  # the clock runs on by itself and has got there meanwhile
        self._runtime.engine.do(MoveClock(offset))

    def settle(self) -> None:
        """Do everything that is due at this moment, and wait until its texts have left."""
        waits = 0
        while waits <= _WAITS:
            beaten: Beaten = self._runtime.engine.do(Beat())
            if self._runtime.dispatcher.run_once() or beaten.more:
                continue
            # The dispatcher's own thread may hold some: with the clock ahead they would carry the wrong time.
            if not self._under_way():
                return
            waits += 1
            threading.Event().wait(_BLINK)

    def _under_way(self) -> bool:
        with self._runtime.database.reading() as connection:
            return TextStatus.SENDING in outbox.count_statuses(connection)


def next_working_morning(calendar: WorkCalendar, now: datetime) -> datetime:
    """The first opening of a working day after an aware moment."""
    zone = ZoneInfo(calendar.zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(0), tzinfo=zone)
    opening = calendar.opens_at(midnight)
    return opening if opening > now else calendar.opens_at(midnight + timedelta(days=1))
