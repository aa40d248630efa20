"""Owes each new number of staff the text with the code that proves it reaches the right person; it decides nothing.

No task is sent to a number before its code came back: see ``routing_rules.staff.confirm_address``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from routing_rules.areas import Posting
from routing_rules.contacts import Contact
from routing_rules.decisions import Notification, Urgency
from routing_rules.reply_codes import ReplyCodes
from routing_rules.rulebook import RuleBook
from routing_rules.segments import count_segments
from routing_rules.wording import render
from storage import contacts, outbox
from storage.people import Keyring

_TEMPLATE = "confirm_address"


def owe_confirmations(
    connection: Connection, keyring: Keyring, book: RuleBook, postings: Iterable[Posting], now: datetime
) -> int:
    """Text a code to every posted person whose first number is not confirmed, once for each number.

    Returns how many texts were owed anew.
    """
    first = {posting.contact: posting for posting in reversed(list(postings))}
    people = contacts.load(connection, keyring, first)
    codes = ReplyCodes(keyring.reply_code_key)
    owed = [
        _text(keyring, codes, book, first[person.id], person, now) for person in people.values() if person.unconfirmed
    ]
    return len(outbox.add(connection, keyring, owed, now))


def _text(
    keyring: Keyring, codes: ReplyCodes, book: RuleBook, posting: Posting, person: Contact, now: datetime
) -> Notification:
    address = person.addresses[0]
    body = render(book, posting.language, _TEMPLATE, code=codes.confirmation(person.id, address))
    return Notification(
        key=f"{_TEMPLATE}:{person.id}:{keyring.address_index(address)}",
        contact=person.id,
        address=address,
        template=_TEMPLATE,
        body=body,
        segments=count_segments(body).count,
        case_number=None,
        urgency=Urgency.CONVERSATION,
        not_before=now,
    )
