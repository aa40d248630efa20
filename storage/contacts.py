"""People and their addresses, in bulk: found through a keyed digest, decrypted on reading; no address is
ever logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from routing_rules.contacts import Contact
from routing_rules.decisions import Verdict
from routing_rules.messages import Address
from storage import bulk, models
from storage.people import Keyring, PersonKey, new_contact_id

_contact = models.contact
_address = models.contact_address

#: What decisions change on a contact.
_MUTABLE = (
    "language",
    "home_area",
    "opted_out_at",
    "wrong_codes",
    "locked_until",
    "unclear_texts",
    "tasks_listed_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """An address as it is stored, decrypted."""

    index: str
    address: Address
    confirmed: bool
    reachable: bool


def find_or_create(
    connection: Connection,
    keyring: Keyring,
    addresses: Iterable[Address],
    now: datetime,
    names: Mapping[Address, str] | None = None,
) -> dict[Address, Contact]:
    """The contact behind each address that somebody texted from; unknown ones become new contacts.

    A text proves that its address works: a mark that it could not be reached is taken off. ``names`` are
    kept (encrypted) for new contacts. On PostgreSQL lock the addresses first; should two engines create one
    contact all the same, the later one fails with DatabaseConflict.
    """
    by_index = {keyring.address_index(address): address for address in addresses}
    owners = _owners(connection, by_index, now)
    fresh = {index: address for index, address in by_index.items() if index not in owners}
    contacts = load(connection, keyring, owners.values())
    found = {by_index[index]: contacts[owner] for index, owner in owners.items()}
    return found | _create(connection, keyring, fresh, now, names or {})


def set_home_areas(connection: Connection, keyring: Keyring, homes: Mapping[Address, str], now: datetime) -> None:
    """Write down where people live; who is not known yet becomes a contact."""
    people = find_or_create(connection, keyring, homes, now)
    rows = [{"id": people[address].id, "home_area": area} for address, area in homes.items()]
    bulk.update(connection, _contact, rows, key=("id",))


def load(connection: Connection, keyring: Keyring, ids: Iterable[str]) -> dict[str, Contact]:
    """The contacts that exist among these ids. Raises people.WrongMasterKey when the key is another one."""
    ids = list(ids)
    known = addresses_of(connection, keyring, ids)
    found: dict[str, Contact] = {}
    columns = (_contact.c.id, *(_contact.c[name] for name in _MUTABLE))
    for chunk in bulk.chunks(ids):
        for row in connection.execute(select(*columns).where(_contact.c.id.in_(chunk))):
            theirs = known.get(row.id, ())
            found[row.id] = Contact(
                **row._mapping,
                addresses=tuple(each.address for each in theirs),
                unconfirmed=bool(theirs) and not theirs[0].confirmed,
            )
    return found


def addresses_of(connection: Connection, keyring: Keyring, ids: Iterable[str]) -> dict[str, tuple[KnownAddress, ...]]:
    """Each contact's addresses in the order in which they are tried; nobody without one is listed."""
    found: dict[str, list[KnownAddress]] = {}
    keys: dict[str, PersonKey] = {}
    for chunk in bulk.chunks(ids):
        query = (
            select(_address, _contact.c.wrapped_key)
            .join(_contact, _contact.c.id == _address.c.contact)
            .where(_address.c.contact.in_(chunk))
            .order_by(_address.c.contact, _address.c.position)
        )
        for row in connection.execute(query):
            if row.contact not in keys:
                keys[row.contact] = keyring.person(row.contact, row.wrapped_key)
            found.setdefault(row.contact, []).append(_known(row, keys[row.contact]))
    return {contact: tuple(addresses) for contact, addresses in found.items()}


def save(connection: Connection, contacts: Sequence[Contact], now: datetime) -> None:
    """Write what decisions change on contacts; addresses are changed by ``link`` only.

    A first address that is no longer unconfirmed is confirmed as of ``now``.
    """
    rows = [{"id": contact.id} | {name: getattr(contact, name) for name in _MUTABLE} for contact in contacts]
    bulk.update(connection, _contact, rows, key=("id",))
    confirmed = [contact.id for contact in contacts if contact.addresses and not contact.unconfirmed]
    for chunk in bulk.chunks(confirmed):
        connection.execute(
            update(_address)
            .where(_address.c.contact.in_(chunk), _address.c.position == 0, _address.c.confirmed_at.is_(None))
            .values(confirmed_at=now)
        )


def link(
    connection: Connection,
    keyring: Keyring,
    contact: str,
    addresses: Sequence[Address],
    *,
    confirmed_at: datetime | None,
) -> None:
    """Make these the addresses of a person, tried in this order; others that he had are taken from him.

    An address that belonged to somebody else moves over. One that he had already keeps its marks; a new one
    counts as confirmed at ``confirmed_at``, or waits for its code when that is None. Raises LookupError for
    an erased person.
    """
    wrapped = connection.execute(select(_contact.c.wrapped_key).where(_contact.c.id == contact)).scalar()
    if wrapped is None:
        raise LookupError(f"contact {contact} does not exist or was erased")
    key = keyring.person(contact, wrapped)
    indexes = [keyring.address_index(address) for address in addresses]
    query = select(_address).where(_address.c.address_index.in_(indexes), _address.c.contact == contact)
    before = {row.address_index: row for row in connection.execute(query)}
    connection.execute(delete(_address).where(_address.c.contact == contact))
    connection.execute(delete(_address).where(_address.c.address_index.in_(indexes)))
    rows = []
    for position, (index, address) in enumerate(zip(indexes, addresses, strict=True)):
        had = before.get(index)
        rows.append(
            {
                "address_index": index,
                "contact": contact,
                "position": position,
                "scheme": address.scheme,
                "value": key.encrypt(address.value),
                "confirmed_at": had.confirmed_at if had else confirmed_at,
                "unreachable_at": had.unreachable_at if had else None,
                "unreachable_reason": had.unreachable_reason if had else None,
            }
        )
    bulk.insert(connection, _address, rows)


def mark_unreachable(connection: Connection, keyring: Keyring, addresses: Mapping[Address, str], now: datetime) -> None:
    """Pass these addresses over from now on, each for a provider's reason, until somebody texts from it."""
    rows = [
        {"address_index": keyring.address_index(address), "unreachable_at": now, "unreachable_reason": reason}
        for address, reason in addresses.items()
    ]
    bulk.update(connection, _address, rows, key=("address_index",))


def mark_reachable(connection: Connection, keyring: Keyring, addresses: Iterable[Address]) -> None:
    """Use these addresses again."""
    rows = [
        {"address_index": keyring.address_index(address), "unreachable_at": None, "unreachable_reason": None}
        for address in addresses
    ]
    bulk.update(connection, _address, rows, key=("address_index",))


def owner_of(connection: Connection, keyring: Keyring, address: Address) -> str | None:
    """The id of the person behind an address; None when nobody is known there."""
    query = select(_address.c.contact).where(_address.c.address_index == keyring.address_index(address))
    found: str | None = connection.execute(query).scalar()
    return found


def create(connection: Connection, keyring: Keyring, name: str, now: datetime) -> str:
    """A new person without an address yet; returns the id."""
    contact = new_contact_id()
    wrapped, key = keyring.new_person(contact)
    bulk.insert(connection, _contact, [_new_row(contact, wrapped, key.encrypt(name), now)])
    return contact


def names_of(connection: Connection, keyring: Keyring, ids: Iterable[str]) -> dict[str, str]:
    """People's names in clear; who has none or was erased is left out."""
    found: dict[str, str] = {}
    columns = (_contact.c.id, _contact.c.name, _contact.c.wrapped_key)
    for chunk in bulk.chunks(ids):
        for row in connection.execute(select(*columns).where(_contact.c.id.in_(chunk), _contact.c.name.is_not(None))):
            if row.wrapped_key is not None:
                found[row.id] = keyring.person(row.id, row.wrapped_key).decrypt(row.name)
    return found


def name_of(connection: Connection, keyring: Keyring, contact: str) -> str | None:
    """A person's name in clear; None when it is not known or erased."""
    row = connection.execute(select(_contact.c.name, _contact.c.wrapped_key).where(_contact.c.id == contact)).first()
    if row is None or row.name is None or row.wrapped_key is None:
        return None
    return keyring.person(contact, row.wrapped_key).decrypt(row.name)


def rename(connection: Connection, keyring: Keyring, contact: str, name: str | None) -> None:
    """Keep a person's name, encrypted. Raises LookupError for an erased person."""
    wrapped = connection.execute(select(_contact.c.wrapped_key).where(_contact.c.id == contact)).scalar()
    if wrapped is None:
        raise LookupError(f"contact {contact} does not exist or was erased")
    encrypted = keyring.person(contact, wrapped).encrypt(name) if name else None
    connection.execute(update(_contact).where(_contact.c.id == contact).values(name=encrypted))


def erase(connection: Connection, ids: Iterable[str]) -> None:
    """Erase people: key, name, addresses, what they wrote and what was written to them. The ids and the
    ledger stay.

    Afterwards call ``Database.checkpoint``, so that the bytes leave SQLite's log as well.
    """
    message, outbox = models.message, models.outbox
    for chunk in bulk.chunks(ids):
        theirs = select(message.c.id).where(message.c.contact.in_(chunk))
        connection.execute(delete(models.message_body).where(models.message_body.c.message.in_(theirs)))
        owed = select(outbox.c.id).where(outbox.c.contact.in_(chunk))
        connection.execute(delete(models.outbox_body).where(models.outbox_body.c.outbox.in_(owed)))
        connection.execute(update(message).where(message.c.contact.in_(chunk)).values(address=None))
        for table in (models.position, models.last_position):
            connection.execute(delete(table).where(table.c.contact.in_(chunk)))
        entries = select(models.diary.c.id).where(models.diary.c.contact.in_(chunk))
        connection.execute(delete(models.diary_text).where(models.diary_text.c.id.in_(entries)))
        # Without its words a text can never be decided.
        waiting = (message.c.contact.in_(chunk), message.c.verdict == Verdict.WAITING.value)
        connection.execute(update(message).where(*waiting).values(verdict=Verdict.SET_ASIDE.value))
        connection.execute(update(outbox).where(outbox.c.contact.in_(chunk)).values(address=None, sent_to=None))
        connection.execute(delete(_address).where(_address.c.contact.in_(chunk)))
        connection.execute(
            update(_contact).where(_contact.c.id.in_(chunk)).values(wrapped_key=None, name=None, home_area=None)
        )


def _owners(connection: Connection, indexes: Iterable[str], now: datetime) -> dict[str, str]:
    owners: dict[str, str] = {}
    back: list[str] = []
    columns = (_address.c.address_index, _address.c.contact, _address.c.unreachable_at)
    for chunk in bulk.chunks(indexes):
        for row in connection.execute(select(*columns).where(_address.c.address_index.in_(chunk))):
            owners[row.address_index] = row.contact
            if row.unreachable_at is not None:
                back.append(row.address_index)
    for chunk in bulk.chunks(back):
        connection.execute(
            update(_address)
            .where(_address.c.address_index.in_(chunk))
            .values(unreachable_at=None, unreachable_reason=None)
        )
    return owners


def _create(
    connection: Connection,
    keyring: Keyring,
    fresh: Mapping[str, Address],
    now: datetime,
    names: Mapping[Address, str],
) -> dict[Address, Contact]:
    people: list[dict[str, Any]] = []
    addresses: list[dict[str, Any]] = []
    made: dict[Address, Contact] = {}
    for index, address in fresh.items():
        contact = new_contact_id()
        wrapped, key = keyring.new_person(contact)
        name = names.get(address)
        encrypted = key.encrypt(name) if name else None
        people.append(_new_row(contact, wrapped, encrypted, now))
        addresses.append(
            {
                "address_index": index,
                "contact": contact,
                "position": 0,
                "scheme": address.scheme,
                "value": key.encrypt(address.value),
                "confirmed_at": now,
            }
        )
        made[address] = Contact(id=contact, addresses=(address,))
    bulk.insert(connection, _contact, people)
    bulk.insert(connection, _address, addresses)
    return made


def _new_row(contact: str, wrapped: bytes, name: bytes | None, now: datetime) -> dict[str, Any]:
    return {
        "id": contact,
        "wrapped_key": wrapped,
        "name": name,
        "wrong_codes": 0,
        "unclear_texts": 0,
        "created_at": now,
    }


def _known(row: Any, key: PersonKey) -> KnownAddress:
    return KnownAddress(
        index=row.address_index,
        address=Address(row.scheme, key.decrypt(row.value)),
        confirmed=row.confirmed_at is not None,
        reachable=row.unreachable_at is None,
    )
