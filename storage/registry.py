"""The city's registry: read whole into one frozen picture, replaced whole; people are added and changed,
never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from routing_rules.areas import Area, Duty, Level, Office, OfficeKind, Place, Posting, Registry
from routing_rules.registry_people import Person
from storage import bindings, bulk, contacts, models
from storage.people import Keyring

_version = models.registry_version
_ROW = 1


def version(connection: Connection) -> int:
    """Number of the registry that is stored; 0 before the first."""
    return connection.execute(select(_version.c.version)).scalar() or 0


def load_with_bindings(connection: Connection, keyring: Keyring) -> Registry:
    """The whole registry, with the people who are bound by invites at their grids and offices."""
    return load(connection).with_bindings(bindings.used(connection, keyring))


def load(connection: Connection) -> Registry:
    """The whole registry as it was loaded from files."""
    return Registry(
        areas={row.code: _area_of(row) for row in _rows(connection, models.area)},
        places=tuple(_place_of(row) for row in _rows(connection, models.place)),
        offices={row.code: _office_of(row) for row in _rows(connection, models.office)},
        postings=tuple(_posting_of(row) for row in _rows(connection, models.posting)),
        version=version(connection),
    )


def replace(
    connection: Connection,
    keyring: Keyring,
    *,
    areas: Iterable[Area],
    places: Iterable[Place],
    offices: Iterable[Office],
    people: Sequence[Person],
    now: datetime,
) -> int:
    """Make this the registry; returns the number of its version.

    People are recognised by their first address and keep their id, language, consent and the marks on their
    addresses. Who is missing loses his postings and stays a contact.
    """
    tables = (models.area, models.place, models.office, models.posting)
    for table in tables:
        connection.execute(delete(table))
    bulk.insert(connection, models.area, [_area_row(n, each) for n, each in enumerate(areas)])
    bulk.insert(connection, models.place, [_place_row(n, each) for n, each in enumerate(places)])
    bulk.insert(connection, models.office, [_office_row(n, each) for n, each in enumerate(offices)])
    ids = _upsert_people(connection, keyring, people, now)
    postings: list[dict[str, Any]] = []
    for contact, person in zip(ids, people, strict=True):
        for post in person.postings:
            postings.append(
                {
                    "contact": contact,
                    "office": post.office,
                    "position": len(postings),
                    "language": person.language,
                    "duty": post.duty.value,
                }
            )
    bulk.insert(connection, models.posting, postings)
    return count_up(connection, now)


def set_duty(connection: Connection, contact: str, office: str, duty: Duty, now: datetime) -> int | None:
    """Change when a person answers for an office; returns the new version, or None without such a posting."""
    posting = models.posting
    theirs = (posting.c.contact == contact) & (posting.c.office == office)
    changed = connection.execute(update(posting).where(theirs).values(duty=duty.value)).rowcount
    return count_up(connection, now) if changed else None


def _upsert_people(connection: Connection, keyring: Keyring, people: Sequence[Person], now: datetime) -> list[str]:
    indexes = [keyring.address_index(person.addresses[0]) for person in people]
    address = models.contact_address
    known: set[str] = set()
    for chunk in bulk.chunks(indexes):
        query = select(address.c.address_index).where(address.c.address_index.in_(chunk))
        known.update(connection.execute(query).scalars())
    found = contacts.find_or_create(connection, keyring, [person.addresses[0] for person in people], now)
    ids: list[str] = []
    for index, person in zip(indexes, people, strict=True):
        first = person.addresses[0]
        contact = found[first]
        if contact.id in ids:
            # Two people shared an entry before; the one that came earlier has kept it.
            contact = contacts.find_or_create(connection, keyring, [first], now)[first]
        contacts.rename(connection, keyring, contact.id, person.name)
        if index not in known and not person.confirmed:
            # A new number gets no task before its owner has sent the code back.
            connection.execute(update(address).where(address.c.address_index == index).values(confirmed_at=None))
        if contact.addresses != person.addresses:
            confirmed_at = now if person.confirmed else None
            contacts.link(connection, keyring, contact.id, person.addresses, confirmed_at=confirmed_at)
        values = {"home_area": person.home_area, "language": contact.language or person.language}
        connection.execute(update(models.contact).where(models.contact.c.id == contact.id).values(**values))
        ids.append(contact.id)
    return ids


def count_up(connection: Connection, now: datetime) -> int:
    """Give the registry a new number, so that every engine reads it again; returns it."""
    number = version(connection) + 1
    row = {"id": _ROW, "version": number, "changed_at": now}
    bulk.upsert(connection, _version, [row], key=("id",))
    return number


def count_people(connection: Connection) -> int:
    """How many people are posted somewhere."""
    query = select(func.count(models.posting.c.contact.distinct()))
    return connection.execute(query).scalar() or 0


def _rows(connection: Connection, table: Any) -> Iterable[Any]:
    return connection.execute(select(table).order_by(table.c.position))


def _area_row(position: int, area: Area) -> dict[str, Any]:
    return {
        "code": area.code,
        "position": position,
        "level": area.level.value,
        "parent": area.parent,
        "names": dict(area.names),
        "aliases": list(area.aliases),
    }


def _area_of(row: Any) -> Area:
    return Area(
        code=row.code,
        level=Level(row.level),
        parent=row.parent,
        names=row.names,
        aliases=tuple(row.aliases),
    )


def _place_row(position: int, place: Place) -> dict[str, Any]:
    return {
        "position": position,
        "code": place.code,
        "kind": place.kind,
        "area": place.area,
        "names": dict(place.names),
        "aliases": list(place.aliases),
        "number_from": place.number_from,
        "number_to": place.number_to,
        "parity": place.parity,
        "outline": place.outline,
    }


def _place_of(row: Any) -> Place:
    return Place(
        code=row.code,
        kind=row.kind,
        area=row.area,
        names=row.names,
        aliases=tuple(row.aliases),
        number_from=row.number_from,
        number_to=row.number_to,
        parity=row.parity,
        outline=row.outline,
    )


def _office_row(position: int, office: Office) -> dict[str, Any]:
    return {
        "code": office.code,
        "position": position,
        "kind": office.kind.value,
        "level": office.level.value,
        "area": office.area,
        "names": dict(office.names),
    }


def _office_of(row: Any) -> Office:
    return Office(code=row.code, kind=OfficeKind(row.kind), level=Level(row.level), area=row.area, names=row.names)


def _posting_of(row: Any) -> Posting:
    return Posting(contact=row.contact, office=row.office, language=row.language, duty=Duty(row.duty))
