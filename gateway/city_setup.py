"""Puts a registry into a database, so that the engine finds its city there; it judges nothing in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from gateway.books import read_registry_file
from gateway.confirmations import owe_confirmations
from gateway.items import ReplaceRegistry
from gateway.turn import Turn
from routing_rules.decisions import Decision, EntryKind, LedgerEntry
from routing_rules.registry_file import RegistryFile, offices_of
from routing_rules.rulebook import RuleBook
from storage import registry
from storage.database import Database
from storage.people import Keyring


def load_registry(database: Database, keyring: Keyring, book: RuleBook, source: str, now: datetime) -> int:
    """Replace the stored registry by the one of a shipped book, folder or file, before any engine runs.

    Returns its version. Raises RegistryFileError with every problem, and then changes nothing.
    """
    found = read_registry_file(source, book)
    with database.writing() as connection:
        return _replace(connection, keyring, book, found, now)


def replace_registry(connection: Connection, turn: Turn, item: ReplaceRegistry) -> int:
    """The same as part of an engine's turn, with its fact on the ledger. Returns the new version."""
    version = _replace(connection, turn.keyring, turn.city.book, item.registry, turn.now)
    entry = LedgerEntry(
        case_number=None,
        kind=EntryKind.REGISTRY_CHANGED,
        at=turn.now,
        actor=f"operator:{item.operator}",
        data={"version": version, "areas": len(item.registry.areas), "places": len(item.registry.places)},
    )
    turn.decisions.append(Decision(ledger=(entry,)))
    return version


def _replace(connection: Connection, keyring: Keyring, book: RuleBook, found: RegistryFile, now: datetime) -> int:
    version = registry.replace(
        connection,
        keyring,
        areas=found.areas.values(),
        places=found.places,
        offices=offices_of(book, found).values(),
        people=found.people,
        now=now,
    )
    owe_confirmations(connection, keyring, book, registry.load(connection).postings, now)
    return version
