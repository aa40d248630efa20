"""Says which keys a turn's items touch, so that storage reads all of it in a few queries.

It decides nothing; which keys matter is the only thing it knows about the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from gateway import overviews
from gateway.turn import Turn
from routing_rules.cases import CaseStatus
from routing_rules.commands import SlashCommand
from routing_rules.contacts import Contact
from routing_rules.hotspots import place_digest
from routing_rules.intents import Intent
from routing_rules.likeness import probes_of, read_wording
from routing_rules.location import LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.questions import offered_areas, offered_keys
from routing_rules.working_set import WorkingSet
from storage import cases
from storage.locks import code_key, lock, matter_key, sender_key
from storage.working_set import Wanted, gather

#: A person's ended cases stay in reach this long: for "Z1042", for thanks, for a late grade.
ENDED_CASES_STAY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text of the turn with its sender and what its words could mean."""

    message: InboundMessage
    contact: Contact
    intent: Intent


Read = Collection[ReadText]


def gather_all(
    connection: Connection, turn: Turn, read: Read, cases_of_deadlines: Collection[int], spare: Sequence[int] = ()
) -> WorkingSet:
    """Everything that these texts and deadlines may be about, locked on PostgreSQL.

    ``spare`` are case numbers that an earlier turn reserved and did not use.
    """
    wanted = _wanted(turn, read, cases_of_deadlines)
    keys = [sender_key(turn.keyring, address) for each in read for address in each.contact.addresses]
    keys += [matter_key(area, category) for area, category in wanted.matters]
    keys += [code_key(digest) for digest in (*wanted.digests, *wanted.buttons, *wanted.invites)]
    lock(connection, keys)
    fresh = cases.next_numbers(connection, turn.city.book.first_number, max(len(read) - len(spare), 0))
    known = WorkingSet(iter([*spare, *fresh]))
    _gather(connection, turn, wanted, known)
    return _with_what_the_first_look_named(connection, turn, read, known, cases_of_deadlines)


def _wanted(turn: Turn, read: Read, cases_of_deadlines: Iterable[int]) -> Wanted:
    intents = [each.intent for each in read]
    registry = turn.city.registry
    return Wanted(
        contacts={each.contact.id for each in read},
        case_numbers={each.case_number for each in intents if each.case_number is not None} | set(cases_of_deadlines),
        matters={
            (intent.location.area, intent.category)
            for intent in intents
            if intent.location.kind is LocationKind.EXACT and intent.location.area and intent.category
        },
        alike={
            frozenset(probes_of(read_wording(each.intent.text)))
            for each in read
            if each.intent.location.kind is LocationKind.NONE and not registry.postings_of(each.contact.id)
        },
        places={digest for each in read if (digest := place_digest(_key(each), each.intent.location.area)) is not None},
        digests={
            turn.codes.digest(each.contact.id, each.intent.code)
            for each in read
            if each.intent.code is not None and registry.postings_of(each.contact.id)
        },
        buttons={turn.tokens.digest(each.message.button) for each in read if each.message.button is not None},
        invites={turn.codes.invite_digest(each.rest) for each in _slashes(read, "start") if each.rest},
        albums={(each.message.channel, each.message.album) for each in read if each.message.album is not None},
        diaries={each.contact.id for each in read if _is(each, "diary")},
        sightings={each.contact.id for each in read if _is(each, "where")},
        gridmen={each.contact.id for each in read if registry.grids_of(each.contact.id)},
    )


def _key(text: ReadText) -> str | None:
    return text.intent.location.place_key if text.intent.location.kind is LocationKind.EXACT else None


def _is(text: ReadText, *names: str) -> bool:
    return text.intent.slash is not None and text.intent.slash.name in names


def _slashes(read: Read, name: str) -> list[SlashCommand]:
    return [each.intent.slash for each in read if each.intent.slash is not None and each.intent.slash.name == name]


def _with_what_the_first_look_named(
    connection: Connection, turn: Turn, read: Read, known: WorkingSet, cases_of_deadlines: Iterable[int]
) -> WorkingSet:
    """The open tasks of staff without a right code, open cases of the matter that an answer completes or a report may
    be about, and the figures that supervisors ask for.
    """
    offices: set[str] = set()
    matters = {matter for number in cases_of_deadlines for matter in _matters_of_report(turn, known, number)}
    for each in read:
        postings = turn.city.registry.postings_of(each.contact.id)
        if postings and not _opens_a_task(turn, known, each):
            offices.update(posting.office for posting in postings)
        question = known.question_of(each.contact.id)
        asked_about = known.case(question.case_number) if question else None
        if question is not None and asked_about is not None and asked_about.category is not None:
            areas = {each.intent.location.area, *offered_areas(question)} - {None}
            matters.update((str(area), asked_about.category) for area in areas)
    gridmen = _who_may_look(turn, read, known)
    places = {digest for area, key in _offered(known, read) if (digest := place_digest(key, area)) is not None}
    late = overviews.gather(connection, turn, known, [each.contact for each in read if _is(each, "today", "late")])
    if offices or matters or late or gridmen or places:
        lock(connection, [matter_key(area, category) for area, category in matters])
        more = Wanted(offices=offices, matters=matters, case_numbers=late, gridmen=gridmen, places=places)
        _gather(connection, turn, more, known)
    return known


def _offered(known: WorkingSet, read: Read) -> Iterable[tuple[str, str]]:
    """Area and key of the places that somebody may now choose with a digit."""
    asked = (known.question_of(each.contact.id) for each in read)
    return (place for question in asked if question is not None for place in offered_keys(question))


def _who_may_look(turn: Turn, read: Read, known: WorkingSet) -> set[str]:
    """The gridmen of every place that is spoken of: one of them may be sent to verify or check."""
    registry = turn.city.registry
    areas = {each.intent.location.area for each in read} | {case.area for case in known.cases()}
    areas |= {each.contact.home_area for each in read}
    areas |= {area for each in read if (q := known.question_of(each.contact.id)) for area in offered_areas(q)}
    offices = {office for area in areas for office in registry.grid_offices_in(area)}
    return {posting.contact for office in offices for posting in registry.posted_at(office)}


def _matters_of_report(turn: Turn, known: WorkingSet, number: int) -> list[tuple[str, str]]:
    """What a report that is about to be proposed may be about, so that near cases are found."""
    case = known.case(number)
    if case is None or case.status is not CaseStatus.RECEIVED or case.area is None or case.category is None:
        return []
    return [(area, case.category) for area in turn.city.registry.around(case.area)]


def _opens_a_task(turn: Turn, known: WorkingSet, text: ReadText) -> bool:
    if text.message.button is not None:
        return True
    if text.intent.coded is None:
        return False
    digest = turn.codes.digest(text.contact.id, text.intent.coded.code)
    task = known.assignment_of_digest(text.contact.id, digest)
    return task is not None and task.live


def _gather(connection: Connection, turn: Turn, wanted: Wanted, known: WorkingSet) -> None:
    gather(
        connection,
        turn.keyring,
        wanted,
        now=turn.now,
        numbers=known.numbers,
        matters_since=turn.now - timedelta(hours=turn.city.book.join_hours),
        ended_since=turn.now - ENDED_CASES_STAY,
        into=known,
    )
