"""`gridgate registry import`: areas, places and outlines from files, refused whole with every bad row named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import shapely

from gateway.books import read_book, read_registry_file
from gateway.importing import ImportRefused, Kind, prepare
from routing_rules.areas import Registry
from routing_rules.coordinates import to_gcj02
from routing_rules.location import Gazetteer
from routing_rules.messages import Point
from tests.gateway.command_line import CommandLine, Said

KEY = "5e" * 32
SHELF = Path(__file__).parents[2] / "routing_rules" / "books"
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A folder of one's own with the harbour's rulebook and registry."""
    return Path(shutil.copytree(SHELF / "harbour", tmp_path / "city"))


@pytest.fixture
def gridgate(tmp_path: Path, city: Path, ready_database_url: str) -> CommandLine:
    line = CommandLine(
        tmp_path,
        GRIDGATE_CITY="./city",
        GRIDGATE_DATABASE_URL=ready_database_url,
        GRIDGATE_SECRETS__MASTER_KEY=KEY,
    )
    assert line("init").code == 0
    return line


def areas_of(city: Path) -> dict[str, Any]:
    return dict(read_registry_file(city, read_book("harbour")).areas)


def community(city: Path) -> str:
    return next(code for code, area in areas_of(city).items() if area.level == "community")


def square(lon: float, lat: float, size: float = 0.01) -> dict[str, Any]:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def features(*rows: tuple[dict[str, Any], dict[str, Any]], crs: Any = None) -> str:
    whole: dict[str, Any] = {"type": "FeatureCollection"}
    if crs is not None:
        whole["crs"] = crs
    whole["features"] = [{"type": "Feature", "properties": each, "geometry": shape} for each, shape in rows]
    return json.dumps(whole, indent=1)


def imported(city: Path) -> list[Path]:
    return sorted(city.rglob("imported-*")) + sorted(city.rglob(".imported-*"))


# --- the command


def test_places_of_a_csv_file_are_found_in_texts_at_once(gridgate: CommandLine, city: Path) -> None:
    where = community(city)
    gridgate.file(
        "roads.csv",
        "code,kind,area,name,aliases,former_names,numbers\n"
        f"quay-rd,road,{where},Quay Rd,Quayside|the Quay,Rope Walk,1-99 odd\n"
        f"bell-court,compound,{where},Bell Court,,,\n",
    )
    said = gridgate("registry", "import", "roads.csv", "--kind", "places", "--json").json
    assert (said["written"], said["added"], said["changed"], said["version"]) == (True, 2, 0, 2)
    registry = read_registry_file(city, read_book("harbour"))
    place = next(place for place in registry.places if place.code == "quay-rd")
    assert place.aliases == ("Quayside", "the Quay", "Rope Walk")
    assert (place.number_from, place.number_to, place.parity) == (1, 99, "odd")
    assert "Bell Court" in gridgate("explain", "pothole at Bell Court").out


def test_a_second_import_replaces_rows_and_keeps_the_others(gridgate: CommandLine, city: Path) -> None:
    where = community(city)
    gridgate.file("a.csv", f"code,kind,area,name\none,road,{where},One Rd\ntwo,road,{where},Two Rd\n")
    gridgate.file("b.csv", f"code,kind,area,name\ntwo,road,{where},Second Rd\nthree,road,{where},Three Rd\n")
    assert gridgate("registry", "import", "a.csv", "--kind", "places").code == 0
    said = gridgate("registry", "import", "b.csv", "--kind", "places", "--json").json
    assert (said["added"], said["changed"]) == (1, 1)
    names = {place.code: place.names["en"] for place in read_registry_file(city, read_book("harbour")).places}
    assert (names["one"], names["two"], names["three"]) == ("One Rd", "Second Rd", "Three Rd")


def test_a_dry_run_writes_nothing(gridgate: CommandLine, city: Path) -> None:
    gridgate.file("a.csv", f"code,kind,area,name\none,road,{community(city)},One Rd\n")
    said = gridgate("registry", "import", "a.csv", "--kind", "places", "--dry-run")
    assert said.code == 0
    assert "1 added, 0 changed, would be written to" in said.out
    assert imported(city) == []


def test_every_bad_row_is_named_and_nothing_is_written(gridgate: CommandLine, city: Path) -> None:
    where = community(city)
    gridgate.file(
        "bad.csv",
        "code,kind,area,name,numbers\n"
        f"good,road,{where},Good Rd,\n"
        f"BAD,road,{where},Bad Rd,\n"
        "lost,road,nowhere-land,Lost Rd,\n"
        f'lines,road,{where},"Two\nLines",9-1\n'
        f"good,road,{where},Again Rd,\n"
        f"short,road,{where}\n"
        f",road,{where},Nameless,\n"
        f"odd,canal,{where},Canal,\n",
    )
    said = gridgate("registry", "import", "bad.csv", "--kind", "places", "--json")
    assert said.code == 1
    problems = {(each["line"], each["field"]): each["sentence"] for each in said.json["problems"]}
    assert "a code is up to 40" in problems[3, "BAD"]
    assert "there is no area 'nowhere-land'" in problems[4, "lost area"]
    assert "house numbers run" in problems[5, "lines numbers"]
    assert "stands twice; the first is in bad.csv, line 2" in problems[7, ""]
    assert "has 3 columns, the first line names 5" in problems[8, ""]
    assert "has no code" in problems[9, ""]
    assert "'canal' is not known" in problems[10, "odd kind"]
    assert {each["file"] for each in said.json["problems"]} == {"bad.csv"}
    assert imported(city) == []


def test_areas_are_imported_with_former_names(gridgate: CommandLine, city: Path) -> None:
    where = community(city)
    gridgate.file("a.csv", f"code,level,parent,name,former_names\nnew-1,grid,{where},New Block 1,Old Block\n")
    assert gridgate("registry", "import", "a.csv", "--kind", "areas").code == 0
    assert areas_of(city)["new-1"].aliases == ("Old Block",)


def test_the_book_that_ships_is_not_changed(tmp_path: Path, ready_database_url: str) -> None:
    gridgate = CommandLine(tmp_path, GRIDGATE_DATABASE_URL=ready_database_url, GRIDGATE_SECRETS__MASTER_KEY=KEY)
    gridgate.file("a.csv", "code,kind,area,name\n")
    said = gridgate("registry", "import", "a.csv", "--kind", "places")
    assert (said.code, said.out) == (2, "")
    assert "copy it to a folder" in said.err


def test_an_order_that_fails_leaves_the_folder_as_it_was(gridgate: CommandLine, city: Path) -> None:
    gridgate.file("a.csv", f"code,kind,area,name\none,road,{community(city)},One Rd\n")
    gridgate.environment["GRIDGATE_DATABASE_URL"] = "sqlite:///never-made.db"
    said = gridgate("registry", "import", "a.csv", "--kind", "places")
    assert said.code == 2
    assert imported(city) == []


# --- coordinate systems


def polygons(gridgate: CommandLine, content: str, *arguments: str) -> Said:
    gridgate.file("shapes.geojson", content)
    return gridgate("registry", "import", "shapes.geojson", "--kind", "polygons", *arguments)


def test_outlines_in_wgs84_tell_the_area_of_a_point(gridgate: CommandLine, city: Path) -> None:
    where = community(city)
    assert polygons(gridgate, features(({"area": where}, square(-70.0, 42.0)), crs=CRS84)).code == 0
    assert area_at(city, Point(42.005, -69.995)) == where


@pytest.mark.parametrize(
    ("crs", "piece"),
    [
        (None, "does not say its coordinate system"),
        (
            {"type": "name", "properties": {"name": "EPSG:2249"}},
            "is in the coordinate system 'EPSG:2249', not in WGS84",
        ),
        ({"type": "name", "properties": {"name": "GCJ-02"}}, "is in the coordinate system 'GCJ-02'"),
        ({"type": "link"}, "is in the coordinate system 'None'"),
    ],
)
def test_outlines_in_no_or_another_system_are_refused_with_a_sentence(
    gridgate: CommandLine, city: Path, crs: Any, piece: str
) -> None:
    content = features(({"area": community(city)}, square(122.1, 30.0)), crs=crs)
    said = polygons(gridgate, content)
    assert said.code == 1
    assert piece in said.out
    assert "--crs GCJ-02" in said.out
    assert imported(city) == []


@pytest.mark.parametrize("crs", [None, {"type": "name", "properties": {"name": "GCJ-02"}}])
def test_chinese_outlines_are_moved_when_told_so(gridgate: CommandLine, city: Path, crs: Any) -> None:
    where = community(city)
    corners = [
        to_gcj02(Point(30.0 + dy, 122.1 + dx)) for dx, dy in ((0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01), (0, 0))
    ]
    shape = {"type": "Polygon", "coordinates": [[[point.lon, point.lat] for point in corners]]}
    assert polygons(gridgate, features(({"area": where}, shape), crs=crs), "--crs", "GCJ-02").code == 0
    outline = next(place.outline for place in read_registry_file(city, read_book("harbour")).places if place.outline)
    assert json.loads(outline)["coordinates"][0][0] == [122.1, 30.0]


@pytest.mark.parametrize("name", ["EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "WGS84"])
def test_the_ways_of_saying_wgs84_are_known(gridgate: CommandLine, city: Path, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    said = polygons(gridgate, features(({"area": community(city)}, square(-70.0, 42.0)), crs=crs), "--dry-run")
    assert said.code == 0


def test_a_csv_file_with_outlines_needs_the_system_said(gridgate: CommandLine, city: Path) -> None:
    outline = json.dumps(square(-70.0, 42.0)).replace('"', '""')
    gridgate.file("o.csv", f'area,outline\n{community(city)},"{outline}"\n')
    refused = gridgate("registry", "import", "o.csv", "--kind", "polygons")
    assert (refused.code, "give --crs" in refused.out) == (1, True)
    assert gridgate("registry", "import", "o.csv", "--kind", "polygons", "--crs", "WGS84").code == 0


def test_a_property_may_have_another_name(gridgate: CommandLine, city: Path) -> None:
    content = features(({"PRECINCT": community(city), "OBJECTID": 7}, square(-70.0, 42.0)), crs=CRS84)
    said = polygons(gridgate, content, "--column", "area=PRECINCT", "--json").json
    assert (said["added"], said["ignored_columns"]) == (1, ["OBJECTID"])


def area_at(city: Path, point: Point) -> str | None:
    found = read_registry_file(city, read_book("harbour"))
    return Gazetteer(Registry(areas=found.areas, places=found.places, offices={})).by_point(point)


# --- files that are nothing


@pytest.mark.parametrize(
    ("name", "content", "line", "piece"),
    [
        ("a.csv", b"", None, "is empty"),
        ("a.csv", b"code,name\n\xb0\xa1,x\n", 2, "is not UTF-8"),
        ("a.csv", b'code,name\n"x', 2, "is not CSV"),
        ("a.geojson", b"{", 1, "is not JSON"),
        ("a.geojson", b"[" * 100_000, None, "is not JSON"),
        ("a.geojson", b'{"type":"Feature"}', 1, "is no GeoJSON FeatureCollection"),
        ("a.geojson", b'{"type":"FeatureCollection","crs":"CRS84","features":[7]}', 1, "is no GeoJSON feature"),
        ("a.xlsx", b"PK", None, "is neither .csv nor .geojson"),
        ("a.csv", None, None, "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_by_name(
    tmp_path: Path, city: Path, name: str, content: bytes | None, line: int | None, piece: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        prepare([file], Kind.PLACES, city, read_book("harbour"))
    problem = refused.value.problems[0]
    assert piece in problem.sentence
    assert line is None or problem.line == line


@pytest.mark.parametrize(
    ("geometry", "piece"),
    [
        (None, "has no outline"),
        ({"type": "Polygon"}, "no GeoJSON geometry"),
        ({"type": "Polygon", "coordinates": []}, "no GeoJSON geometry"),
        ({"type": "Point", "coordinates": [1, 2]}, "must be a valid Polygon"),
        ({"type": "Polygon", "coordinates": [[[500, 2], [501, 2], [501, 3], [500, 2]]]}, "must be in WGS84 degrees"),
    ],
)
def test_a_bad_outline_is_named_by_its_feature(tmp_path: Path, city: Path, geometry: Any, piece: str) -> None:
    file = tmp_path / "a.geojson"
    good = ({"area": "unknown"}, square(0, 0))
    text = features(good, ({"area": community(city)}, geometry), crs=CRS84)
    file.write_text(text, "utf-8")
    with pytest.raises(ImportRefused) as refused:
        prepare([file], Kind.POLYGONS, city, read_book("harbour"))
    lines = {problem.line for problem in refused.value.problems if piece in problem.sentence}
    second = [number for number, line in enumerate(text.split("\n"), 1) if line == "  {"][1]
    assert second in lines


def outline_of(tmp_path: Path, city: Path, ring: list[list[float]]) -> str:
    file = tmp_path / "a.geojson"
    shape = {"type": "Polygon", "coordinates": [ring]}
    file.write_text(features(({"area": community(city)}, shape), crs=CRS84), "utf-8")
    places = prepare([file], Kind.POLYGONS, city, read_book("harbour")).registry.places
    return next(place.outline for place in places if place.outline)


def test_an_outline_that_crosses_itself_by_a_hair_is_mended(tmp_path: Path, city: Path) -> None:
    ring: list[list[float]] = [
        [0, 0],
        [1, 0],
        [1, 0.5],
        [1.00001, 0.50001],
        [0.99999, 0.50001],
        [1, 0.5],
        [1, 1],
        [0, 1],
        [0, 0],
    ]
    assert not shapely.Polygon(ring).is_valid
    assert shapely.from_geojson(outline_of(tmp_path, city, ring)).is_valid


def test_an_outline_like_a_bow_tie_is_refused(tmp_path: Path, city: Path) -> None:
    with pytest.raises(ImportRefused, match="must be a valid Polygon"):
        outline_of(tmp_path, city, [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])
