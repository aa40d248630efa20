"""The city that the gateway runs on under faults: the Dinghai sample with numbers that are reserved for tests.

It is made small, since it is read anew at every start, and its offices' windows are short and never closed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import yaml

import routing_rules

ACCOUNT = "AC" + "f" * 32
TOKEN = "signs-every-request-of-the-rehearsal"
#: Our own number at the provider.
NUMBER = "+15005550006"
#: Staff's numbers; +1 500 555 is reserved for tests.
_STAFF = "+150055501{:02}"

#: Offices that stay silent pass a case up after this long, at any hour: the ladder moves while processes die.
_WINDOW = "1 min"
#: As short as may be, so that on PostgreSQL too what a dead process held is taken up within the rehearsal.
_TIMEOUT_SECONDS, _LEASE_SECONDS = 2, 18


def write_city(folder: Path, bodies: Sequence[str]) -> Path:
    """Write the sample city into a folder, with numbers for its simulated phones. Returns its path.

    Of the words that tell categories apart only those that the texts need stay.
    """
    city = folder / "city"
    shutil.copytree(Path(routing_rules.__file__).parent / "books" / "dinghai", city)
    _change(city / "registry" / "people.yaml", _with_numbers)
    _change(city / "book.yaml", lambda book: {**book, "windows": dict.fromkeys(book["windows"], _WINDOW)})
    _change(city / "categories.yaml", lambda categories: _with_few_words(categories, "\n".join(bodies)))
    return city


def write_config(folder: Path, *, city: Path, database_url: str, provider_url: str, port: int) -> Path:
    """Write the configuration of a gateway that texts through the fake provider. Returns its path."""
    config = {
        "city": str(city),
        "public_url": f"http://127.0.0.1:{port}",
        "listen": {"host": "127.0.0.1", "port": port},
        "database_url": database_url,
        "channels": {
            "simulator": {"enabled": False},
            "twilio_sms": {
                "enabled": True,
                "account_sid": ACCOUNT,
                "auth_token": TOKEN,
                "numbers": [NUMBER],
                "region": "US",
                "api_base": provider_url,
                "timeout_seconds": _TIMEOUT_SECONDS,
            },
        },
        "own_numbers": [f"tel:{NUMBER}"],
        "sending": {
            "lease_seconds": _LEASE_SECONDS,
            "backoff_seconds": 1,
            "backoff_cap_seconds": 2,
            "attempts": 30,
        },
        "log_format": "json",
        "log_level": "warning",
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return path


def _change(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    content = yaml.safe_load(file.read_text("utf-8"))
    file.write_text(yaml.safe_dump(change(content), allow_unicode=True, sort_keys=False), "utf-8")


def _with_numbers(registry: dict[str, Any]) -> dict[str, Any]:
    numbers = count(1)
    people = [
        {**person, "addresses": [f"tel:{_STAFF.format(next(numbers))}" for _ in person["addresses"]]}
        for person in registry["people"]
    ]
    return {**registry, "people": people}


def _with_few_words(categories: dict[str, Any], texts: str) -> dict[str, Any]:
    return {
        code: {**category, "keywords": {tongue: _few(words, texts) for tongue, words in category["keywords"].items()}}
        for code, category in categories.items()
    }


def _few(words: Sequence[Any], texts: str) -> list[Any]:
    """Those that stand in the texts; where none does, the first one."""
    needed = [word for word in words if (next(iter(word)) if isinstance(word, dict) else word) in texts]
    return needed or list(words[:1])
