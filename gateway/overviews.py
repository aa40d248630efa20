"""Reads the figures that supervisors ask for, each of his own part of the area tree, and owes the morning's digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.turn import Turn
from routing_rules import supervising
from routing_rules.areas import Office, OfficeKind
from routing_rules.contacts import Contact
from routing_rules.overview import Overview
from routing_rules.working_set import WorkingSet
from storage import overviews


def gather(connection: Connection, turn: Turn, known: WorkingSet, people: Iterable[Contact]) -> set[int]:
    """Put the figures of these people's offices into the working set; returns the late cases that they name."""
    registry = turn.city.registry
    codes = {posting.office for contact in people for posting in registry.postings_of(contact.id)}
    for office in (registry.offices[code] for code in codes if code in registry.offices):
        if office.kind is not OfficeKind.GRID:
            known.overviews[office.code] = _load(connection, turn, office)
    return {number for code in codes if (found := known.overviews.get(code)) for number in found.late_cases}


def owe_digests(connection: Connection, turn: Turn) -> int:
    """The morning's figures to everybody who looks over an office in a chat, once a day. Returns how many."""
    registry = turn.city.registry
    supervisors = [
        posting
        for posting in registry.postings
        if posting.chat and registry.offices[posting.office].kind is not OfficeKind.GRID
    ]
    day = f"{turn.now.astimezone(ZoneInfo(turn.city.book.calendar.zone)):%Y-%m-%d}"
    for posting in supervisors:
        draft = turn.draft(f"digest/{posting.office}/{day}")
        supervising.tell_digest(draft, posting, _load(connection, turn, registry.offices[posting.office]))
        turn.decisions.append(draft.decision())
    return len(supervisors)


def _load(connection: Connection, turn: Turn, office: Office) -> Overview:
    since = _midnight(turn)
    areas = _areas(turn, office)
    return overviews.load(connection, office.code, areas, since=since, until=since + timedelta(days=1))


def _areas(turn: Turn, office: Office) -> set[str] | None:
    """The office's part of the area tree; None for the district's, which sees also what has no place yet."""
    registry = turn.city.registry
    if office.code == registry.district_office.code:
        return None
    if office.kind is OfficeKind.DEPARTMENT:
        return set()
    return {code for code in registry.areas if registry.lies_in(code, office.area)}


def _midnight(turn: Turn) -> datetime:
    here = turn.now.astimezone(ZoneInfo(turn.city.book.calendar.zone))
    return here.replace(hour=0, minute=0, second=0, microsecond=0)
