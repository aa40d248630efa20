"""Reads areas, places and outlines from CSV and GeoJSON files into one file of a city's folder.

Every bad row is named with file, line and reason, and then nothing is written. What the rows must be is decided where a
registry is read (``routing_rules.registry_file``); this room only turns rows into its entries.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import shapely
import yaml

from gateway.books import REGISTRY_FOLDER
from routing_rules.coordinates import SYSTEMS
from routing_rules.messages import Point
from routing_rules.registry_file import RegistryFile, RegistryFileError, load_registry
from routing_rules.rulebook import RuleBook
from routing_rules.yaml_lines import Problem


class Kind(StrEnum):
    """What the rows of the files are."""

    AREAS = "areas"
    PLACES = "places"
    #: Outlines of areas: places of kind "outline".
    POLYGONS = "polygons"


#: The columns of a CSV file, and the properties of a GeoJSON feature. Names may be given by language too: name_en.
COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.AREAS: ("code", "level", "parent", "name", "aliases", "former_names"),
    Kind.PLACES: ("code", "kind", "area", "name", "aliases", "former_names", "numbers", "outline"),
    Kind.POLYGONS: ("area", "outline"),
}

#: Decimals of a degree that are kept: 0.1 metres.
_DECIMALS = 6
#: An outline that crosses itself is mended where its size stays the same but for this share; official files have such.
_MENDABLE = 0.001
#: A larger file is refused unread, in bytes.
_LARGEST_FILE = 64 * 1024 * 1024
_SEPARATORS = re.compile("[|;、；]")
_FEATURES = re.compile(r'"features"\s*:\s*\[')
_WGS84 = re.compile(r"CRS:?:?84$|EPSG:+(?:[0-9.]*:)?4326$|^WGS ?84$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row or feature as it stands in its file."""

    file: str
    line: int
    values: Mapping[str, str]
    #: GeoJSON geometry, None where there is none.
    geometry: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What files hold, ready to be written; never with a problem."""

    #: The file that is written, and its whole new content.
    target: Path
    content: str
    #: Codes that the target did not have, and those whose entry is replaced.
    added: tuple[str, ...]
    changed: tuple[str, ...]
    #: Columns and properties that nothing was read from.
    ignored: tuple[str, ...]
    registry: RegistryFile


class ImportRefused(Exception):
    """The files cannot be imported; ``problems`` names every bad row."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def prepare(
    files: Iterable[Path],
    kind: Kind,
    folder: Path,
    book: RuleBook,
    *,
    crs: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Import:
    """What writing the rows of the files into the registry in a folder would do; writes nothing.

    ``crs``: the coordinate system ("WGS84", "GCJ-02") of files that do not say theirs or say another one.
    ``columns``: our column to the name that it has in the files. Raises ImportRefused with every problem, OSError when
    the folder cannot be read.
    """
    reader = _Reader(kind=kind, languages=book.languages, crs=crs, columns=dict(columns or {}))
    for file in files:
        reader.read(file)
    registry_folder = folder / REGISTRY_FOLDER if (folder / REGISTRY_FOLDER).is_dir() else folder
    target = registry_folder / f"imported-{kind}.yaml"
    texts = {
        entry.name: entry.read_text("utf-8", errors="replace")
        for entry in sorted(registry_folder.glob("*.y*ml"))
        if entry.is_file() and entry != target and not entry.name.startswith(".")
    }
    section = "areas" if kind is Kind.AREAS else "places"
    earlier = _entries_in(target, section)
    entries = {**earlier, **reader.entries}
    content, lines = _written(section, entries)
    origins = {line: reader.origins[code] for line, code in lines.items() if code in reader.origins}
    registry = None
    problems = list(reader.problems)
    try:
        registry = load_registry({**texts, target.name: content}, book)
    except RegistryFileError as error:
        problems += [_at_origin(problem, target.name, origins) for problem in error.problems]
    if problems or registry is None:
        raise ImportRefused(sorted(dict.fromkeys(problems), key=lambda each: (each.file, each.line or 0, each.field)))
    return Import(
        target=target,
        content=content,
        added=tuple(code for code in reader.entries if code not in earlier),
        changed=tuple(code for code, entry in reader.entries.items() if code in earlier and earlier[code] != entry),
        ignored=tuple(sorted(reader.ignored)),
        registry=registry,
    )


def write(prepared: Import) -> str | None:
    """Write the file in one step; returns what it held before, None where there was none."""
    before = prepared.target.read_text("utf-8") if prepared.target.exists() else None
    put(prepared.target, prepared.content)
    return before


def put(file: Path, content: str | None) -> None:
    """Let a file hold this, in one step; without content there is no such file."""
    if content is None:
        file.unlink(missing_ok=True)
        return
    half = file.with_name(f".{file.name}.new")
    half.write_text(content, "utf-8")
    half.replace(file)


def _entries_in(file: Path, section: str) -> dict[str, Any]:
    """The entries of an earlier import, as they were written."""
    if not file.exists():
        return {}
    try:
        found = (yaml.safe_load(file.read_text("utf-8")) or {}).get(section) or {}
    except (yaml.YAMLError, AttributeError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        problem = Problem(file=file.name, line=None, field="", sentence="is not as an import wrote it; move it away")
        raise ImportRefused([problem])
    return {str(code): entry for code, entry in found.items()}


def _written(section: str, entries: Mapping[str, Any]) -> tuple[str, dict[int, str]]:
    """The entries as YAML, one a line, and which code stands in which line."""
    lines = ["# Written by gridgate registry import; the next import of this kind adds to it.", f"{section}:"]
    at: dict[int, str] = {}
    for code, entry in entries.items():
        lines.append(f"  {json.dumps(code, ensure_ascii=False)}: {json.dumps(entry, ensure_ascii=False)}")
        at[len(lines)] = code
    if not entries:
        lines[-1] += " {}"
    return "\n".join(lines) + "\n", at


def _at_origin(problem: Problem, target: str, origins: Mapping[int, Row]) -> Problem:
    """A problem of the file that would be written, said of the row that it came from."""
    row = origins.get(problem.line or 0) if problem.file == target else None
    if row is None:
        return problem
    field_ = problem.field.split(".", 2)
    return Problem(file=row.file, line=row.line, field=" ".join(field_[1:]), sentence=problem.sentence)


@dataclass(kw_only=True)
class _Reader:
    """Collects the rows of files as entries of a registry."""

    kind: Kind
    languages: tuple[str, ...]
    crs: str | None
    columns: dict[str, str]
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[str, Row] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    _system: str | None = None

    def read(self, file: Path) -> None:
        """Take in one file; what is wrong with it is noted."""
        try:
            if file.stat().st_size > _LARGEST_FILE:
                self._wrong(file.name, None, f"is larger than {_LARGEST_FILE // 2**20} MiB")
                return
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            self._wrong(str(file), None, f"cannot be read: {error.strerror or type(error).__name__}")
            return
        except UnicodeDecodeError as error:
            line = file.read_bytes()[: error.start].count(b"\n") + 1
            self._wrong(file.name, line, "is not UTF-8; save it as CSV UTF-8")
            return
        if file.suffix.lower() == ".csv":
            rows = self._csv(file.name, text)
        elif file.suffix.lower() in (".geojson", ".json"):
            rows = self._geojson(file.name, text)
        else:
            self._wrong(file.name, None, "is neither .csv nor .geojson")
            return
        for row in rows:
            self._take(row)

    def _csv(self, file: str, text: str) -> Iterator[Row]:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        self._system = self.crs
        try:
            header = [name.strip() for name in next(lines, [])]
            if not header:
                self._wrong(file, None, "is empty; the first line names the columns")
                return
            first = lines.line_num + 1
            for cells in lines:
                if any(cell.strip() for cell in cells):
                    if len(cells) != len(header):
                        self._wrong(file, first, f"has {len(cells)} columns, the first line names {len(header)}")
                    else:
                        values = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
                        yield Row(file=file, line=first, values=values)
                first = lines.line_num + 1
        except csv.Error as error:
            self._wrong(file, lines.line_num, f"is not CSV: {error}")

    def _geojson(self, file: str, text: str) -> Iterator[Row]:
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            self._wrong(file, getattr(error, "lineno", None), "is not JSON")
            return
        if not isinstance(whole, dict) or whole.get("type") != "FeatureCollection":
            self._wrong(file, 1, "is no GeoJSON FeatureCollection")
            return
        if not self._knows_system(file, whole.get("crs")):
            return
        for line, feature in _features(text):
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if not isinstance(properties, dict):
                self._wrong(file, line, "is no GeoJSON feature with properties")
                continue
            values = {str(name): "" if value is None else str(value) for name, value in properties.items()}
            yield Row(file=file, line=line, values=values, geometry=feature.get("geometry"))

    def _knows_system(self, file: str, statement: Any) -> bool:
        """Whether the coordinates of a GeoJSON file are known to be in a system that we can read."""
        self._system = self.crs
        if self.crs is not None:
            return True
        ways = "say --crs WGS84 or --crs GCJ-02 if you know that it is one of them"
        if statement is None:
            self._wrong(
                file, None, f"does not say its coordinate system, and maps of China are some 500 m off WGS84; {ways}"
            )
            return False
        name = statement.get("properties", {}).get("name") if isinstance(statement, dict) else statement
        if not isinstance(name, str) or not _WGS84.search(name.strip()):
            self._wrong(file, None, f"is in the coordinate system {str(name)[:80]!r}, not in WGS84; {ways}")
            return False
        self._system = "WGS84"
        return True

    def _take(self, row: Row) -> None:
        named = {ours: row.values.get(theirs, "") for ours, theirs in self._columns_of(row).items()}
        self.ignored |= set(row.values) - set(self._columns_of(row).values())
        code, entry = self._entry(row, named)
        if not code:
            self._wrong(row.file, row.line, f"has no {'area' if self.kind is Kind.POLYGONS else 'code'}")
        elif code in self.entries:
            first = self.origins[code]
            self._wrong(row.file, row.line, f"{code!r} stands twice; the first is in {first.file}, line {first.line}")
        else:
            self.entries[code] = entry
            self.origins[code] = row

    def _columns_of(self, row: Row) -> dict[str, str]:
        """Our columns, those that a row has, to the names that they have there."""
        ours = [*COLUMNS[self.kind], *(f"name_{language}" for language in self.languages)]
        return {name: there for name in ours if (there := self.columns.get(name, name)) in row.values}

    def _entry(self, row: Row, named: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        outline = self._outline(row, named.get("outline", ""))
        if self.kind is Kind.POLYGONS:
            area = named.get("area", "")
            code = f"outline-{area}"[:40] if area else ""
            return code, {"kind": "outline", "area": area, "outline": outline or ""}
        entry: dict[str, Any] = {key: named[key] for key in ("level", "parent", "kind", "area") if named.get(key)}
        names = {language: named.get(f"name_{language}") or named.get("name", "") for language in self.languages}
        if any(names.values()):
            entry["names"] = {language: name for language, name in names.items() if name}
        aliases = [
            alias.strip()
            for column in ("aliases", "former_names")
            for alias in _SEPARATORS.split(named.get(column, ""))
            if alias.strip()
        ]
        if aliases:
            entry["aliases"] = aliases
        if named.get("numbers"):
            entry["numbers"] = named["numbers"]
        if outline and self.kind is Kind.PLACES:
            entry["outline"] = outline
        return named.get("code", ""), entry

    def _outline(self, row: Row, text: str) -> str | None:
        geometry = row.geometry
        if text:
            try:
                geometry = json.loads(text)
            except (ValueError, RecursionError):
                self._wrong(row.file, row.line, "outline is no GeoJSON geometry")
                return None
        if geometry is None:
            if self.kind is Kind.POLYGONS:
                self._wrong(row.file, row.line, "has no outline")
            return None
        if self._system is None:
            self._wrong(
                row.file, row.line, "has an outline, and a CSV file cannot say its coordinate system; give --crs"
            )
            return None
        try:
            return _mended(json.dumps(_in_wgs84(geometry, self._system)))
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError, shapely.GEOSException):
            self._wrong(row.file, row.line, "outline is no GeoJSON geometry")
            return None

    def _wrong(self, file: str, line: int | None, sentence: str) -> None:
        self.problems.append(Problem(file=file, line=line, field="", sentence=sentence))


def _features(text: str) -> Iterator[tuple[int, Any]]:
    """Each feature of a GeoJSON text that is valid JSON, with the line that it begins in."""
    begins = _FEATURES.search(text)
    if begins is None:
        return
    decoder = json.JSONDecoder()
    at, line, counted = begins.end(), 1, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text) or text[at] == "]":
            return
        line += text.count("\n", counted, at)
        counted = at
        feature, at = decoder.raw_decode(text, at)
        yield line, feature


def _in_wgs84(geometry: Mapping[str, Any], system: str) -> dict[str, Any]:
    """A geometry with each of its points in WGS84. Raises what comes of a wrong shape."""
    convert = SYSTEMS[system]

    def each(coordinates: Any) -> Any:
        if isinstance(coordinates, list) and coordinates and isinstance(coordinates[0], list):
            return [each(inner) for inner in coordinates]
        lon, lat = float(coordinates[0]), float(coordinates[1])
        point = convert(Point(lat, lon))
        return [round(point.lon, _DECIMALS), round(point.lat, _DECIMALS)]

    return {"type": str(geometry["type"]), "coordinates": each(geometry["coordinates"])}


def _mended(outline: str) -> str:
    """An outline that crosses itself by a hair without that; any other, and one that is wrong beyond it, unchanged."""
    shape = shapely.from_geojson(outline)
    if shape.is_valid or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return outline
    mended = shapely.make_valid(shape)
    alike = abs(mended.area - shape.area) <= _MENDABLE * shape.area
    return shapely.to_geojson(mended) if alike and mended.geom_type in ("Polygon", "MultiPolygon") else outline
