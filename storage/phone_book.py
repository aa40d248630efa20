"""Who sits behind the phones of the simulator; it makes nobody and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from routing_rules.messages import Address
from storage import bulk, models
from storage.people import Keyring

_contact = models.contact
_address = models.contact_address


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneOwner:
    """Somebody with a name and a simulated phone."""

    contact: str
    address: Address
    name: str
    #: The grid or community where the person lives, where known.
    home_area: str | None
    #: The person is reached here before any other address.
    first: bool = True


def owners(connection: Connection, keyring: Keyring, scheme: str, *, limit: int) -> list[PhoneOwner]:
    """People with a name (the registry's) and an address of a scheme, in the order of their addresses.

    Raises people.WrongMasterKey when the key is another one.
    """
    query = (
        select(_contact, _address.c.value, _address.c.position)
        .join(_address, _address.c.contact == _contact.c.id)
        .where(_address.c.scheme == scheme, _contact.c.name.is_not(None), _contact.c.wrapped_key.is_not(None))
        .limit(limit)
    )
    found = []
    for row in connection.execute(query):
        key = keyring.person(row.id, row.wrapped_key)
        found.append(
            PhoneOwner(
                contact=row.id,
                address=Address(scheme, key.decrypt(row.value)),
                name=key.decrypt(row.name),
                home_area=row.home_area,
                first=row.position == 0,
            )
        )
    return sorted(found, key=lambda owner: owner.address)


def first_addresses(connection: Connection, keyring: Keyring, addresses: Iterable[Address]) -> set[Address]:
    """Those of these addresses at which somebody is reached before any other."""
    by_index = {keyring.address_index(address): address for address in addresses}
    found: set[Address] = set()
    for chunk in bulk.chunks(by_index):
        query = select(_address.c.address_index).where(_address.c.address_index.in_(chunk), _address.c.position == 0)
        found.update(by_index[index] for index in connection.execute(query).scalars())
    return found


def contacts_of(connection: Connection, keyring: Keyring, addresses: Iterable[Address]) -> dict[Address, str]:
    """The contact behind each of these addresses that the gateway has met."""
    by_index = {keyring.address_index(address): address for address in addresses}
    found: dict[Address, str] = {}
    for chunk in bulk.chunks(by_index):
        query = select(_address.c.address_index, _address.c.contact).where(_address.c.address_index.in_(chunk))
        found.update((by_index[row.address_index], row.contact) for row in connection.execute(query))
    return found
