"""Notices where complaints gather: many people in one case, or unusually many cases at one place in a day.

It only writes the fact down, for whoever looks at the district's day; who handles what does not change.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing_rules.cases import Case
from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.duplicates import is_a_spot

#: "Priority rises at 10, 50, 100" reporters.
REPORTER_STEPS = (10, 50, 100)
#: A place is hot with at least this many cases in a day …
LEAST_CASES = 5
#: … and more than this many times the mean of the days before.
TIMES_THE_MEAN = 3
DAYS_BEFORE = 30


def place_digest(place_key: str | None, area: str | None) -> str | None:
    """A road or compound whatever the number on it, as it may stand on the ledger; None for a whole area."""
    if place_key is None or not is_a_spot(place_key, area):
        return None
    return hashlib.blake2b(place_key.partition("#")[0].encode(), digest_size=7).hexdigest()


def hot_from(before: int) -> int:
    """Cases of a day from which a place is hot, after ``before`` cases in the 30 days before."""
    return max(LEAST_CASES, TIMES_THE_MEAN * before // DAYS_BEFORE + 1)


def day_began(zone: str, now: datetime) -> datetime:
    """When the city's day began."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def looks_back(zone: str, now: datetime) -> datetime:
    """From when on the cases of a place count."""
    return day_began(zone, now) - timedelta(days=DAYS_BEFORE)


def note_reporters(draft: Draft, number: int, before: int) -> None:
    """After somebody joined: the facts when the reporters pass 10, 50 and 100."""
    case = draft.case(number)
    for step in REPORTER_STEPS:
        if before < step <= case.reporters:
            draft.record(EntryKind.PRIORITY_ROSE, number, reporters=case.reporters)
            draft.record(
                EntryKind.HOTSPOT, number, area=case.area, place=_digest_of(case), reporters=case.reporters, passed=step
            )


def note_place(draft: Draft, number: int) -> None:
    """After a case was filed: the fact when its place becomes hot with it, once a day.

    Without what storage knows of the place nothing is said.
    """
    case = draft.case(number)
    digest = _digest_of(case)
    opened = draft.known.opened_at_places.get(digest) if digest is not None else None
    if opened is None:
        return
    here = {each.number: each.opened_at for each in draft.known.cases() if _digest_of(each) == digest}
    moments = {**opened, **here}.values()
    began = day_began(draft.city.book.calendar.zone, draft.now)
    today = sum(1 for moment in moments if moment >= began)
    before = sum(1 for moment in moments if began - timedelta(days=DAYS_BEFORE) <= moment < began)
    if today == hot_from(before):
        draft.record(EntryKind.HOTSPOT, number, area=case.area, place=digest, cases=today, before=before)


def _digest_of(case: Case) -> str | None:
    return place_digest(case.text.place_key, case.area) if case.text is not None else None
