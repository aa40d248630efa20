"""What the tests of storage share: an open database of either kind, and keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from storage.people import Keyring


@pytest.fixture
def database(ready_database_url: str) -> Iterator[Database]:
    """A fresh database that is open for writing."""
    with Database(ready_database_url, writer=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Keys from a master key that nothing else uses."""
    return Keyring(b"only for tests, never anywhere else!")
