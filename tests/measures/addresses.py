"""Boston's addresses to their ward, with a gazetteer learned from half of the rows and asked about the other half.

The known half are the even rows of the open file. Without a file the odd rows of that file are read; rows of a file
that is named are all read, but for those whose address is known. What is no ward is a question.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing_rules.areas import Area, Level, Place, Registry
from routing_rules.location import Gazetteer, Location, LocationKind
from routing_rules.messages import Point
from routing_rules.street_learning import KnownAddress, learn_streets
from tests.measures.replay import ROOT

#: At least so many rows right, at most so many wrong.
RIGHT, WRONG = 0.85, 0.01
#: Where the city's map puts what it cannot find: the city hall.
CITY_HALL = Point(42.3594, -71.0587)
#: The towns of Boston's postal addresses.
TOWNS = (
    "South Boston", "East Boston", "West Roxbury", "Hyde Park", "Jamaica Plain", "Mission Hill", "Chestnut Hill",
    "Dorchester", "Boston", "Roxbury", "Roslindale", "Brighton", "Mattapan", "Allston", "Charlestown",
)  # fmt: skip
_ENDING = rf"\s+(?P<town>{'|'.join(TOWNS)})\s+MA\s*(?P<code>[0-9]{{5}})?\s*$"
_CORNER = re.compile(r"INTERSECTION of (?P<street>.+?) & (?P<crossing>.+?)" + _ENDING)
_HOUSE = re.compile(r"(?P<number>[0-9]+)[A-Za-z]*(?:\s?-\s?[0-9]*[A-Za-z]*)?&?\s+(?P<street>.+?)" + _ENDING)
#: So many known rows of a postal code in one ward make it a place there.
_SURE_CODE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One address of the city."""

    address: str
    ward: int
    point: Point | None


def data_folder() -> Path:
    return Path(os.environ.get("GRIDGATE_TEST_DATA", ROOT.parent / "shared" / "data"))


def json_lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, plain or gzip."""
    data = file.read_bytes()
    text = (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode("utf-8")
    yield from (json.loads(line) for line in text.split("\n") if line.strip())


def rows_of(file: Path) -> list[Row]:
    """The rows of a file of JSON lines, plain or gzip, that have a ward."""
    rows = []
    for row in json_lines(file):
        ward = re.sub(r"\D", "", str(row.get("ward") or ""))
        rows.append(
            Row(address=row.get("address") or row.get("location") or "", ward=int(ward or 0), point=_point(row))
        )
    return rows


def _point(row: dict[str, Any]) -> Point | None:
    if row.get("lat") is None or row.get("lon") is None:
        return None
    point = Point(float(row["lat"]), float(row["lon"]))
    at_hall = abs(point.lat - CITY_HALL.lat) < 2e-4 and abs(point.lon - CITY_HALL.lon) < 2e-4
    return None if at_hall or not (42.2 < point.lat < 42.45 and -71.25 < point.lon < -70.9) else point


def registry_of(known: Iterable[Row]) -> Registry:
    """The city as the known addresses tell it: towns, the wards in each, streets, corners, postal codes."""
    areas = {"city": Area(code="city", level=Level.DISTRICT, parent=None, names={"en": "City of Boston"})}
    addresses: list[KnownAddress] = []
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in known:
        found = _CORNER.match(row.address) or _HOUSE.match(row.address)
        if found is None or not row.ward:
            continue
        town = found["town"]
        street = town.lower().replace(" ", "-")
        ward = f"{street}-ward-{row.ward}"
        areas.setdefault(street, Area(code=street, level=Level.STREET, parent="city", names={"en": town}))
        names = {"en": f"Ward {row.ward}, {town}"}
        areas.setdefault(ward, Area(code=ward, level=Level.COMMUNITY, parent=street, names=names))
        parts = found.groupdict()
        addresses.append(
            KnownAddress(
                street=parts["street"],
                number=int(parts.get("number") or 0),
                crossing=parts.get("crossing"),
                locality=street,
                area=ward,
                point=row.point,
            )
        )
        if parts["code"]:
            codes[parts["code"]][ward] += 1
    places = [*learn_streets(addresses), *_postcodes(codes)]
    return Registry(areas=areas, places=tuple(places), offices={})


def _postcodes(codes: dict[str, Counter[str]]) -> Iterator[Place]:
    for code, cells in codes.items():
        wards = {cell.rpartition("-")[2] for cell in cells}
        if len(wards) == 1 and sum(cells.values()) >= _SURE_CODE:
            area = cells.most_common(1)[0][0]
            yield Place(code=f"zip-{code}", kind="postcode", area=area, names={"en": code})


def wards_of(found: Location, registry: Registry) -> set[int]:
    """The wards that a located text may lie in: one for a place, those of a town for a town."""
    if found.kind is not LocationKind.EXACT or found.area is None:
        return set()
    inside = [code for code in registry.areas if registry.lies_in(code, found.area)]
    return {int(code.rpartition("-")[2]) for code in inside if "-ward-" in code}


def judged(gazetteer: Gazetteer, registry: Registry, rows: Iterable[Row]) -> Iterator[tuple[str, Row, Location]]:
    """Each row with "right", "wrong" or "asked"."""
    for row in rows:
        found = gazetteer.locate(row.address)
        wards = wards_of(found, registry)
        yield ("asked" if len(wards) != 1 else "right" if row.ward in wards else "wrong"), row, found


def measure(files: Sequence[Path] = ()) -> dict[str, Any]:
    """Shares right, wrong and asked, and what a text takes."""
    open_rows = rows_of(data_folder() / "boston311" / "boston_address_open.jsonl.gz")
    known = open_rows[::2]
    there = {row.address for row in known}
    rows = [row for file in files for row in rows_of(file) if row.address not in there] if files else open_rows[1::2]
    rows = [row for row in rows if row.ward]
    began = time.perf_counter()
    registry = registry_of(known)
    learned = time.perf_counter()
    gazetteer = Gazetteer(registry)
    compiled = time.perf_counter()
    results = Counter[str]()
    corners = Counter[str]()
    for result, row, _ in judged(gazetteer, registry, rows):
        (corners if row.address.startswith("INTERSECTION") else results)[result] += 1
    total = sum(results.values()) + sum(corners.values())
    shares = {kind: round((results[kind] + corners[kind]) / total, 4) for kind in ("right", "wrong", "asked")}
    return {
        "measure": "addresses",
        "rows": total,
        **shares,
        "houses": dict(results),
        "corners": dict(corners),
        "places_learned": len(registry.places),
        "learn_seconds": round(learned - began, 2),
        "compile_seconds": round(compiled - learned, 2),
        "locate_ms_p50": _milliseconds(gazetteer, rows),
        "good": shares["right"] >= RIGHT and shares["wrong"] <= WRONG,
    }


def _milliseconds(gazetteer: Gazetteer, rows: list[Row]) -> float:
    took = []
    for row in rows[:2000]:
        began = time.perf_counter()
        gazetteer.locate(row.address)
        took.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(took), 3) if took else 0.0
