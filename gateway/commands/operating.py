"""`gridgate case` and `gridgate outbox`: looking at one case, unmerging it, and helping texts that got stuck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from gateway.books import read_book
from gateway.commands.common import (
    FOUND_WRONG,
    Call,
    CannotBeDone,
    Commands,
    as_line,
    config_option,
    json_option,
    pass_call,
    say,
)
from gateway.commands.orders import hand_in, operator_option
from gateway.items import DropText, RetryText, Unmerge
from gateway.keys import read_master_key
from handlers.addresses import masked
from routing_rules.deadlines import Deadline
from routing_rules.messages import Address
from routing_rules.rulebook import RuleBook
from storage import views
from storage.database import Database
from storage.people import Keyring
from storage.texts import TextStatus

#: Texts that will not leave without a person.
_STUCK = (TextStatus.UNKNOWN, TextStatus.FAILED, TextStatus.DEAD)


# -- one case -----------------------------------------------------------------------------------------------------


@click.group(cls=Commands)
@config_option
def case() -> None:
    """Look at a case, or take a merge back."""


@case.command("show")
@click.argument("number")
@click.option("--clear", is_flag=True, help="Show phone numbers in full.")
@json_option()
@config_option
@pass_call
def show(call: Call, number: str, clear: bool, as_json: bool) -> None:
    """Everything about case NUMBER (1042 or Z1042): state, facts, texts, tasks and clocks."""
    book = read_book(call.settings.city)
    keyring = Keyring(read_master_key(call.settings))
    with Database(call.settings.database_url, writer=False) as database, database.reading() as connection:
        story = views.case_story(connection, keyring, _number(number, book))
    if story is None:
        click.echo(f"there is no case {number}", err=True)
        raise click.exceptions.Exit(FOUND_WRONG)
    result = asdict(story)
    for line in result["lines"]:
        line["address"] = _shown(line["address"], clear)
    say(result, _story(story, book, clear), as_json=as_json)


@case.command()
@click.argument("number")
@operator_option()
@json_option()
@config_option
@pass_call
def unmerge(call: Call, number: str, operator: str, as_json: bool) -> None:
    """Let case NUMBER live again that was merged into another one; its reporters go with it and are told."""
    book = read_book(call.settings.city)
    wanted = _number(number, book)
    done = bool(hand_in(call.settings, Unmerge(case_number=wanted, operator=operator)))
    label = book.label(wanted)
    line = f"case {label}: filed again" if done else f"case {label}: left as it is, nobody in it was merged elsewhere"
    say({"case": wanted, "unmerged": done}, (line,), as_json=as_json)
    if not done:
        raise click.exceptions.Exit(FOUND_WRONG)


def _number(text: str, book: RuleBook) -> int:
    digits = text.upper().removeprefix(book.number_prefix.upper())
    if not (digits.isascii() and digits.isdigit() and len(digits) < 18):
        raise CannotBeDone(f"a case number looks like {book.label(book.first_number)}, not like {text!r}")
    return int(digits)


def _shown(address: str | None, clear: bool) -> str:
    if address is None:
        return "erased"
    return address if clear else masked(Address.parse(address))


def _story(story: views.CaseStory, book: RuleBook, clear: bool) -> Iterator[str]:
    zone = ZoneInfo(book.calendar.zone)
    found = story.case
    place = found.text.place if found.text else ""
    yield f"{book.label(found.number)} {found.status}, {found.category or 'no category'}, {place or 'no place'}"
    yield f"  opened {_local(found.opened_at, zone)}, held by {found.holder} at {found.level}, handler {found.handler}"
    yield (
        f"  reporters {found.reporters}, urges {found.urges}, returns {found.returns}, extensions {found.extensions}, "
        f"rework {found.rework}, overtimes {found.overtimes}"
    )
    yield "clocks"
    for clock in story.deadlines:
        yield f"  {clock.kind} {clock.round}: due {_local(clock.due_at, zone)}, {_state(clock)}"
    yield "tasks"
    for task in story.assignments:
        end = f"{task.outcome} {_local(task.ended_at, zone)}" if task.ended_at else "open"
        yield f"  {task.seq} {task.office} {task.task}: offered {_local(task.offered_at, zone)}, {end}"
    yield "facts"
    for fact in story.facts:
        data = ", ".join(f"{key} {value}" for key, value in fact.data.items() if value not in (None, [], ""))
        yield f"  {fact.seq} {_local(fact.at, zone)} {fact.kind} by {fact.actor}: {data}"
    yield "texts"
    for line in story.lines:
        arrow = "◁" if line.direction == "in" else "▷"
        yield f"  {_local(line.at, zone)} {arrow} {_shown(line.address, clear)} [{line.state}] {line.text}"


def _state(clock: Deadline) -> str:
    if clock.met_at:
        return "met"
    if clock.fired_at:
        return "ran out"
    return "cancelled" if clock.cancelled_at else "paused" if clock.paused_at else "runs"


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


# -- the outbox ---------------------------------------------------------------------------------------------------


@click.group(cls=Commands)
@config_option
def outbox() -> None:
    """Texts on their way out: list those that are stuck, try them again, give them up."""


@outbox.command("list")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in TextStatus]),
    help="Texts of this status; may be given several times. Those that are stuck without it.",
)
@click.option("--after", default=0, metavar="ID", help="Go on behind this text.")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), show_default=True, help="Texts at most.")
@json_option("One object a text.")
@config_option
@pass_call
def list_texts(call: Call, statuses: tuple[str, ...], after: int, limit: int, as_json: bool) -> None:
    """Texts that are stuck (unknown, failed, dead), or those of some other status."""
    wanted = tuple(TextStatus(status) for status in statuses) or _STUCK
    with Database(call.settings.database_url, writer=False) as database, database.reading() as connection:
        lines = views.outbox_lines(connection, wanted, limit=limit, after=after)
    for line in lines:
        if as_json:
            click.echo(as_line(asdict(line)))
        else:
            case = f"case {line.case_number}" if line.case_number else "no case"
            error = f", {line.last_error}" if line.last_error else ""
            when = f"{line.created_at:%Y-%m-%dT%H:%MZ}"
            click.echo(f"{line.id} {line.status} {line.template}, {case}, {line.attempts} attempts, owed {when}{error}")
    if not lines and not as_json:
        click.echo("none")


@outbox.command()
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@operator_option()
@json_option()
@config_option
@pass_call
def retry(call: Call, ids: tuple[int, ...], operator: str, as_json: bool) -> None:
    """Try texts again that were given up, refused, cancelled or whose outcome is unknown."""
    _operate(call, {id: RetryText(outbox_id=id, operator=operator) for id in ids}, "tried again", as_json)


@outbox.command()
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@operator_option()
@json_option()
@config_option
@pass_call
def drop(call: Call, ids: tuple[int, ...], operator: str, as_json: bool) -> None:
    """Give texts up for good; one that is being sent at this moment is left alone."""
    _operate(call, {id: DropText(outbox_id=id, operator=operator) for id in ids}, "dropped", as_json)


def _operate(call: Call, orders: dict[int, Any], done: str, as_json: bool) -> None:
    results = {id: bool(hand_in(call.settings, order)) for id, order in orders.items()}
    lines = (f"text {id}: {done if held else 'left as it is'}" for id, held in results.items())
    held = [id for id, ok in results.items() if ok]
    say({"done": held, "left": [id for id in results if id not in held]}, lines, as_json=as_json)
    if len(held) < len(results):
        raise click.exceptions.Exit(FOUND_WRONG)
