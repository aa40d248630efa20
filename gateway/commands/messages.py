"""`gridgate messages`: looking through what came in, first of all through what opened no case."""

from __future__ import annotations

from dataclasses import asdict
from zoneinfo import ZoneInfo

import click

from gateway.books import read_book
from gateway.commands.common import Call, Commands, as_line, config_option, json_option, pass_call
from gateway.keys import read_master_key
from handlers.addresses import masked
from routing_rules.decisions import Verdict
from routing_rules.messages import Address
from storage import inbox_views
from storage.database import Database
from storage.people import Keyring

#: Texts that a rule set apart: somebody should look whether a matter is among them.
SET_APART = (Verdict.CHITCHAT, Verdict.SPAM, Verdict.AUTOREPLY, Verdict.UNCLEAR, Verdict.SET_ASIDE)


@click.group(cls=Commands)
@config_option
def messages() -> None:
    """Texts that came in."""


@messages.command("list")
@click.option(
    "--verdict",
    "verdicts",
    multiple=True,
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="Texts with this verdict; may be given several times. Without it those that opened nothing: small talk, "
    "spam, automatic replies, unclear ones, and those that could not be decided.",
)
@click.option("--before", type=int, metavar="ID", help="Go on with texts older than this one.")
@click.option("--limit", default=100, type=click.IntRange(1, 10_000), show_default=True, help="Texts at most.")
@click.option("--clear", is_flag=True, help="Show phone numbers in full.")
@json_option("One object a text.")
@config_option
@pass_call
def list_messages(
    call: Call, verdicts: tuple[str, ...], before: int | None, limit: int, clear: bool, as_json: bool
) -> None:
    """The latest texts with their verdicts, the newest first."""
    wanted = tuple(Verdict(verdict) for verdict in verdicts) or SET_APART
    keyring = Keyring(read_master_key(call.settings))
    zone = ZoneInfo(read_book(call.settings.city).calendar.zone)
    with Database(call.settings.database_url, writer=False) as database, database.reading() as connection:
        lines = inbox_views.inbox_lines(connection, keyring, wanted, before=before, limit=limit)
    for line in lines:
        sender = _shown(line.address, clear)
        if as_json:
            click.echo(as_line({**asdict(line), "address": sender}))
        else:
            case = f" case {line.case_number}" if line.case_number else ""
            click.echo(
                f"{line.id} {line.at.astimezone(zone):%Y-%m-%d %H:%M} {sender} [{line.verdict}]{case} {line.text}"
            )
    if not lines and not as_json:
        click.echo("none")


def _shown(address: str | None, clear: bool) -> str:
    if address is None:
        return "erased"
    return address if clear else masked(Address.parse(address))
