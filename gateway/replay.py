"""Runs any number of texts through the whole gateway on a virtual clock, and counts what became of them.

It works in a scratch database that nobody misses; no time of the wall passes and nobody is texted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from gateway.rehearsal import Rehearsal
from gateway.replay_file import ReplayText
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.working_time import Unit, WorkCalendar
from storage import contacts, counts, deadlines, messages, outbox, views

#: While one of these runs, a case is still on its way to whoever decides.
_ON_THE_WAY = (DeadlineKind.PASS_UP, DeadlineKind.QUESTION)
#: The clock goes no further than this behind the last text.
_LONGEST_TAIL = timedelta(days=60)
#: The bound of the field's own story, in minutes.
BOUND_MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """How long it took from the first text to whoever decides."""

    cases: int
    #: Cases that still climb.
    not_yet: int
    within_10_minutes: int
    #: The same counted inside the hours of the offices, since a text at night waits for the morning.
    within_10_working_minutes: int
    median_minutes: float | None
    p95_minutes: float | None
    longest_minutes: float | None
    longest_working_minutes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What became of all texts."""

    messages: int
    verdicts: dict[str, int]
    verdict_sum: int
    #: Texts that belong to nobody, and open cases that nobody would be reminded of; both must be 0.
    without_owner: int
    without_clock: int
    cases: int
    by_category: dict[str, int]
    by_level: dict[str, int]
    #: By the department or office that decides; "none" is still with the desk.
    by_handler: dict[str, int]
    assigned: Assigned
    joined: int
    #: Senders who were asked something.
    asked: int
    #: Cases without a category, and texts that only led to the question what was meant.
    not_understood: int
    texts_sent: int
    segments: int
    #: Texts that did not leave, by status.
    texts_not_sent: dict[str, int]
    #: Business time of the first text and of the end.
    began_at: datetime
    ended_at: datetime

    @property
    def sound(self) -> bool:
        """Whether every text has a verdict and an owner, and every case a clock."""
        return self.verdict_sum == self.messages and not self.without_owner and not self.without_clock


def run(city: Rehearsal, texts: Sequence[ReplayText], progress: Callable[[int], None] = lambda done: None) -> Summary:
    """Text them all, each at its time, then let the clock go on until each case is with whoever decides.

    ``texts`` stand in the order of time, the city's clock at the first or before. ``progress`` hears how many are done.
    """
    homes = {text.sender: text.home for text in texts if text.home is not None}
    with city.database.writing() as connection:
        contacts.set_home_areas(connection, city.keyring, homes, city.clock.utcnow())
    done = 0
    for at, together in groupby(texts, key=lambda text: text.at):
        city.wait_until(at)
        group = list(together)
        city.messages([city.message(str(text.sender), text.text, location=text.location) for text in group])
        done += len(group)
        progress(done)
    _let_all_arrive(city)
    return _summary(city, texts)


def _let_all_arrive(city: Rehearsal) -> None:
    latest = city.clock.utcnow() + _LONGEST_TAIL
    while (coming := city.next_event()) is not None and coming <= latest:
        with city.database.reading() as connection:
            if not deadlines.count_of_kinds(connection, _ON_THE_WAY):
                return
        city.wait_until(max(coming, city.clock.utcnow()))


def log_lines(city: Rehearsal) -> Iterator[dict[str, Any]]:
    """Everything that happened, in the order of time: texts in and out, and the ledger's facts. Times are local."""
    zone = ZoneInfo(city.book.calendar.zone)
    texts = [
        (
            line.at,
            {
                "at": line.at.astimezone(zone),
                "direction": line.direction,
                "address": str(line.address),
                "text": line.text,
                "case": line.case_number,
                "verdict": line.verdict,
            },
        )
        for line in city.full_transcript()
    ]
    with city.database.reading() as connection:
        facts = [
            (
                fact.at,
                {
                    "at": fact.at.astimezone(zone),
                    "direction": "ledger",
                    "case": number,
                    "fact": fact.kind,
                    "actor": fact.actor,
                    "data": fact.data,
                },
            )
            for number, fact in views.all_facts(connection)
        ]
    for _, line in sorted([*texts, *facts], key=lambda each: each[0]):
        yield line


# -- the figures --------------------------------------------------------------------------------------------------


def _summary(city: Rehearsal, texts: Sequence[ReplayText]) -> Summary:
    with city.database.reading() as connection:
        verdicts = messages.count_verdicts(connection)
        facts = counts.count_facts(connection)
        categories = counts.count_cases(connection, "category")
        sent, segments = counts.count_segments(connection)
        statuses = outbox.count_statuses(connection)
        return Summary(
            messages=len(texts),
            verdicts={verdict.value: count for verdict, count in sorted(verdicts.items())},
            verdict_sum=sum(verdicts.values()),
            without_owner=counts.count_without_owner(connection),
            without_clock=counts.count_without_clock(connection),
            cases=sum(categories.values()),
            by_category=_ranked(categories),
            by_level=_ranked(counts.count_cases(connection, "level")),
            by_handler=_ranked(counts.count_cases(connection, "handler")),
            assigned=_assigned(city.book.calendar, counts.first_assigned(connection)),
            joined=verdicts.get(Verdict.JOINED, 0),
            asked=facts.get(EntryKind.QUESTION_ASKED, 0),
            not_understood=categories.get(None, 0) + verdicts.get(Verdict.UNCLEAR, 0),
            texts_sent=sent,
            segments=segments,
            texts_not_sent={
                status.value: count for status, count in statuses.items() if status.value not in ("sent", "delivered")
            },
            began_at=texts[0].at,
            ended_at=city.clock.utcnow(),
        )


def _ranked(found: dict[str | None, int]) -> dict[str, int]:
    """The most frequent first; None is called "none"."""
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0] or ""))
    return {key or "none": count for key, count in ranked}


def _assigned(calendar: WorkCalendar, moments: list[tuple[datetime, datetime | None]]) -> Assigned:
    done = [(opened, at) for opened, at in moments if at is not None]
    wall = sorted((at - opened) / timedelta(minutes=1) for opened, at in done)
    working = [calendar.elapsed(opened, at, Unit.WORKING_MINUTES) / timedelta(minutes=1) for opened, at in done]
    return Assigned(
        cases=len(done),
        not_yet=len(moments) - len(done),
        within_10_minutes=sum(minutes <= BOUND_MINUTES for minutes in wall),
        within_10_working_minutes=sum(minutes <= BOUND_MINUTES for minutes in working),
        median_minutes=_at_share(wall, 0.5),
        p95_minutes=_at_share(wall, 0.95),
        longest_minutes=_at_share(wall, 1),
        longest_working_minutes=_at_share(sorted(working), 1),
    )


def _at_share(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that this share of all does not exceed."""
    if not ordered:
        return None
    return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)], 1)
