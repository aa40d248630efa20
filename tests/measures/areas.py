"""Boston's requests to their ward and precinct by the outlines of the precincts.

Rows on the default point (the city hall, where the city's map puts what it cannot find) must come back as not located.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from routing_rules.areas import Area, Level, Place, Registry
from routing_rules.location import Gazetteer
from routing_rules.messages import Point
from tests.measures.addresses import CITY_HALL, data_folder, json_lines

PRECINCT, WARD = 0.95, 0.99


def registry() -> Registry:
    """Wards as streets, precincts as communities with their outlines, and the point that means "not located"."""
    areas = {"boston": Area(code="boston", level=Level.DISTRICT, parent=None, names={"en": "Boston"})}
    places = [
        Place(
            code="city-hall-default",
            kind="nowhere",
            area="boston",
            names={},
            outline=json.dumps({"type": "Point", "coordinates": [CITY_HALL.lon, CITY_HALL.lat]}),
        )
    ]
    shapes = json.loads((data_folder() / "places_us" / "boston_precincts_wgs84.geojson").read_text("utf-8"))
    for feature in shapes["features"]:
        code = feature["properties"]["WARD_PRECINCT"]
        ward = f"ward-{int(code[:2])}"
        areas.setdefault(ward, Area(code=ward, level=Level.STREET, parent="boston", names={"en": ward}))
        areas.setdefault(code, Area(code=code, level=Level.COMMUNITY, parent=ward, names={"en": f"Precinct {code}"}))
        outline = json.dumps(feature["geometry"])
        places.append(Place(code=f"outline-{code}", kind="outline", area=code, names={}, outline=outline))
    return Registry(areas=areas, places=tuple(places), offices={})


def rows_of(file: Path) -> Iterator[tuple[Point, str, str]]:
    """Point, precinct and ward of each row; "" for a precinct or ward that is not known."""
    for row in json_lines(file):
        if row.get("lat") is not None and row.get("lon") is not None:
            ward = re.sub(r"\D", "", str(row.get("ward") or ""))
            point = Point(float(row["lat"]), float(row["lon"]))
            yield point, str(row.get("precinct") or ""), f"ward-{int(ward)}" if ward else ""


def is_default(point: Point) -> bool:
    return abs(point.lat - CITY_HALL.lat) < 5e-5 and abs(point.lon - CITY_HALL.lon) < 5e-5


def measure(files: Sequence[Path] = ()) -> dict[str, Any]:
    """Shares of the located rows with the right precinct and ward, and the default rows that were located."""
    files = files or [data_folder() / "boston311" / "boston311_open.jsonl.gz"]
    city = registry()
    gazetteer = Gazetteer(city)
    counts: Counter[str] = Counter()
    took = 0.0
    for point, precinct, ward in (row for file in files for row in rows_of(file)):
        began = time.perf_counter()
        area = gazetteer.by_point(point)
        took += time.perf_counter() - began
        counts["rows"] += 1
        if is_default(point):
            counts["default"] += 1
            counts["default_located"] += area is not None
            continue
        if not precinct or not ward:
            continue
        counts["elsewhere"] += 1
        counts["outside"] += area is None
        counts["precinct"] += area == precinct
        counts["ward"] += city.lies_in(area, ward)
    shares = {kind: round(counts[kind] / max(1, counts["elsewhere"]), 4) for kind in ("precinct", "ward")}
    return {
        "measure": "areas",
        "rows": counts["rows"],
        **shares,
        "outside": counts["outside"],
        "default_rows": counts["default"],
        "default_rows_located": counts["default_located"],
        "points_per_second": round(counts["rows"] / took) if took else 0,
        "good": shares["precinct"] >= PRECINCT and shares["ward"] >= WARD and not counts["default_located"],
    }
