"""Reads areas and their offices; what is wrong is noted, not raised."""

from __future__ import annotations

from collections.abc import Mapping

from routing_rules.areas import OFFICE_LEVELS, Area, Level, Office, OfficeKind
from routing_rules.rulebook import RuleBook
from routing_rules.yaml_lines import Entry
from routing_rules.yaml_shapes import check_code, names_in

#: Longer names would leave no room in a segment of 70 characters.
NAME_LIMIT = 40


def read_areas(sections: list[Entry], languages: tuple[str, ...]) -> Mapping[str, Area]:
    """Areas by code, in any order; each but a district hangs on one exactly one level up."""
    areas: dict[str, Area] = {}
    entries: dict[str, Entry] = {}
    for code, entry in _coded(sections, entries):
        entry.only("level", "parent", "names", "aliases")
        level = entry.get("level").choice(Level)
        if not entry.get("level").given:
            entry.get("level").problem("must be given: " + ", ".join(Level))
        areas[code] = Area(
            code=code,
            level=level or Level.GRID,
            parent=entry.get("parent").optional(),
            names=names_in(entry.get("names"), languages, limit=NAME_LIMIT),
            aliases=entry.get("aliases").words(),
        )
    for code, area in areas.items():
        if entries[code].get("level").choice(Level) is not None:
            _check_parent(area, areas, entries[code])
    return areas


def _check_parent(area: Area, areas: Mapping[str, Area], entry: Entry) -> None:
    at = entry.get("parent")
    if area.level is Level.DISTRICT:
        if area.parent is not None:
            at.problem("a district has no parent")
    elif area.parent is None:
        at.problem(f"is missing: a {area.level} lies in a {area.level.above}")
    elif area.parent not in areas:
        at.problem(f"there is no area {area.parent!r}")
    elif areas[area.parent].level is not area.level.above:
        at.problem(f"a {area.level} lies in a {area.level.above}; {area.parent!r} is a {areas[area.parent].level}")


def read_offices(sections: list[Entry], areas: Mapping[str, Area], book: RuleBook) -> Mapping[str, Office]:
    """Offices by code, at most one for an area; an office without names bears those of its area."""
    offices: dict[str, Office] = {}
    of_area: dict[str, str] = {}
    for code, entry in _coded(sections, {}):
        entry.only("area", "names")
        if code in book.departments:
            entry.problem("is already the code of a department")
        area = areas.get(entry.get("area").text())
        if area is None:
            if entry.get("area").given:
                entry.get("area").problem(f"there is no area {entry.get('area').text()!r}")
            continue
        if area.level not in OFFICE_LEVELS:
            entry.get("area").problem(f"a {area.level} has no office, only a gridman")
        if of_area.setdefault(area.code, code) != code:
            entry.get("area").problem(f"the area {area.code!r} already has the office {of_area[area.code]!r}")
        own = entry.get("names")
        offices[code] = Office(
            code=code,
            kind=OfficeKind.OFFICE,
            level=area.level,
            area=area.code,
            names=names_in(own, book.languages, limit=NAME_LIMIT) if own.given else area.names,
        )
    return offices


def _coded(sections: list[Entry], entries: dict[str, Entry]) -> list[tuple[str, Entry]]:
    """All entries of all files by code; a code that stands in two files is a problem of the second."""
    for section in sections:
        for code, entry in section.keys.items():
            check_code(code, entry)
            if code in entries:
                entry.problem(f"stands twice; the first is in {entries[code].file}, line {entries[code].line}")
                continue
            entries[code] = entry
    return list(entries.items())
