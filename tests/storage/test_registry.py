"""The registry: replaced whole, people recognised, nobody deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from routing_rules.areas import Area, Duty, Level, Office, OfficeKind, Place
from routing_rules.messages import Address
from routing_rules.registry_people import Person, Post
from storage import contacts, registry
from storage.database import Database
from storage.people import Keyring
from tests.storage.samples import ALICE, BOB, NOW, somebody

_AREAS = [
    Area(code="dinghai", level=Level.DISTRICT, parent=None, names={"zh": "定海区", "en": "Dinghai"}),
    Area(code="zhushan", level=Level.COMMUNITY, parent="dinghai", names={"zh": "竹山社区"}, aliases=("竹山",)),
]
_PLACES = [
    Place(code="yangang-w", kind="road", area="zhushan", names={"zh": "盐港西路"}, number_from=1, parity="odd"),
    Place(code="yangang-w", kind="road", area="zhushan", names={"zh": "盐港西路"}, number_to=80, outline="{}"),
]
_OFFICES = [
    Office(code="zhushan", kind=OfficeKind.OFFICE, level=Level.COMMUNITY, area="zhushan", names={"zh": "竹山社区"}),
    Office(code="dinghai", kind=OfficeKind.OFFICE, level=Level.DISTRICT, area="dinghai", names={"zh": "指挥中心"}),
    Office(code="env", kind=OfficeKind.DEPARTMENT, level=Level.DISTRICT, area="dinghai", names={"zh": "环保局"}),
]
_WANG = Person(
    name="王某",
    addresses=(ALICE, BOB),
    language="zh",
    postings=(Post(office="zhushan", duty=Duty.HOURS), Post(office="env", duty=Duty.ALWAYS)),
    home_area="zhushan",
)


def _replace(connection: Any, keyring: Keyring, *people: Person) -> int:
    return registry.replace(connection, keyring, areas=_AREAS, places=_PLACES, offices=_OFFICES, people=people, now=NOW)


def test_a_registry_comes_back_as_it_was_given(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        assert registry.version(connection) == 0
        assert _replace(connection, keyring, _WANG) == 1
        found = registry.load(connection)
        assert list(found.areas.values()) == _AREAS
        assert list(found.places) == _PLACES
        assert list(found.offices.values()) == _OFFICES
        assert [(p.office, p.duty, p.language) for p in found.postings] == [
            ("zhushan", Duty.HOURS, "zh"),
            ("env", Duty.ALWAYS, "zh"),
        ]
        (wang,) = {posting.contact for posting in found.postings}
        person = contacts.load(connection, keyring, [wang])[wang]
        assert (person.addresses, person.home_area, person.language) == ((ALICE, BOB), "zhushan", "zh")
        assert not person.unconfirmed
        assert contacts.name_of(connection, keyring, wang) == "王某"


def test_a_person_who_texted_before_stays_the_same_contact(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        before = somebody(connection, keyring)
        _replace(connection, keyring, _WANG)
        assert somebody(connection, keyring).id == before.id
        assert somebody(connection, keyring, BOB).id == before.id


def test_replacing_it_keeps_consent_language_and_confirmation(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        _replace(connection, keyring, replace(_WANG, confirmed=False))
        wang = somebody(connection, keyring)
        assert wang.unconfirmed
        contacts.save(connection, [replace(wang, unconfirmed=False, language="en", opted_out_at=NOW)], NOW)
        assert _replace(connection, keyring, replace(_WANG, confirmed=False, name="王小某")) == 2
        again = somebody(connection, keyring)
        assert (again.id, again.language, again.opted_out_at) == (wang.id, "en", NOW)
        assert not again.unconfirmed


def test_a_new_number_of_a_known_person_waits_for_its_code(database: Database, keyring: Keyring) -> None:
    new = Address("sim", "new-phone")
    with database.writing() as connection:
        _replace(connection, keyring, _WANG)
        _replace(connection, keyring, replace(_WANG, addresses=(ALICE, new), confirmed=False))
        wang = somebody(connection, keyring)
        known = contacts.addresses_of(connection, keyring, [wang.id])[wang.id]
        assert [(each.address, each.confirmed) for each in known] == [(ALICE, True), (new, False)]


def test_who_is_missing_loses_the_posting_and_stays_a_contact(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        _replace(connection, keyring, _WANG)
        wang = somebody(connection, keyring)
        _replace(connection, keyring)
        assert registry.load(connection).postings == ()
        assert registry.count_people(connection) == 0
        assert somebody(connection, keyring) == wang


def test_two_people_who_shared_an_entry_are_told_apart(database: Database, keyring: Keyring) -> None:
    li = replace(_WANG, name="李某", addresses=(BOB,), postings=(Post(office="env", duty=Duty.HOURS),))
    with database.writing() as connection:
        _replace(connection, keyring, _WANG)
        _replace(connection, keyring, replace(_WANG, addresses=(ALICE,)), li)
        assert registry.count_people(connection) == 2
        assert somebody(connection, keyring).addresses == (ALICE,)
        assert contacts.name_of(connection, keyring, somebody(connection, keyring, BOB).id) == "李某"


def test_duty_is_changed_for_one_posting(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        _replace(connection, keyring, _WANG)
        wang = somebody(connection, keyring).id
        assert registry.set_duty(connection, wang, "zhushan", Duty.OFF, NOW) == 2
        assert registry.set_duty(connection, wang, "nowhere", Duty.OFF, NOW) is None
        found = registry.load(connection)
        assert (found.version, found.posted_at("zhushan")) == (2, ())
        assert len(found.posted_at("env")) == 1
