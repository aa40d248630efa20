"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import Databases, postgresql_server, sqlite_files

# A slow machine is no failure; in CI the same examples are tried every time.
settings.register_profile("here", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "here")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with real data that nobody in the project wrote; it is not part of the repository."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GRIDGATE_TEST_DATA", default))
    if not folder.is_dir():
        missing = f"the data folder {folder} is missing; set GRIDGATE_TEST_DATA to where it is"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return folder


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Databases]:
    """New SQLite databases."""
    files = sqlite_files()
    yield files
    files.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """New databases on a real PostgreSQL server, started once for each process of the tests."""
    server = postgresql_server()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Both kinds of database, one after the other: a test that asks for it runs twice."""
    found: Databases = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def database_url(databases: Databases) -> str:
    """A fresh database in which nothing is (on SQLite no file yet); the test runs on both kinds."""
    return databases.empty()


@pytest.fixture
def ready_database_url(databases: Databases) -> str:
    """A fresh database with the schema of this version and no rows; the test runs on both kinds."""
    return databases.ready()
