"""Reads people with their addresses and postings; what is wrong is noted, not raised."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from routing_rules.areas import Area, Duty
from routing_rules.messages import Address
from routing_rules.yaml_lines import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One posting of a person."""

    #: Code of an office or department.
    office: str
    duty: Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the gateway knows: staff or resident."""

    #: For the office's own lists; storage keeps it encrypted.
    name: str
    #: In the order in which they are tried; at least one, none of them anybody else's.
    addresses: tuple[Address, ...]
    language: str
    postings: tuple[Post, ...] = ()
    #: The grid or community where the person lives, where known.
    home_area: str | None = None
    #: The first address has proved to reach the right person; staff get no task before.
    confirmed: bool = True


def read_people(
    sections: list[Entry], areas: Mapping[str, Area], offices: Collection[str], languages: tuple[str, ...]
) -> tuple[Person, ...]:
    """All people of all files."""
    owners: dict[str, str] = {}
    return tuple(_person(entry, areas, offices, languages, owners) for section in sections for entry in section.items())


def _person(
    entry: Entry,
    areas: Mapping[str, Area],
    offices: Collection[str],
    languages: tuple[str, ...],
    owners: dict[str, str],
) -> Person:
    entry.only("name", "addresses", "language", "postings", "home_area", "confirmed")
    name = entry.get("name").text(limit=60)
    language = entry.get("language").text(languages[0] if languages else "en")
    if languages and language not in languages:
        entry.get("language").problem(f"{language!r} is not among the languages ({', '.join(languages)})")
    home = entry.get("home_area").optional()
    if home is not None and home not in areas:
        entry.get("home_area").problem(f"there is no area {home!r}")
    return Person(
        name=name,
        addresses=_addresses(entry.get("addresses"), name, owners),
        language=language,
        postings=_postings(entry.get("postings"), offices),
        home_area=home,
        confirmed=entry.get("confirmed").flag(False),
    )


def _addresses(entry: Entry, name: str, owners: dict[str, str]) -> tuple[Address, ...]:
    addresses = []
    for item in entry.items():
        text = item.text(limit=120)
        if not text:
            continue
        try:
            address = Address.parse(text)
        except ValueError as error:
            item.problem(str(error))
            continue
        if str(address) in owners:
            item.problem(f"{address} is already an address of {owners[str(address)]}")
        owners.setdefault(str(address), name)
        addresses.append(address)
    if not addresses:
        entry.problem("must hold at least one address (sim:alice)")
    return tuple(addresses)


def _postings(entry: Entry, offices: Collection[str]) -> tuple[Post, ...]:
    posts: dict[str, Post] = {}
    for item in entry.items():
        item.only("office", "duty")
        office = item.get("office").text()
        if office and office not in offices:
            item.get("office").problem(f"there is no office or department {office!r}")
        if office in posts:
            item.get("office").problem(f"the person is posted at {office!r} twice")
        posts[office] = Post(office=office, duty=item.get("duty").choice(Duty) or Duty.HOURS)
    return tuple(posts.values())
