"""Which phones stand on the page and whose they are, read from the registry of the city that runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from routing_rules.areas import OFFICE_LEVELS, Office, OfficeKind, Registry
from routing_rules.messages import Address
from storage.phone_book import PhoneOwner

#: Scheme of simulated phones.
SCHEME = "sim"
#: Phones that fit on the page at most.
MOST_PHONES = 12
#: People read from the registry at most: a list to choose from, not a directory.
MOST_PEOPLE = 500

#: What the simulator takes as the name of a phone.
_NAME = re.compile(r"[\w.+-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone of the page."""

    #: What follows "sim:".
    name: str
    #: Whose it is: an office, a person, or the name itself.
    title: str
    #: "resident", "gridman", "community", "street", "district", "department" or "unknown".
    role: str
    #: The grids of a gridman.
    note: str = ""
    #: Bound by an invite: texts come as a chat shows them.
    chat: bool = False


class PhoneBook:
    """The simulated phones that the registry knows."""

    def __init__(self, registry: Registry, owners: Iterable[PhoneOwner], language: str) -> None:
        """``language`` chooses among the names of an office."""
        self._registry = registry
        self._owners = tuple(owners)
        self._language = language
        self._phones = {owner.address.value: self._phone_of(owner) for owner in self._owners}

    def phone(self, name: str) -> Phone:
        """The phone of a name; a name that nobody knows is a new resident's."""
        return self._phones.get(name) or Phone(name=name, title=name, role="unknown")

    def suggestions(self) -> list[Phone]:
        """Every known phone: residents first, then gridmen, offices from below, departments."""
        ranks = {role: rank for rank, role in enumerate(("resident", "gridman", *OFFICE_LEVELS, "department"))}
        return sorted(self._phones.values(), key=lambda phone: ranks.get(phone.role, 0))

    def usual(self) -> list[str]:
        """One phone of every kind: a resident, the offices above his home, and the first department."""
        resident = next((owner for owner in self._residents() if owner.home_area), None)
        home = resident.home_area if resident else None
        offices = [self._registry.office_at(level, home) for level in OFFICE_LEVELS]
        departments = (each for each in self._registry.offices.values() if each.kind is OfficeKind.DEPARTMENT)
        offices.append(next((each for each in departments if self._name_at(each)), None))
        names = [self._name_at(office) for office in offices if office is not None]
        return [name for name in (resident.address.value if resident else None, *names) if name]

    def _residents(self) -> Iterable[PhoneOwner]:
        return (owner for owner in self._owners if not self._registry.postings_of(owner.contact))

    def _name_at(self, office: Office) -> str | None:
        posted = {posting.contact for posting in self._registry.posted_at(office.code)}
        return next((owner.address.value for owner in self._owners if owner.contact in posted), None)

    def _phone_of(self, owner: PhoneOwner) -> Phone:
        name = owner.address.value
        postings = self._registry.postings_of(owner.contact)
        chat = owner.first and any(posting.chat for posting in postings)
        for posting in postings:
            office = self._registry.offices.get(posting.office)
            if office is not None and office.kind is not OfficeKind.GRID:
                role = "department" if office.kind is OfficeKind.DEPARTMENT else office.level.value
                title = self._registry.name_of(office.code, self._language)
                return Phone(name=name, title=title, role=role, chat=chat)
        grids = [self._registry.name_of(grid, self._language) for grid in self._registry.grids_of(owner.contact)]
        if grids:
            return Phone(name=name, title=owner.name, role="gridman", note=" · ".join(grids), chat=chat)
        return Phone(name=name, title=owner.name, role="resident")


def wanted(names: Iterable[str]) -> list[str]:
    """The phone names of a request, "sim:" taken off, each once and at most MOST_PHONES; wrong ones are left out."""
    cleaned = (name.strip().removeprefix(f"{SCHEME}:") for name in names)
    return list(dict.fromkeys(name for name in cleaned if _NAME.fullmatch(name)))[:MOST_PHONES]


def address_of(name: str) -> Address:
    """The address of a phone."""
    return Address(SCHEME, name)
