"""What gridmen bring to storage: bindings, duty times, buttons, diaries, leases, and the figures of an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from routing_rules.buttons import Button
from routing_rules.grid_work import Binding, DiaryEntry, DutyTime
from routing_rules.messages import Address, ChatAct, ChatButton, ChatForm, Point, PositionReport
from storage import bindings, buttons, cases, contacts, diary, leases, overviews, positions, registry
from storage.chat_forms import as_document, from_document
from storage.database import Database
from storage.errors import DatabaseConflict
from storage.people import Keyring
from tests.storage.samples import NOW, a_case, minutes

ACCOUNT = Address("telegram", "7000001")
PHONE = Address("sim", "wang")


def invited(database: Database, keyring: Keyring, **changes: object) -> Binding:
    with database.writing() as connection:
        person = contacts.find_or_create(connection, keyring, [PHONE], NOW)[PHONE].id
        contacts.rename(connection, keyring, person, "王某")
        made = Binding(
            id="b1",
            digest="d1",
            contact=person,
            offices=("grid:zhushan-3",),
            language="zh",
            name="王某",
            invited_by="operator:test",
            invited_at=NOW,
            expires_at=NOW + timedelta(hours=24),
        )
        made = replace(made, **changes)  # type: ignore[arg-type]
        bindings.write(connection, keyring, [made])
    return made


def test_an_invite_is_found_by_its_code_alone(database: Database, keyring: Keyring) -> None:
    made = invited(database, keyring)
    with database.reading() as connection:
        assert bindings.of_digests(connection, keyring, ["d1", "d2"]) == [made]
        assert bindings.used(connection, keyring) == []


def test_the_account_that_used_it_comes_first_and_the_phone_stays(database: Database, keyring: Keyring) -> None:
    made = invited(database, keyring)
    bound = replace(made, bound_at=NOW + minutes(1), account=ACCOUNT)
    with database.writing() as connection:
        bindings.write(connection, keyring, [bound])
    with database.reading() as connection:
        known = contacts.addresses_of(connection, keyring, [made.contact])[made.contact]
        assert [each.address for each in known] == [ACCOUNT, PHONE]
        assert bindings.used(connection, keyring) == [replace(bound, account=None)]
        assert contacts.names_of(connection, keyring, [made.contact]) == {made.contact: "王某"}


def test_bound_people_stand_in_the_registry_and_a_left_grid_keeps_its_office(
    database: Database, keyring: Keyring
) -> None:
    from gateway.books import read_book
    from gateway.city_setup import load_registry

    load_registry(database, keyring, read_book("dinghai"), "dinghai", NOW)
    invited(database, keyring, bound_at=NOW)
    with database.reading() as connection:
        found = registry.load_with_bindings(connection, keyring)
    assert [posting.name for posting in found.posted_at("grid:zhushan-3")] == ["王某"]
    invited(database, keyring, bound_at=NOW, unbound_at=NOW)
    with database.reading() as connection:
        found = registry.load_with_bindings(connection, keyring)
    assert found.posted_at("grid:zhushan-3") == ()
    assert "grid:zhushan-3" in found.offices


def test_one_duty_of_a_person_is_open_at_most(database: Database, keyring: Keyring) -> None:
    person = invited(database, keyring).contact
    first = DutyTime(contact=person, began_at=NOW)
    with database.writing() as connection:
        bindings.write_duties(connection, [first])
        assert bindings.duties_now(connection, [person]) == [first]
    with pytest.raises(DatabaseConflict), database.writing() as connection:
        bindings.write_duties(connection, [DutyTime(contact=person, began_at=NOW + minutes(5))])
    with database.writing() as connection:
        ended = replace(first, ended_at=NOW + minutes(5))
        bindings.write_duties(connection, [ended])
        assert bindings.on_duty(connection) == []
        assert bindings.duties_of(connection, person, NOW) == [ended]


def test_a_button_is_kept_and_forgotten(database: Database, keyring: Keyring) -> None:
    person = invited(database, keyring).contact
    made = Button(
        digest="x",
        contact=person,
        case_number=None,
        seq=None,
        action="file",
        offered_at=NOW,
        expires_at=NOW + minutes(1),
    )
    with database.writing() as connection:
        buttons.write(connection, [made])
        assert buttons.of_digests(connection, ["x", "y"]) == [made]
        assert buttons.forget(connection, NOW + minutes(2)) == 1
        assert buttons.of_digests(connection, ["x"]) == []


def test_a_diary_is_read_back_with_its_words(database: Database, keyring: Keyring) -> None:
    person = invited(database, keyring).contact
    entry = DiaryEntry(
        id="simulator/1", contact=person, grid="zhushan-3", written_at=NOW, words="走访", score=7, merits=("length",)
    )
    with database.writing() as connection:
        diary.write(connection, [entry])
        assert diary.of_people(connection, [person], NOW - minutes(1)) == [entry]
        assert diary.of_people(connection, [person], NOW) == []


def test_a_lease_has_one_holder_until_it_ends(database: Database) -> None:
    with database.writing() as connection:
        assert leases.take(connection, "listen/bot", "one", NOW, 30)
        assert not leases.take(connection, "listen/bot", "two", NOW + timedelta(seconds=29), 30)
        assert leases.take(connection, "listen/bot", "one", NOW + timedelta(seconds=29), 30)
        assert not leases.take(connection, "listen/bot", "two", NOW + timedelta(seconds=31), 30)
        assert leases.take(connection, "listen/bot", "one", NOW + timedelta(seconds=31), 0)
        assert leases.take(connection, "listen/bot", "two", NOW + timedelta(seconds=31), 30)


def test_the_figures_of_an_office_are_those_of_its_areas(database: Database) -> None:
    with database.writing() as connection:
        cases.write(
            connection,
            [
                a_case(1042),
                a_case(1043, overtimes=1, opened_at=NOW - timedelta(days=2)),
                a_case(1044, area="jukui", holder="env", handler="env"),
            ],
        )
        since, until = NOW - timedelta(hours=2), NOW + timedelta(hours=22)
        community = overviews.load(connection, "zhushan", {"zhushan"}, since=since, until=until)
        department = overviews.load(connection, "env", set(), since=since, until=until)
        district = overviews.load(connection, "command", None, since=since, until=until)
    assert (community.new, community.open, community.late, community.late_cases) == (1, 2, 1, (1043,))
    assert (department.open, department.late) == (1, 0)
    assert (district.new, district.open) == (2, 3)


def test_a_chat_form_comes_back_as_it_was() -> None:
    form = ChatForm(
        body="核查 Z1042",
        buttons=((ChatButton(label="已解决", token="a"), ChatButton(label="未解决", token="b")),),
        act=ChatAct.CLEAR_BUTTONS,
        target="7:1",
    )
    assert from_document(as_document(form)) == form
    assert from_document(as_document(None)) is None


def test_who_is_erased_leaves_neither_positions_nor_words_of_his_diary(database: Database, keyring: Keyring) -> None:
    person = invited(database, keyring, bound_at=NOW).contact
    here = PositionReport(
        channel="simulator", sender=PHONE, point=Point(30.0185, 122.0925), measured_at=NOW, received_at=NOW
    )
    entry = DiaryEntry(id="simulator/1", contact=person, grid="zhushan-3", written_at=NOW, words="走访")
    with database.writing() as connection:
        bindings.write_duties(connection, [DutyTime(contact=person, began_at=NOW)])
        diary.write(connection, [entry])
        assert positions.keep(connection, keyring, [here], NOW) == 1
        contacts.erase(connection, [person])
        assert positions.latest(connection) == []
        assert diary.of_people(connection, [person], NOW - minutes(1))[0].words == ""
