"""`gridgate gridman`: invites people to the chat bot, lists them, unbinds them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from gateway.books import read_book
from gateway.clock import WallClock
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
from gateway.control import Invite
from gateway.items import Unbind
from gateway.keys import read_master_key
from routing_rules.areas import GRID_OFFICE
from routing_rules.grid_work import Binding
from routing_rules.messages import Address
from storage import bindings
from storage.database import Database
from storage.people import Keyring


@click.group(cls=Commands)
@config_option
def gridman() -> None:
    """Gridmen and supervisors on the chat bot: invite, list, unbind."""


@gridman.command()
@click.argument("name")
@click.option("--grid", "grids", multiple=True, metavar="CODE", help="A grid of his; may be given several times.")
@click.option("--office", "offices", multiple=True, metavar="CODE", help="For a supervisor: an office or department.")
@click.option("--cover", is_flag=True, help="He stands in for others in these grids.")
@click.option("--phone", metavar="ADDRESS", help="A number you know to be his, for what the chat does not take.")
@click.option("--language", metavar="CODE", help="Language he is written to in; the city's first without it.")
@operator_option()
@json_option()
@config_option
@pass_call
def invite(
    call: Call,
    name: str,
    grids: tuple[str, ...],
    offices: tuple[str, ...],
    cover: bool,
    phone: str | None,
    language: str | None,
    operator: str,
    as_json: bool,
) -> None:
    """Print a code for NAME, to be sent to the bot as "/start CODE": it works once, for 24 hours."""
    book = read_book(call.settings.city)
    if not grids and not offices:
        raise CannotBeDone("say for what: --grid CODE, or --office CODE for a supervisor")
    order = Invite(
        name=name.strip(),
        offices=" ".join([*(f"{GRID_OFFICE}{grid}" for grid in grids), *offices]),
        cover=int(cover),
        language=language or book.staff_language,
        phone=_address(phone) if phone else "",
        operator=operator,
    )
    if not order.name:
        raise CannotBeDone("NAME must not be empty")
    try:
        made = hand_in(call.settings, order)
    except ValueError as error:
        raise CannotBeDone(str(error)) from error
    until = datetime.fromisoformat(made["expires_at"]).astimezone(ZoneInfo(book.calendar.zone))
    lines = [f'{made["code"]}   (send "/start {made["code"]}" to the bot before {until:%Y-%m-%d %H:%M})']
    say(made, lines, as_json=as_json)


@gridman.command("list")
@click.option("--all", "everybody", is_flag=True, help="Also those who were unbound, and invites nobody used in time.")
@json_option("One object a binding.")
@config_option
@pass_call
def list_gridmen(call: Call, everybody: bool, as_json: bool) -> None:
    """Who is bound to which grids and offices, and who is on duty."""
    keyring = Keyring(read_master_key(call.settings))
    with Database(call.settings.database_url, writer=False) as database, database.reading() as connection:
        found = bindings.everything(connection, keyring)
        on_duty = {duty.contact for duty in bindings.on_duty(connection)}
    now = WallClock().utcnow()
    shown = [each for each in found if everybody or _state(each, now) in ("bound", "invited")]
    for each in shown:
        duty = each.live and each.contact in on_duty
        if as_json:
            values = {
                "binding": each.id, "name": each.name, "offices": list(each.offices), "cover": each.cover,
                "state": _state(each, now), "on_duty": duty,
            }  # fmt: skip
            click.echo(as_line(values))
        else:
            offices = ", ".join(office.removeprefix(GRID_OFFICE) for office in each.offices)
            marks = f"{', cover' if each.cover else ''}{', on duty' if duty else ''}"
            click.echo(f"{each.id} {_state(each, now)} {each.name}: {offices}{marks}")
    if not shown and not as_json:
        click.echo("none")


@gridman.command()
@click.argument("binding")
@operator_option()
@json_option()
@config_option
@pass_call
def unbind(call: Call, binding: str, operator: str, as_json: bool) -> None:
    """End BINDING (see list): the person's buttons and codes are dead at once."""
    done = bool(hand_in(call.settings, Unbind(binding=binding, operator=operator)))
    say({"unbound": done}, [f"{binding}: {'unbound' if done else 'there is no such binding'}"], as_json=as_json)
    if not done:
        raise click.exceptions.Exit(FOUND_WRONG)


def _state(binding: Binding, now: datetime) -> str:
    if binding.unbound_at is not None:
        return "unbound"
    if binding.bound_at is not None:
        return "bound"
    return "invited" if binding.expires_at > now else "expired"


def _address(text: str) -> str:
    try:
        return str(Address.parse(text))
    except ValueError as error:
        raise CannotBeDone(str(error)) from error
