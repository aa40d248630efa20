"""Deadlines: one clock of a case, from its start to its end; what follows an end is never decided here.

A deadline is a frozen value; each function returns the next one. Moments are aware and in UTC. The first
end wins: to meet, cancel or expire a deadline that has ended returns it as it is, so that it is never
both met and overdue. A deadline keeps its due time when the calendar changes; what is left and what an
extension adds are counted by the calendar of the moment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from routing_rules.working_time import Limit, WorkCalendar, share


class DeadlineKind(StrEnum):
    """What is waited for. At most one of a kind runs per case or assignment."""

    #: The whole case; it survives every transfer.
    OVERALL = "overall"
    #: An office on the ladder handles the case or passes it up.
    PASS_UP = "pass_up"  # noqa: S105 - no password
    #: The department accepts the task.
    ACCEPT = "accept"
    #: The department reports a result.
    FINISH = "finish"
    #: The resident answers our question.
    QUESTION = "question"
    #: The district finds another department for a returned task.
    REDISPATCH = "redispatch"
    #: A suspended case is looked at again.
    REVIEW = "review"
    #: A gridman looks whether the matter is real.
    VERIFY = "verify"
    #: Somebody else than the handler looks whether the result is real.
    CHECK = "check"
    #: Residents may reopen the case.
    FEEDBACK = "feedback"
    #: A gridman's report is complete: its parts came together and are proposed back to him.
    PROPOSE = "propose"
    #: A supervisor acts on an overtime.
    SUPERVISE = "supervise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One clock of a case. ``key`` is its identity."""

    case_number: int
    kind: DeadlineKind
    #: How many deadlines of this kind the case had before.
    round: int
    #: The assignment it belongs to, None when it is the case's own.
    assignment: int | None
    limit: Limit
    #: From when on time counts; working time starts with the hours.
    started_at: datetime
    due_at: datetime
    #: When something must happen next: the next warning or the due time. None while paused and after the end.
    wake_at: datetime | None
    #: Shares of the whole time, in percent, at which somebody is warned.
    thresholds: tuple[int, ...] = ()
    #: Thresholds that have fired, each once.
    warned: tuple[int, ...] = ()
    #: Minutes that approved extensions added, in the limit's own kind of time.
    extended: int = 0
    met_at: datetime | None = None
    #: When it was found to have run out, never before ``due_at``.
    fired_at: datetime | None = None
    cancelled_at: datetime | None = None
    #: Since when it stands still; ``due_at`` means nothing until it is resumed.
    paused_at: datetime | None = None

    @property
    def key(self) -> tuple[int, DeadlineKind, int]:
        """Case, kind and round: unique for ever."""
        return self.case_number, self.kind, self.round

    @property
    def running(self) -> bool:
        """Not ended; a paused deadline still runs in this sense."""
        return self.met_at is None and self.fired_at is None and self.cancelled_at is None


def start(
    calendar: WorkCalendar,
    *,
    case_number: int,
    kind: DeadlineKind,
    round: int,
    assignment: int | None,
    limit: Limit,
    now: datetime,
    thresholds: tuple[int, ...] = (),
) -> Deadline:
    """A new deadline. In working time its window begins with the hours, unless it is due at once (amount 0).

    Raises ValueError when a threshold lies outside 0 to 100 percent.
    """
    if any(not 0 <= percent <= 100 for percent in thresholds):
        raise ValueError(f"thresholds lie between 0 and 100 percent, not at {thresholds}")
    begins = calendar.opens_at(now) if limit.unit.is_working_time and limit.amount else now
    deadline = Deadline(
        case_number=case_number,
        kind=kind,
        round=round,
        assignment=assignment,
        limit=limit,
        started_at=begins,
        due_at=calendar.add(begins, limit),
        wake_at=None,
        thresholds=tuple(sorted(set(thresholds))),
    )
    return _wound(deadline, now, calendar)


def meet(deadline: Deadline, now: datetime) -> Deadline:
    """What was waited for has happened."""
    return replace(deadline, met_at=now, wake_at=None) if deadline.running else deadline


def cancel(deadline: Deadline, now: datetime) -> Deadline:
    """Nobody waits any longer."""
    return replace(deadline, cancelled_at=now, wake_at=None) if deadline.running else deadline


def expire(deadline: Deadline, now: datetime) -> Deadline:
    """It ran out. Raises ValueError when it is paused or not due yet: nothing fires early."""
    if not deadline.running:
        return deadline
    if deadline.paused_at is not None or now < deadline.due_at:
        raise ValueError(f"{deadline.key} is not due at {now.isoformat()}")
    return replace(deadline, fired_at=now, wake_at=None)


def warn(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> tuple[Deadline, tuple[int, ...]]:
    """The deadline with every threshold marked that was reached, and those of them that fired just now."""
    if not _ticking(deadline) or now < deadline.started_at:
        return deadline, ()
    fired = tuple(p for p in _ahead(deadline) if not _still(deadline, p, now, calendar))
    return _wound(replace(deadline, warned=deadline.warned + fired), now, calendar), fired


def pause(deadline: Deadline, now: datetime) -> Deadline:
    """Stop the clock (an approved suspension). An ended or paused deadline stays as it is."""
    return replace(deadline, paused_at=now, wake_at=None) if _ticking(deadline) else deadline


def resume(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> Deadline:
    """Let the clock run on with the time that was left at the pause. What was overdue keeps its due time."""
    if not deadline.running or deadline.paused_at is None:
        return deadline
    due = deadline.due_at
    if due > deadline.paused_at:
        due = calendar.after(now, _left(deadline, now, calendar), deadline.limit.unit)
    return _wound(replace(deadline, paused_at=None, due_at=due), now, calendar)


def extend(deadline: Deadline, minutes: int, now: datetime, calendar: WorkCalendar) -> Deadline:
    """Give more time: working minutes where the limit is in working time, else wall minutes.

    Raises ValueError when the deadline has ended or the minutes are negative.
    """
    if not deadline.running:
        raise ValueError(f"{deadline.key} has ended and cannot be extended")
    due = calendar.extend(deadline.due_at, minutes, deadline.limit.unit)
    return _wound(replace(deadline, due_at=due, extended=deadline.extended + minutes), now, calendar)


def left(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> float:
    """Minutes of the limit's own kind of time that are left; 0 when it is overdue or has ended."""
    return _left(deadline, now, calendar) / timedelta(minutes=1) if deadline.running else 0.0


def _left(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> timedelta:
    return calendar.elapsed(deadline.paused_at or now, deadline.due_at, deadline.limit.unit)


def _ticking(deadline: Deadline) -> bool:
    return deadline.running and deadline.paused_at is None


def _ahead(deadline: Deadline) -> tuple[int, ...]:
    return tuple(percent for percent in deadline.thresholds if percent not in deadline.warned)


def _still(deadline: Deadline, percent: int, now: datetime, calendar: WorkCalendar) -> timedelta:
    """How much time must still pass until the threshold is reached; nothing when it has been."""
    whole = calendar.whole(deadline.started_at, deadline.limit) + timedelta(minutes=deadline.extended)
    passed = whole - _left(deadline, now, calendar)
    return max(share(whole, percent) - passed, timedelta())


def _wound(deadline: Deadline, now: datetime, calendar: WorkCalendar) -> Deadline:
    """The deadline with its next moment set: the lowest threshold ahead or the due time, whichever is first.

    A threshold that was passed without a warning is due now.
    """
    if not _ticking(deadline):
        return replace(deadline, wake_at=None)
    wake = deadline.due_at
    ahead = _ahead(deadline)
    if ahead:
        since = max(now, deadline.started_at)
        reached = calendar.after(since, _still(deadline, ahead[0], now, calendar), deadline.limit.unit)
        wake = min(wake, reached)
    return replace(deadline, wake_at=wake)
