"""Who is bound to a chat account, and who is on duty: invites, bindings and duty times, in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from routing_rules.grid_work import Binding, DutyTime
from storage import bulk, contacts, models
from storage.people import Keyring

_binding = models.binding
_duty = models.duty


def everything(connection: Connection, keyring: Keyring) -> list[Binding]:
    """Every invite and binding, used or not, ended ones too, in the order of the invites."""
    query = select(_binding).order_by(_binding.c.invited_at, _binding.c.id)
    return _bindings_of(connection, keyring, connection.execute(query).all())


def used(connection: Connection, keyring: Keyring) -> list[Binding]:
    """The bindings that hold or held once, in the order in which they were made."""
    query = select(_binding).where(_binding.c.bound_at.is_not(None))
    rows = connection.execute(query.order_by(_binding.c.bound_at, _binding.c.id)).all()
    return _bindings_of(connection, keyring, rows)


def of_digests(connection: Connection, keyring: Keyring, digests: Iterable[str]) -> list[Binding]:
    """The invites that these codes may be."""
    rows: list[Any] = []
    for chunk in bulk.chunks(digests):
        rows.extend(connection.execute(select(_binding).where(_binding.c.digest.in_(chunk))))
    return _bindings_of(connection, keyring, rows)


def write(connection: Connection, keyring: Keyring, bindings: Collection[Binding]) -> None:
    """Write bindings as they are now. The chat account that used an invite becomes the person's first address."""
    rows = [
        {
            "id": each.id,
            "digest": each.digest,
            "contact": each.contact,
            "offices": list(each.offices),
            "cover": each.cover,
            "language": each.language,
            "invited_by": each.invited_by,
            "invited_at": each.invited_at,
            "expires_at": each.expires_at,
            "bound_at": each.bound_at,
            "unbound_at": each.unbound_at,
        }
        for each in bindings
    ]
    bulk.upsert(connection, _binding, rows, key=("id",))
    for each in bindings:
        if each.account is not None:
            contacts.rename(connection, keyring, each.contact, each.name)
            known = contacts.addresses_of(connection, keyring, [each.contact]).get(each.contact, ())
            others = [address.address for address in known if address.address != each.account]
            contacts.link(connection, keyring, each.contact, [each.account, *others], confirmed_at=each.bound_at)


def on_duty(connection: Connection) -> list[DutyTime]:
    """The times on duty that have not ended."""
    return [DutyTime(**row._mapping) for row in connection.execute(select(_duty).where(_duty.c.ended_at.is_(None)))]


def duties_now(connection: Connection, people: Iterable[str]) -> list[DutyTime]:
    """Those of these people's times on duty that have not ended."""
    found: list[DutyTime] = []
    for chunk in bulk.chunks(people):
        query = select(_duty).where(_duty.c.contact.in_(chunk), _duty.c.ended_at.is_(None))
        found.extend(DutyTime(**row._mapping) for row in connection.execute(query))
    return found


def write_duties(connection: Connection, duties: Collection[DutyTime]) -> None:
    """Write times on duty as they are now."""
    rows = [{"contact": each.contact, "began_at": each.began_at, "ended_at": each.ended_at} for each in duties]
    bulk.upsert(connection, _duty, rows, key=("contact", "began_at"))


def duties_of(connection: Connection, contact: str, since: datetime) -> list[DutyTime]:
    """A person's times on duty that ended after a moment or go on, oldest first."""
    query = select(_duty).where(_duty.c.contact == contact, _duty.c.ended_at.is_(None) | (_duty.c.ended_at > since))
    return [DutyTime(**row._mapping) for row in connection.execute(query.order_by(_duty.c.began_at))]


def _bindings_of(connection: Connection, keyring: Keyring, rows: Sequence[Any]) -> list[Binding]:
    names = contacts.names_of(connection, keyring, {row.contact for row in rows})
    return [
        Binding(**{**row._mapping, "offices": tuple(row.offices), "name": names.get(row.contact, "")}) for row in rows
    ]
