"""Requests of Boston, and rulebooks that are generated from them: loaded like any other, never kept.

The measures ``queues`` and ``due`` share it: both learn from the first half of the rows by time and are scored on the
second, so nothing that a rule knows comes from a row that it is asked about.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from routing_rules.areas import Area, Level, Office, OfficeKind, Registry
from routing_rules.city import City
from routing_rules.rulebook import RuleBook
from routing_rules.rulebook_file import load_book

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("America/New_York")
#: The whole city; every known place lies in it.
CITY = "boston"


def data_folder() -> Path:
    return Path(os.environ.get("GRIDGATE_TEST_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request."""

    opened_at: datetime
    target_at: datetime | None
    #: What the resident chose, and what somebody wrote above it.
    type: str
    title: str
    queue: str
    #: District of public works, empty where the place is unknown.
    district: str
    precinct: str


def read(files: Sequence[Path]) -> tuple[list[Request], list[Request]]:
    """The rows in the order of time, cut into halves; of the open set when no file is named."""
    rows: list[dict[str, Any]] = []
    for file in files or [data_folder() / "boston311" / "boston311_open.jsonl.gz"]:
        raw = file.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8")
        rows += [json.loads(line) for line in text.split("\n") if line.strip()]
    rows.sort(key=lambda row: (row["open_dt"], row["case_enquiry_id"]))
    found = [_request(row) for row in rows]
    half = len(found) // 2
    return found[:half], found[half:]


def _request(row: Mapping[str, Any]) -> Request:
    return Request(
        opened_at=datetime.fromisoformat(row["open_dt"]).replace(tzinfo=ZONE),
        target_at=datetime.fromisoformat(row["target_dt"]).replace(tzinfo=ZONE) if row["target_dt"] else None,
        type=row["type"],
        title=row["case_title"],
        queue=row["queue"],
        district=(row["pwd_district"] or "").strip(),
        precinct=(row["precinct"] or "").strip(),
    )


class Codes:
    """Short codes for names, each its own."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def of(self, name: str) -> str:
        if name not in self._codes:
            plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())[:30].strip("-")
            self._codes[name] = f"{plain or 'x'}-{len(self._codes)}"
        return self._codes[name]

    def known(self, name: str) -> str | None:
        return self._codes.get(name)


def book_of(
    departments: Mapping[str, Any],
    categories: Mapping[str, Any],
    rules: Sequence[Any] = (),
    *,
    calendar: Mapping[str, Any] | None = None,
) -> RuleBook:
    """A rulebook of these parts; its texts, its emergency phrases and what is left are those of the English sample."""
    sample = resources.files("routing_rules") / "books" / "harbour"
    files = {each.name: each.read_text("utf-8") for each in sample.iterdir() if each.name.endswith(".yaml")}
    if calendar is not None:
        top = yaml.safe_load(files["book.yaml"])
        top["calendar"] = dict(calendar)
        files["book.yaml"] = dumped(top)
    files |= {
        "departments.yaml": dumped(dict(departments)),
        "categories.yaml": dumped(dict(categories)),
        "rules.yaml": dumped(list(rules)),
    }
    return load_book(files)


class _Dumper(yaml.SafeDumper):
    """Writes everything out: a rulebook may not use aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dumped(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


def registry_of(districts: Iterable[tuple[str, str]]) -> Registry:
    """The city with its districts of public works and the precincts in them."""
    areas = {CITY: Area(code=CITY, level=Level.DISTRICT, parent=None, names={"en": "Boston"})}
    for district, precinct in sorted(set(districts)):
        if not district:
            continue
        street, community = district_code(district), precinct_code(district, precinct)
        areas.setdefault(
            street, Area(code=street, level=Level.STREET, parent=CITY, names={"en": f"District {district}"})
        )
        if precinct:
            areas[community] = Area(
                code=community, level=Level.COMMUNITY, parent=street, names={"en": f"Precinct {precinct} of {district}"}
            )
    office = Office(code="hall", kind=OfficeKind.OFFICE, level=Level.DISTRICT, area=CITY, names={"en": "City Hall"})
    return Registry(areas=areas, places=(), offices={office.code: office})


def district_code(district: str) -> str:
    return f"pwd-{district.lower()}"


def precinct_code(district: str, precinct: str) -> str:
    return f"pwd-{district.lower()}-{precinct.lower()}"


def area_of(city: City, request: Request) -> str | None:
    """The smallest area that the city knows the place of a request in."""
    for code in (precinct_code(request.district, request.precinct), district_code(request.district)):
        if request.district and code in city.registry.areas:
            return code
    return None
