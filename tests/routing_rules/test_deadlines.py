"""Deadlines: what happens to one clock, told as stories, and any mixture of it against counting minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules import deadlines
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.working_time import Limit, Unit, WorkCalendar
from tests.routing_rules.minute_oracle import MINUTE, MinuteOracle, offices, starts

DINGHAI = WorkCalendar(zone="Asia/Shanghai", hours=((time(8, 30), time(12)), (time(13, 30), time(17))), country="CN")


def on(text: str) -> datetime:
    """A moment of August 2026 in Dinghai ("18 09:20"), in UTC."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-08-{day} {clock}").replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def started(limit: str, now: str, thresholds: tuple[int, ...] = ()) -> Deadline:
    return deadlines.start(
        DINGHAI,
        case_number=1042,
        kind=DeadlineKind.FINISH,
        round=0,
        assignment=3,
        limit=Limit.parse(limit),
        now=on(now),
        thresholds=thresholds,
    )


def test_a_window_of_three_minutes_wakes_when_it_is_due():
    window = started("3 working_minutes", "18 09:20:04")
    assert window.key == (1042, DeadlineKind.FINISH, 0)
    assert (window.started_at, window.due_at, window.wake_at) == (
        on("18 09:20:04"),
        on("18 09:23:04"),
        on("18 09:23:04"),
    )
    assert window.running


def test_a_window_that_opens_at_night_starts_with_duty():
    window = started("3 working_minutes", "18 02:00")
    assert (window.started_at, window.due_at) == (on("18 08:30"), on("18 08:33"))


def test_an_urgent_window_at_night_runs_by_the_wall():
    window = started("3 wall_minutes", "18 02:00")
    assert (window.started_at, window.due_at) == (on("18 02:00"), on("18 02:03"))


@pytest.mark.parametrize("unit", list(Unit))
def test_a_window_of_nothing_is_due_at_once_even_at_night(unit):
    window = started(f"0 {unit}", "18 02:00", (50, 80))
    assert window.started_at == window.due_at == window.wake_at == on("18 02:00")
    warned, fired = deadlines.warn(window, on("18 02:00"), DINGHAI)
    assert fired == (50, 80)
    assert warned.wake_at == on("18 02:00")


def test_each_threshold_warns_once_and_then_the_due_time_wakes():
    task = started("1 end_of_working_day", "18 09:30", (80, 50))
    assert task.thresholds == (50, 80)
    assert task.wake_at == on("18 14:00")
    early, fired = deadlines.warn(task, on("18 13:59"), DINGHAI)
    assert (early, fired) == (task, ())
    task, fired = deadlines.warn(task, on("18 14:00"), DINGHAI)
    assert (fired, task.warned, task.wake_at) == ((50,), (50,), on("18 15:48"))
    again, fired = deadlines.warn(task, on("18 14:00"), DINGHAI)
    assert (again, fired) == (task, ())
    task, fired = deadlines.warn(task, on("18 15:48"), DINGHAI)
    assert (fired, task.warned, task.wake_at) == ((80,), (50, 80), on("18 17:00"))


def test_after_an_outage_the_thresholds_that_were_passed_are_reported_together():
    task = started("420 working_minutes", "18 08:30", (50, 80))
    task, fired = deadlines.warn(task, on("19 11:00"), DINGHAI)
    assert (fired, task.wake_at) == ((50, 80), on("18 17:00"))


def test_nothing_is_warned_before_the_hours_begin():
    task = started("420 working_minutes", "18 02:00", (0, 50))
    assert task.wake_at == on("18 08:30")
    assert deadlines.warn(task, on("18 03:00"), DINGHAI) == (task, ())
    assert deadlines.warn(task, on("18 08:30"), DINGHAI)[1] == (0,)


def test_a_deadline_never_fires_early():
    task = started("420 working_minutes", "18 08:30")
    with pytest.raises(ValueError, match="is not due at 2026-08-18T08:59"):
        deadlines.expire(task, on("18 16:59"))
    with pytest.raises(ValueError, match="is not due"):
        deadlines.expire(deadlines.pause(task, on("18 09:00")), on("19 17:00"))


def test_a_deadline_that_is_found_late_keeps_its_true_due_time():
    task = deadlines.expire(started("420 working_minutes", "18 08:30"), on("18 23:00"))
    assert (task.due_at, task.fired_at, task.wake_at, task.running) == (
        on("18 17:00"),
        on("18 23:00"),
        None,
        False,
    )


def test_the_first_end_wins():
    running = started("420 working_minutes", "18 08:30", (50,))
    at, later = on("18 17:00"), on("18 17:01")
    for ended in (deadlines.meet(running, at), deadlines.cancel(running, at), deadlines.expire(running, at)):
        assert not ended.running
        assert ended.wake_at is None
        assert deadlines.meet(ended, later) == ended
        assert deadlines.cancel(ended, later) == ended
        assert deadlines.expire(ended, later) == ended
        assert deadlines.pause(ended, later) == ended
        assert deadlines.resume(ended, later, DINGHAI) == ended
        assert deadlines.warn(ended, later, DINGHAI) == (ended, ())
        assert deadlines.left(ended, at, DINGHAI) == 0
        with pytest.raises(ValueError, match="has ended and cannot be extended"):
            deadlines.extend(ended, 60, later, DINGHAI)


def test_a_suspended_case_resumes_with_the_time_it_had_left():
    task = started("420 working_minutes", "18 08:30", (50, 80))
    paused = deadlines.pause(task, on("18 11:00"))
    assert paused.running
    assert paused.wake_at is None
    assert deadlines.pause(paused, on("18 11:30")) == paused
    assert deadlines.left(paused, on("20 11:00"), DINGHAI) == 270
    assert deadlines.warn(paused, on("20 11:00"), DINGHAI) == (paused, ())
    resumed = deadlines.resume(paused, on("20 09:00"), DINGHAI)
    # 150 of 420 minutes are gone: 60 more to a half, 186 more to four fifths, 270 more to the end.
    assert (resumed.paused_at, resumed.wake_at, resumed.due_at) == (None, on("20 10:00"), on("20 15:00"))
    half, fired = deadlines.warn(resumed, on("20 10:00"), DINGHAI)
    assert (fired, half.wake_at) == ((50,), on("20 13:36"))
    assert deadlines.resume(half, on("20 10:00"), DINGHAI) == half


def test_a_suspension_by_night_costs_and_gives_nothing():
    window = started("60 working_minutes", "18 02:00")
    paused = deadlines.pause(window, on("18 03:00"))
    assert deadlines.resume(paused, on("18 05:00"), DINGHAI) == window
    assert deadlines.resume(paused, on("18 10:00"), DINGHAI).due_at == on("18 11:00")


def test_what_was_overdue_when_it_was_suspended_stays_overdue():
    task = deadlines.pause(started("60 wall_minutes", "18 09:00", (50,)), on("18 10:30"))
    resumed = deadlines.resume(task, on("20 09:00"), DINGHAI)
    assert resumed.due_at == resumed.wake_at == on("18 10:00")


def test_a_paused_deadline_can_still_be_met():
    paused = deadlines.pause(started("60 wall_minutes", "18 09:00"), on("18 09:30"))
    met = deadlines.meet(paused, on("18 12:00"))
    assert (met.met_at, met.running, met.wake_at) == (on("18 12:00"), False, None)


def test_an_extension_in_working_time_goes_on_the_next_day_and_moves_the_thresholds():
    task = started("1 end_of_working_day", "18 09:30", (50, 80))
    task = deadlines.extend(task, 240, on("18 10:00"), DINGHAI)
    # 360 minutes became 600.
    assert (task.extended, task.due_at, task.wake_at) == (240, on("19 14:00"), on("18 16:00"))
    assert deadlines.left(task, on("18 10:00"), DINGHAI) == 570


def test_an_extension_does_not_warn_again():
    task, _ = deadlines.warn(started("100 wall_minutes", "18 09:00", (50, 80)), on("18 09:50"), DINGHAI)
    task = deadlines.extend(task, 100, on("18 10:00"), DINGHAI)
    assert (task.warned, task.wake_at, task.due_at) == ((50,), on("18 11:40"), on("18 12:20"))


def test_a_paused_deadline_can_be_extended_and_stays_paused():
    task = deadlines.pause(started("60 wall_minutes", "18 09:00"), on("18 09:30"))
    task = deadlines.extend(task, 30, on("18 10:00"), DINGHAI)
    assert task.wake_at is None
    assert deadlines.left(task, on("18 23:00"), DINGHAI) == 60
    assert deadlines.resume(task, on("20 09:00"), DINGHAI).due_at == on("20 10:00")


def test_what_is_left_is_counted_in_the_limits_own_time():
    assert deadlines.left(started("420 working_minutes", "18 08:30"), on("18 12:30"), DINGHAI) == 210
    assert deadlines.left(started("420 wall_minutes", "18 08:30"), on("18 12:30"), DINGHAI) == 180
    assert deadlines.left(started("420 wall_minutes", "18 08:30"), on("18 12:30:30"), DINGHAI) == 179.5
    assert deadlines.left(started("420 working_minutes", "18 08:30"), on("18 20:00"), DINGHAI) == 0
    assert deadlines.left(started("420 working_minutes", "18 02:00"), on("18 03:00"), DINGHAI) == 420


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_threshold_outside_the_whole_is_refused(percent):
    with pytest.raises(ValueError, match="between 0 and 100 percent"):
        started("420 working_minutes", "18 08:30", (50, percent))


# Any mixture of pauses, resumptions and extensions


@dataclass
class Story:
    """What happened to one deadline, as both sides tell it."""

    #: Threshold to the moment it was warned at.
    warned: dict[int, datetime] = field(default_factory=dict)
    fired_at: datetime | None = None


def by_counting(
    oracle: MinuteOracle,
    limit: Limit,
    now: datetime,
    thresholds: tuple[int, ...],
    acts: dict[datetime, int],
    end: datetime,
) -> Story:
    """Live through every minute. ``acts``: 0 pauses or resumes, any other number extends."""
    story = Story()
    counts = oracle.is_open if limit.unit.is_working_time else lambda _: True
    whole = limit.amount
    if limit.unit is Unit.WORKING_DAYS:
        whole = oracle.elapsed(now, oracle.close_of_day(now, limit.amount))
    passed, paused, moment = 0, False, now
    while moment <= end:
        if not paused:
            for percent in thresholds:
                if percent not in story.warned and passed * 100 >= whole * percent:
                    story.warned[percent] = moment
            if passed >= whole:
                story.fired_at = moment
                return story
        act = acts.get(moment)
        if act == 0:
            paused = not paused
        elif act is not None:
            whole += act
        passed += counts(moment) and not paused
        moment += MINUTE
    return story


def by_arithmetic(
    calendar: WorkCalendar,
    limit: Limit,
    now: datetime,
    thresholds: tuple[int, ...],
    acts: dict[datetime, int],
    end: datetime,
) -> Story:
    """Sleep until ``wake_at`` each time, as the heartbeat does."""
    story = Story()
    task = deadlines.start(
        calendar,
        case_number=1,
        kind=DeadlineKind.FINISH,
        round=0,
        assignment=None,
        limit=limit,
        now=now,
        thresholds=thresholds,
    )
    for at in [*sorted(acts), end]:
        while task.wake_at is not None and task.wake_at <= at:
            moment = task.wake_at
            task, fired = deadlines.warn(task, moment, calendar)
            assert fired or moment == task.due_at, "it woke for nothing"
            assert not set(fired) & set(story.warned), "it warned twice"
            story.warned.update(dict.fromkeys(fired, moment))
            if moment >= task.due_at:
                task = deadlines.expire(task, moment)
                story.fired_at = moment
        if not task.running:
            return story
        if at in acts:
            if acts[at]:
                task = deadlines.extend(task, acts[at], at, calendar)
            elif task.paused_at is None:
                task = deadlines.pause(task, at)
            else:
                task = deadlines.resume(task, at, calendar)
            assert (task.wake_at is None) == (task.paused_at is not None)
    return story


limits = st.one_of(
    st.builds(
        Limit,
        st.integers(1, 120).map(lambda n: n * 5),
        st.sampled_from((Unit.WORKING_MINUTES, Unit.WALL_MINUTES)),
    ),
    st.builds(Limit, st.integers(1, 2), st.just(Unit.WORKING_DAYS)),
)


@settings(max_examples=150, deadline=None)
@given(
    st.data(),
    starts(),
    limits,
    # Everything lies on five-minute marks, so these shares fall on minutes that the oracle sees.
    st.frozensets(st.sampled_from((20, 40, 60, 80, 100))),
    st.dictionaries(st.integers(0, 3 * 288), st.sampled_from((0, 0, 0, 5, 60, 240)), max_size=5),
)
def test_whatever_happens_it_warns_and_fires_exactly_when_counting_minutes_does(data, now, limit, thresholds, at):
    calendar, oracle = data.draw(offices(now))
    shares = tuple(sorted(thresholds))
    acts = {now + 5 * marks * MINUTE: act for marks, act in at.items()}
    end = now + timedelta(days=8)
    assert by_arithmetic(calendar, limit, now, shares, acts, end) == by_counting(oracle, limit, now, shares, acts, end)
