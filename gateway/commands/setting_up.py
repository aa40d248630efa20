"""`gridgate init`, `db` and `registry`: what must be there before the gateway can run, and how it is renewed."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.books import read_book, shipped_books
from gateway.city_setup import load_registry
from gateway.clock import WallClock
from gateway.commands.common import FOUND_WRONG, Call, Commands, config_option, json_option, pass_call, say
from gateway.commands.orders import hand_in, operator_option
from gateway.config import Settings
from gateway.control import LoadRegistry
from gateway.keys import make_master_key, read_master_key
from storage import registry as stored
from storage import schema
from storage.database import Database
from storage.people import Keyring
from storage.revisions import SchemaState


@click.command()
@json_option()
@config_option
@pass_call
def init(call: Call, as_json: bool) -> None:
    """Make the master key, the database and the city's registry where they are missing."""
    settings = call.settings
    made = {
        "key": not settings.secrets.master_key.get_secret_value() and make_master_key(settings.secrets.master_key_file),
        "database": _upgrade(settings),
        "city": _load_city(settings),
    }
    done = [name for name, new in made.items() if new]
    say(made, [f"made: {', '.join(done)}" if done else "everything is there already"], as_json=as_json)


def _upgrade(settings: Settings) -> bool:
    database_file = settings.database_url.removeprefix("sqlite:///")
    if database_file != settings.database_url:
        Path(database_file).parent.mkdir(parents=True, exist_ok=True)
    if schema.check(settings.database_url) is SchemaState.CURRENT:
        return False
    return schema.upgrade(settings.database_url)


def _load_city(settings: Settings) -> bool:
    with Database(settings.database_url, writer=False) as database, database.reading() as connection:
        if stored.version(connection):
            return False
    book = read_book(settings.city)
    keyring = Keyring(read_master_key(settings))
    with Database(settings.database_url, writer=True) as database:
        load_registry(database, keyring, book, settings.city, WallClock().utcnow())
    return True


@click.group(cls=Commands)
@config_option
def db() -> None:
    """The database's schema."""


@db.command()
@json_option()
@config_option
@pass_call
def upgrade(call: Call, as_json: bool) -> None:
    """Create the database, or bring it to the schema of this version. Stop the gateway first."""
    changed = _upgrade(call.settings)
    say({"changed": changed}, ["brought up to date" if changed else "up to date already"], as_json=as_json)


@db.command("check")
@json_option()
@config_option
@pass_call
def check_schema(call: Call, as_json: bool) -> None:
    """Say whether the database has the schema of this version; exit code 1 if not."""
    state = schema.check(call.settings.database_url)
    say({"schema": state.value}, [f"the schema is {state.value}"], as_json=as_json)
    if state is not SchemaState.CURRENT:
        raise click.exceptions.Exit(FOUND_WRONG)


@click.group(cls=Commands)
@config_option
def registry() -> None:
    """The city's areas, places, offices and people."""


@registry.command("load")
@click.argument("source", required=False)
@operator_option()
@json_option()
@config_option
@pass_call
def load_source(call: Call, source: str | None, operator: str, as_json: bool) -> None:
    """Replace the registry by that of SOURCE: a shipped book, a folder or a file; the configured city without it.

    The running gateway takes it up at once. Refused whole when anything in it is wrong.
    """
    name = source or call.settings.city
    if name not in shipped_books():
        name = str(Path(name).absolute())
    version = hand_in(call.settings, LoadRegistry(source=name, operator=operator))
    say({"version": version}, [f"version {version} of the registry holds from now on"], as_json=as_json)
