"""Says which keys a turn's items touch, so that storage reads all of it in a few queries.

It decides nothing; which keys matter is the only thing it knows about the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from gateway.turn import Turn
from routing_rules.contacts import Contact
from routing_rules.intents import Intent
from routing_rules.location import LocationKind
from routing_rules.questions import offered_areas
from routing_rules.working_set import WorkingSet
from storage import cases
from storage.locks import code_key, lock, matter_key, sender_key
from storage.working_set import Wanted, gather

#: A person's ended cases stay in reach this long: for "Z1042", for thanks, for a late grade.
ENDED_CASES_STAY = timedelta(days=30)

Read = Collection[tuple[Contact, Intent]]


def gather_all(
    connection: Connection, turn: Turn, read: Read, cases_of_deadlines: Iterable[int], spare: Sequence[int] = ()
) -> WorkingSet:
    """Everything that these texts and deadlines may be about, locked on PostgreSQL.

    ``spare`` are case numbers that an earlier turn reserved and did not use.
    """
    wanted = _wanted(turn, read, cases_of_deadlines)
    keys = [sender_key(turn.keyring, address) for contact, _ in read for address in contact.addresses]
    keys += [matter_key(area, category) for area, category in wanted.matters]
    keys += [code_key(digest) for digest in wanted.digests]
    lock(connection, keys)
    fresh = cases.next_numbers(connection, turn.city.book.first_number, max(len(read) - len(spare), 0))
    known = WorkingSet(iter([*spare, *fresh]))
    _gather(connection, turn, wanted, known)
    return _with_what_the_first_look_named(connection, turn, read, known)


def _wanted(turn: Turn, read: Read, cases_of_deadlines: Iterable[int]) -> Wanted:
    named = {intent.case_number for _, intent in read if intent.case_number is not None}
    return Wanted(
        contacts={contact.id for contact, _ in read},
        case_numbers=named | set(cases_of_deadlines),
        matters={
            (intent.location.area, intent.matter.category)
            for _, intent in read
            if intent.location.kind is LocationKind.EXACT and intent.location.area and intent.matter.category
        },
        digests={
            turn.codes.digest(contact.id, intent.code)
            for contact, intent in read
            if intent.code is not None and turn.city.registry.postings_of(contact.id)
        },
    )


def _with_what_the_first_look_named(connection: Connection, turn: Turn, read: Read, known: WorkingSet) -> WorkingSet:
    """The open tasks of staff without a right code, and open cases of the matter that an answer completes."""
    offices: set[str] = set()
    matters: set[tuple[str, str]] = set()
    for contact, intent in read:
        postings = turn.city.registry.postings_of(contact.id)
        if postings and not _opens_a_task(turn, known, contact, intent):
            offices.update(posting.office for posting in postings)
        question = known.question_of(contact.id)
        asked_about = known.case(question.case_number) if question else None
        if question is not None and asked_about is not None and asked_about.category is not None:
            areas = {intent.location.area, *offered_areas(question)} - {None}
            matters.update((str(area), asked_about.category) for area in areas)
    if offices or matters:
        lock(connection, [matter_key(area, category) for area, category in matters])
        _gather(connection, turn, Wanted(offices=offices, matters=matters), known)
    return known


def _opens_a_task(turn: Turn, known: WorkingSet, contact: Contact, intent: Intent) -> bool:
    if intent.coded is None:
        return False
    task = known.assignment_of_digest(contact.id, turn.codes.digest(contact.id, intent.coded.code))
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
