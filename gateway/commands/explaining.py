"""`gridgate explain`: what the rules would make of a text, without a database and without telling anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from gateway.books import read_book, read_registry_file
from gateway.clock import WallClock
from gateway.commands.common import Call, CannotBeDone, config_option, json_option, moment, pass_call, say
from gateway.learning_files import load_model
from gateway.runtime import policy_of
from handlers.cleaning import clean_text
from routing_rules.city import City
from routing_rules.contacts import Contact
from routing_rules.explanation import Explanation, Stage, VoteFound, Way
from routing_rules.explanation import explain as explain_text
from routing_rules.messages import Address, InboundMessage
from routing_rules.registry_file import RegistryFile, picture_of
from routing_rules.working_time import Limit, Unit

#: Roles of an office on the ladder, for people.
_ROLES = {
    "asked": "may act until {ends}",
    "informed": "is informed",
    "decides": "decides; accepts until {ends}",
    "assigns": "chooses who handles it until {ends}",
    "passed_over": "is passed over",
    "waits": "office, once the place is known",
}
_REASONS = {"no_office": "there is no such office", "nobody_posted": "nobody is posted there"}


@click.command()
@click.argument("text")
@click.option("--from", "sender", metavar="ADDRESS", help="Who texts, as in sim:alice; known to the registry or not.")
@click.option("--home", metavar="AREA", help="Code of the sender's home grid or community.")
@click.option("--at", metavar="TIME", help="ISO 8601; local time of the city without an offset. Now without it.")
@json_option()
@config_option
@pass_call
def explain(call: Call, text: str, sender: str | None, home: str | None, at: str | None, as_json: bool) -> None:
    """Explain what a text would lead to: category, place, way, deadlines, and the words that decided.

    Rulebook and registry are read from their files; no database is needed and nobody is told.
    """
    book = read_book(call.settings.city)
    registry = read_registry_file(call.settings.city, book)
    city = City.build(book, picture_of(book, registry), load_model(call.settings.learned_model))
    zone = book.calendar.zone
    now = _moment(at, zone)
    contact = _contact(registry, sender, home)
    message = InboundMessage(
        channel="explain", external_id="1", sender=contact.addresses[0], text=clean_text(text), received_at=now
    )
    found = explain_text(city, message, contact, policy_of(call.settings), now)
    say(asdict(found), _lines(found, ZoneInfo(zone)), as_json=as_json)


def _moment(text: str | None, zone: str) -> datetime:
    if text is None:
        return WallClock().utcnow()
    try:
        return moment(text, zone)
    except ValueError:
        raise CannotBeDone(f"--at: {text!r} is no ISO 8601 time, as in 2026-08-18T09:20") from None


def _contact(registry: RegistryFile, sender: str | None, home: str | None) -> Contact:
    """The person of the registry with that address, or a stranger."""
    try:
        address = Address.parse(sender or "sim:resident")
    except ValueError as error:
        raise CannotBeDone(f"--from: {error}") from None
    if home is not None and home not in registry.areas:
        raise CannotBeDone(f"--home: there is no area {home!r}")
    for person in registry.people:
        if address in person.addresses:
            return Contact(
                id=str(person.addresses[0]),
                addresses=(address,),
                language=person.language,
                home_area=home or person.home_area,
            )
    return Contact(id=str(address), addresses=(address,), home_area=home)


# -- for people ---------------------------------------------------------------------------------------------------


def _lines(found: Explanation, zone: ZoneInfo) -> Iterator[str]:
    yield _line("text", found.text)
    yield _line("taken for", f"{found.verdict}, at {found.at.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    if found.emergency:
        yield _line("danger", f"words {_words(found.emergency)}: the safety text leaves first")
    if found.other is not None:
        signs = f"signs {_words(found.other.signs)}" if found.other.signs else "no sign of anything"
        yield _line("no matter", f"{found.other.kind}: {signs}, score {found.other.score:g}")
    yield _line("category", _category(found))
    if found.category.vote is not None:
        yield _line("vote", _vote(found.category.vote))
    yield _line("place", _place(found))
    for reason in found.place.reasons:
        yield _line("", reason)
    if found.areas:
        yield _line("areas", " → ".join(f"{area.name} ({area.code})" for area in found.areas))
    if found.way is not None:
        yield from _way(found.way, found.at, zone)
    for answer in found.answers:
        yield _line("answer", answer)


def _line(name: str, words: str) -> str:
    return f"{name:<11} {words}"


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words)


def _category(found: Explanation) -> str:
    category = found.category
    if category.code is None and category.runner_up is None:
        return "unknown: no word of the rulebook occurs"
    code = f"{category.code} ({category.name})" if category.code else "unknown"
    words = f"words {_words(category.words)}, score {category.score:g}" if category.words else "no words"
    said = f"{code}: {words}"
    if category.runner_up is not None:
        how = "as good" if category.tie else "next best"
        said += f"; {how}: {category.runner_up} by {_words(category.runner_up_words)}"
    return said


def _vote(vote: VoteFound) -> str:
    guesses = ", ".join(f"{label} {chance:.0%}" for label, chance in vote.guesses)
    pieces = f"; pieces {_words(vote.spoke)}" if vote.spoke else ""
    doubt = "" if vote.sure else "; too unsure to decide: a case goes to the district's desk with these guesses"
    return guesses + pieces + doubt


def _place(found: Explanation) -> str:
    place = found.place
    if place.candidates:
        return f"“{place.name}” may be {len(place.candidates)} places: {', '.join(place.candidates)}"
    if place.key is None:
        return "unknown: the text names none and the sender's home is not known"
    if place.assumed:
        return f"{place.name}, assumed"
    return f"{place.name} [{place.key}]: words {_words(place.words)}"


def _way(way: Way, at: datetime, zone: ZoneInfo) -> Iterator[str]:
    yield _line("rule", _rule(way))
    name = "ladder"
    for stage in way.stages:
        yield _line(name, _stage(stage, at, zone))
        name = ""
    if way.department is not None:
        when = f", at {_clock(way.assigned_at, at, zone)} at the latest" if way.assigned_at else ""
        yield _line("department", f"{way.department_name} ({way.department}){when}")
    if way.assisting:
        yield _line("assisting", ", ".join(way.assisting))
    name = "limits"
    for limit in way.limits:
        due = f", due {_clock(limit.due_at, at, zone)}" if limit.due_at else ""
        yield _line(name, f"{limit.kind}: {_amount(limit.limit)}{due}")
        name = ""


def _rule(way: Way) -> str:
    words = (f"words {_words(way.rule_words)}",) if way.rule_words else ()
    by = "; ".join((*way.rule_reasons, *words))
    return way.rule + (", urgent" if way.urgent else "") + (f": by {by}" if by else "")


def _amount(limit: Limit) -> str:
    if limit.unit is Unit.WORKING_DAYS:
        return f"end of working day {limit.amount}"
    return f"{limit.amount} {limit.unit.replace('_', ' ')}"


def _stage(stage: Stage, at: datetime, zone: ZoneInfo) -> str:
    opens = f"{_clock(stage.opens_at, at, zone)} " if stage.opens_at else ""
    ends = _clock(stage.ends_at, at, zone) if stage.ends_at else ""
    role = _ROLES[stage.role].format(ends=ends)
    reason = f" ({_REASONS[stage.reason]})" if stage.reason else ""
    named = f" {stage.name or stage.office}" if stage.office else ""
    return f"{opens}{stage.level}{named} {role}{reason}"


def _clock(moment: datetime, at: datetime, zone: ZoneInfo) -> str:
    """The time of day, with the date when it is another day than that of the text."""
    local = moment.astimezone(zone)
    same = local.date() == at.astimezone(zone).date()
    return f"{local:%H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"
