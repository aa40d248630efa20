"""Puts a rulebook's registry into a database, so that the engine finds its city there."""

from __future__ import annotations

from datetime import datetime

from gateway.books import read_registry_file
from gateway.confirmations import owe_confirmations
from routing_rules.registry_file import offices_of
from routing_rules.rulebook import RuleBook
from storage import registry
from storage.database import Database
from storage.people import Keyring


def load_registry(database: Database, keyring: Keyring, book: RuleBook, source: str, now: datetime) -> int:
    """Replace the stored registry by the one of a shipped book, folder or file. Returns its version.

    Raises RegistryFileError with every problem, and then changes nothing.
    """
    found = read_registry_file(source, book)
    with database.writing() as connection:
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
