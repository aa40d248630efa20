"""The kinds of values that settings have beyond numbers and words, each with its check; it opens nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ValidationInfo
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from routing_rules.messages import Address

#: The databases the gateway runs on, as SQLAlchemy writes them.
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def _resolved(path: Path, info: ValidationInfo) -> Path:
    """Relative paths count from the folder of the configuration file, wherever the process was started."""
    base = (info.context or {}).get("base")
    return Path(base, path) if base is not None else path


def _city(city: str, info: ValidationInfo) -> str:
    if "/" in city:
        return str(_resolved(Path(city), info))
    if not re.fullmatch(r"[A-Za-z0-9_-]+", city):
        raise ValueError("must be the name of a book that ships, or the path of a folder with a slash in it")
    return city


def _database_url(text: str, info: ValidationInfo) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("is not a database URL such as sqlite:///var/gridgate.db") from None
    if url.drivername not in _DRIVERS:
        raise ValueError("names a database that is not supported; use sqlite:///… or postgresql+psycopg://…")
    url = url.set(drivername=_DRIVERS[url.drivername])
    if url.drivername == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ValueError("a database in memory would be lost; name a file, for example sqlite:///var/gridgate.db")
        url = url.set(database=str(_resolved(Path(str(url.database)), info)))
    return url.render_as_string(hide_password=False)


def _web_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http or https address without query, for example https://grid.example.org")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password")
    return text.rstrip("/")


def _address(text: str) -> str:
    return str(Address.parse(text))


#: An http or https address, without a slash at the end.
WebUrl = Annotated[str, AfterValidator(_web_url)]
#: A path; a relative one counts from the folder of the configuration file.
FilePath = Annotated[Path, AfterValidator(_resolved)]
#: An address of a person, ``scheme:value``.
AddressText = Annotated[str, AfterValidator(_address)]
#: The name of a book that ships, or a path with a slash in it.
City = Annotated[str, AfterValidator(_city)]
#: A database URL as SQLAlchemy takes it: the driver completed, the path of a SQLite file absolute.
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
