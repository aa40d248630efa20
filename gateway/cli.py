"""The command line: ``gridgate`` and ``python -m gateway``. Exit codes: 0 done, 1 found wrong, 2 cannot be done."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from gateway import logs
from gateway.books import read_book, read_registry_file
from gateway.city_setup import load_registry
from gateway.clock import WallClock
from gateway.config import Settings
from gateway.config_file import ConfigError
from gateway.config_load import load
from gateway.keys import KeyUnusable, make_master_key, read_master_key
from gateway.spool import SpoolUnusable
from routing_rules.registry_file import RegistryFileError
from routing_rules.rulebook_file import RuleBookError
from storage import registry, schema, verification
from storage.database import Database
from storage.errors import DatabaseError
from storage.people import Keyring, WrongMasterKey

#: What a command may say to its user instead of a traceback.
_SAID = (
    ConfigError,
    RuleBookError,
    RegistryFileError,
    KeyUnusable,
    WrongMasterKey,
    DatabaseError,
    SpoolUnusable,
    LookupError,
)


@click.group()
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file; ./config.yaml without it.")
@click.pass_context
def commands(context: click.Context, config: Path | None) -> None:
    """The grid intake gateway: residents' texts to the office that must act, before the deadline."""
    if context.invoked_subcommand != "demo":
        context.obj = load(config)
        logs.set_up(context.obj.log_level, context.obj.log_format)


@commands.command()
@click.pass_obj
def init(settings: Settings) -> None:
    """Make the master key, the database and the city's registry where they are missing."""
    made = make_master_key(settings.secrets.master_key_file)
    database_file = settings.database_url.removeprefix("sqlite:///")
    if database_file != settings.database_url:
        Path(database_file).parent.mkdir(parents=True, exist_ok=True)
    upgraded = schema.upgrade(settings.database_url)
    book = read_book(settings.city)
    with Database(settings.database_url, writer=True) as database:
        with database.reading() as connection:
            loaded = registry.version(connection)
        if not loaded:
            keyring = Keyring(read_master_key(settings))
            load_registry(database, keyring, book, settings.city, WallClock().utcnow())
    done = [name for name, new in (("key", made), ("database", upgraded), ("city", not loaded)) if new]
    click.echo(f"made: {', '.join(done)}" if done else "everything is there already")


@commands.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Run the gateway until SIGTERM or Ctrl-C."""
    from gateway.serve import serve as run

    run(settings)


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="One object.")
@click.pass_obj
def check(settings: Settings, as_json: bool) -> None:
    """Check configuration, rulebook and registry; every problem at once."""
    book = read_book(settings.city)
    found = read_registry_file(settings.city, book)
    result = {
        "city": book.code,
        "rulebook": book.version,
        "categories": len(book.categories),
        "areas": len(found.areas),
        "places": len(found.places),
        "people": len(found.people),
    }
    click.echo(json.dumps(result) if as_json else ", ".join(f"{name} {value}" for name, value in result.items()))


@commands.command("verify-ledger")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@click.pass_obj
def verify_ledger(settings: Settings, as_json: bool) -> None:
    """Say whether the ledger is intact, or name the first bad row."""
    with Database(settings.database_url, writer=False) as database, database.reading() as connection:
        result = verification.verify(connection)
    intact = isinstance(result, verification.Verified)
    click.echo(json.dumps({"intact": intact, "result": str(result)}) if as_json else str(result))
    if not intact:
        sys.exit(1)


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="One object a text.")
def demo(as_json: bool) -> None:
    """The golden case on a virtual clock: every text with its time."""
    from gateway.demo import golden_case
    from gateway.rehearsal import Rehearsal

    zone = ZoneInfo("Asia/Shanghai")
    with tempfile.TemporaryDirectory() as folder:
        city = Rehearsal(f"sqlite:///{folder}/demo.db", start=datetime(2026, 8, 18, 9, 20, 4, tzinfo=zone))
        golden_case(city)
        city.close()
    for line in city.transcript:
        if as_json:
            fields = {
                "at": line.at.astimezone(zone).isoformat(),
                "direction": line.direction,
                "address": str(line.address),
                "text": line.text,
                "case": line.case_number,
            }
            click.echo(json.dumps(fields, ensure_ascii=False))
        else:
            arrow = "◁" if line.direction == "in" else "▷"
            click.echo(f"{line.at.astimezone(zone):%H:%M:%S} {arrow} {line.address.value:<10} {line.text}")


def main() -> None:
    """Run the command line. What can be said in a sentence is said in one, and the exit code is 2."""
    try:
        commands()
    except _SAID as error:
        click.echo(str(error), err=True)
        sys.exit(2)
