"""Short ways to tell and to look at a story."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.rehearsal import Rehearsal
from routing_rules.cases import Case, CaseStatus
from routing_rules.decisions import EntryKind
from storage import cases, models, views

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 8, 18, 9, 20, 4, tzinfo=ZONE)

SMOKE = "盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管"


def texts(city: Rehearsal, phone: str) -> list[str]:
    """What a phone got, oldest first."""
    return [line.text for line in city.inbox(phone)]


def last(city: Rehearsal, phone: str) -> str:
    """The latest text to a phone."""
    return city.inbox(phone)[-1].text


def times(city: Rehearsal, phone: str) -> list[str]:
    """When a phone got its texts, in local time."""
    return [f"{line.at.astimezone(ZONE):%H:%M}" for line in city.inbox(phone)]


def case_of(city: Rehearsal, number: int | None = 1042) -> Case:
    """A case as it is stored; the first one is 1042, later ones may skip numbers."""
    assert number is not None
    with city.database.reading() as connection:
        return cases.load(connection, [number])[number]


def status_of(city: Rehearsal, number: int = 1042) -> CaseStatus:
    return case_of(city, number).status


def facts(city: Rehearsal, number: int = 1042) -> list[EntryKind]:
    """The kinds of a case's ledger facts in their order, without those about texts."""
    with city.database.reading() as connection:
        found = [EntryKind(fact.kind) for fact in views.facts_of(connection, number)]
    return [kind for kind in found if not kind.value.startswith("text_")]


def dispatched(city: Rehearsal, sender: str = "alice", text: str = SMOKE) -> str:
    """A complaint goes up the whole ladder to the environment bureau; returns the bureau's reply code."""
    city.text(sender, text)
    city.wait(minutes=9)
    return city.code("env", "【派单】")


def reported(city: Rehearsal, result: str = "已到场,下达限期整改通知书") -> str:
    """The bureau has reported a result; returns the community's code to check it."""
    city.text("env", f"{dispatched(city)}办 {result}")
    return city.code("zhushan", "【核查】")


def closed(city: Rehearsal, result: str = "已到场,下达限期整改通知书") -> None:
    """The result was checked and told."""
    city.text("zhushan", f"{reported(city, result)}合格")


def post(city: Rehearsal, office: str, *, at: str, instead: bool = False) -> None:
    """Whoever is posted at an office is posted at another one too, ``instead`` of those who are there."""
    table, version = models.posting, models.registry_version
    with city.database.writing() as connection:
        person = connection.execute(table.select().where(table.c.office == office)).one()
        if instead:
            connection.execute(table.delete().where(table.c.office == at))
        values = {**person._mapping, "office": at, "position": person.position + 1000}
        connection.execute(table.insert().values(**values))
        connection.execute(version.update().values(version=version.c.version + 1))
    city.settle()
