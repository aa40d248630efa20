"""What one turn reads: everything that the keys of its items name, in a few queries; what follows from it is
decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from routing_rules.buttons import Button
from routing_rules.cases import Case, Question, Reporter
from routing_rules.diary import LATELY
from routing_rules.hotspots import DAYS_BEFORE
from routing_rules.likeness import LIKE_DAYS
from routing_rules.normalise import normalise
from routing_rules.working_set import LOOP_WINDOW, Traffic, Value, WorkingSet
from storage import (
    assignments,
    bindings,
    buttons,
    cases,
    contacts,
    deadlines,
    diary,
    marks,
    messages,
    outbox,
    positions,
    reporters,
)
from storage.locks import lock_cases
from storage.people import Keyring

#: The days that a place is compared with, and the day itself.
PLACES_SINCE = timedelta(days=DAYS_BEFORE + 1)
#: Automatic replies are budgeted by the hour.
REPLY_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The keys of what a turn's items touch."""

    #: Ids of the people who wrote: themselves, their cases, their question, their recent traffic.
    contacts: Collection[str] = ()
    #: Cases that a text, a deadline or a command names.
    case_numbers: Collection[int] = ()
    #: (area, category) of new matters: the open cases they may belong to.
    matters: Collection[tuple[str, str]] = ()
    #: For each text without a known place the marks that it shares with the cases it may be about.
    alike: Collection[frozenset[int]] = ()
    #: Digests of places where a case may be filed: the cases of the last weeks there.
    places: Collection[str] = ()
    #: ``ReplyCodes.digest`` of the codes that were texted.
    digests: Collection[str] = ()
    #: Offices whose open tasks may be listed.
    offices: Collection[str] = ()
    #: ``ButtonTokens.digest`` of the buttons that were pressed.
    buttons: Collection[str] = ()
    #: ``ReplyCodes.invite_digest`` of the invite codes that were used.
    invites: Collection[str] = ()
    #: (channel, album) of the albums that photos belong to.
    albums: Collection[tuple[str, str]] = ()
    #: People whose diary is written or shown.
    diaries: Collection[str] = ()
    #: People who ask where their phone was seen.
    sightings: Collection[str] = ()
    #: Gridmen of whom it matters whether they are on duty.
    gridmen: Collection[str] = ()
    #: Ids of the people who may be given a new code, or told something, in this turn.
    staff: Collection[str] = ()


def gather(
    connection: Connection,
    keyring: Keyring,
    wanted: Wanted,
    *,
    now: datetime,
    numbers: Iterator[int],
    matters_since: datetime,
    ended_since: datetime,
    into: WorkingSet | None = None,
) -> WorkingSet:
    """Read what is wanted, with everything that hangs on the cases found; on PostgreSQL their rows are
    locked.

    ``numbers`` gives numbers to new cases, see ``cases.next_numbers``. An open case is found by its matter
    when somebody reported it after ``matters_since``; a person's ended cases are found when they ended after
    ``ended_since``. ``into`` adds to a working set that was gathered before in the same transaction and that
    nothing changed since.
    """
    known = into if into is not None else WorkingSet(numbers)
    codes = assignments.codes_of_digests(connection, wanted.digests)
    open_tasks = assignments.live_of_offices(connection, wanted.offices)
    asked = reporters.questions_of(connection, wanted.contacts)
    pressed = buttons.of_digests(connection, wanted.buttons)
    invited = bindings.of_digests(connection, keyring, wanted.invites)
    known.albums.update(messages.albums(connection, wanted.albums))
    known.opened_at_places.update(marks.opened_at_places(connection, wanted.places, since=now - PLACES_SINCE))
    found = {
        *wanted.case_numbers,
        *_of_people(connection, wanted.contacts, ended_since),
        *cases.numbers_of_matters(connection, wanted.matters, since=matters_since),
        *marks.numbers_alike(connection, wanted.alike, since=now - timedelta(days=LIKE_DAYS)),
        *(code.case_number for code in codes),
        *(task.case_number for task in open_tasks),
        *(number for question in asked for number in _cases_in(question)),
        *(number for button in pressed for number in _cases_of(button)),
        *(number for _, number in known.albums.values() if number is not None),
    }
    _put_cases(connection, known, found)
    # Again, now that the cases are locked: another engine may have changed them in between.
    _put(known, assignments.live_of_offices(connection, wanted.offices))
    _put(known, reporters.questions_of(connection, wanted.contacts))
    _put(known, buttons.of_digests(connection, wanted.buttons))
    _put(known, invited)
    people = {*wanted.contacts, *wanted.staff, *(binding.contact for binding in invited)}
    _put(known, contacts.load(connection, keyring, people).values())
    _put_grid_work(connection, known, wanted, now)
    known.taken_codes |= assignments.taken_digests(connection, wanted.staff)
    _put_traffic(connection, known, wanted.contacts, now)
    return known


def _put_grid_work(connection: Connection, known: WorkingSet, wanted: Wanted, now: datetime) -> None:
    _put(known, diary.of_people(connection, wanted.diaries, now - LATELY))
    _put(known, bindings.duties_now(connection, wanted.gridmen))
    if wanted.sightings:
        known.last_seen.update((p.contact, p.measured_at) for p in positions.latest(connection, wanted.sightings))


def _of_people(connection: Connection, people: Collection[str], ended_since: datetime) -> Iterator[int]:
    for numbers in cases.numbers_of_contacts(connection, people, ended_since=ended_since).values():
        yield from numbers


def _put_cases(connection: Connection, known: WorkingSet, numbers: Collection[int]) -> None:
    """Cases, and the main cases they were merged into, with all that hangs on them."""
    missing = set(numbers)
    while missing:
        lock_cases(connection, missing)
        loaded = cases.load(connection, missing)
        _put(known, loaded.values())
        _put_parts(connection, known, loaded)
        missing = {number for case in loaded.values() for number in _main(case) if known.case(number) is None}


def _put_parts(connection: Connection, known: WorkingSet, numbers: Collection[int]) -> None:
    everybody = reporters.of_cases(connection, numbers)
    _put(known, everybody)
    _put(known, assignments.of_cases(connection, numbers))
    _put(known, assignments.codes_of_cases(connection, numbers))
    _put(known, deadlines.of_cases(connection, numbers))
    _put(known, reporters.questions_about(connection, numbers))
    # A department's question goes to the first reporter, who may still owe an answer about another case.
    _put(known, reporters.questions_of(connection, _first(everybody)))


def _put(known: WorkingSet, values: Iterable[Value]) -> None:
    for value in values:
        known.put(value)


def _put_traffic(connection: Connection, known: WorkingSet, people: Collection[str], now: datetime) -> None:
    texts = messages.recent_texts(connection, people, now - LOOP_WINDOW)
    replies = outbox.automatic_replies(connection, people, now - REPLY_WINDOW)
    for contact in people:
        known.traffic[contact] = Traffic(
            texts=[(at, normalise(text)) for at, text in texts.get(contact, ())],
            automatic_replies=replies.get(contact, 0),
        )


def _cases_in(question: Question) -> Iterator[int]:
    """The case that waits for an answer, and those that the answer chooses from."""
    yield question.case_number
    for option in question.options:
        if option.isascii() and option.isdigit() and len(option) < 18:
            yield int(option)


def _cases_of(button: Button) -> Iterator[int]:
    """The case that a button acts on, and the one that it joins it to."""
    if button.case_number is not None:
        yield button.case_number
    if button.value.isascii() and button.value.isdigit() and len(button.value) < 18:
        yield int(button.value)


def _main(case: Case) -> Iterator[int]:
    if case.merged_into is not None:
        yield case.merged_into


def _first(everybody: Iterable[Reporter]) -> list[str]:
    """The contact who reported each case first; reporters come in the order of their positions."""
    first: dict[int, str] = {}
    for reporter in everybody:
        if reporter.position > 0:
            first.setdefault(reporter.case_number, reporter.contact)
    return list(first.values())
