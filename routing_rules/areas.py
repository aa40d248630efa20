"""The city as the gateway knows it: areas, places, offices and who is posted where.

The registry is a frozen picture that the engine reads from storage and replaces when it changes.
It never looks anything up outside itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from routing_rules.grid_work import Binding


class Level(StrEnum):
    """The four levels of grid management, lowest first."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"

    @property
    def rank(self) -> int:
        """0 for the grid up to 3 for the district."""
        return _LEVELS.index(self)

    @property
    def above(self) -> Level:
        """The next level up; the district is above itself."""
        return _LEVELS[min(self.rank + 1, len(_LEVELS) - 1)]


_LEVELS = tuple(Level)

#: Begins the code of a grid's office: "grid:zhushan-3".
GRID_OFFICE = "grid:"

#: The levels that have an office which answers texts; a grid has a gridman instead.
OFFICE_LEVELS = (Level.COMMUNITY, Level.STREET, Level.DISTRICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A district, street, community or grid."""

    #: Unique in the city, for example the statistical code or "zhushan".
    code: str
    level: Level
    #: The area one level up; None for a district only.
    parent: str | None
    #: Language to official name.
    names: Mapping[str, str]
    #: Other names people use, former names among them.
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A named place inside one area. A road that crosses communities is one Place for each stretch."""

    code: str
    #: "road", "compound", "building" or "landmark".
    kind: str
    #: The smallest area that holds the place.
    area: str
    names: Mapping[str, str]
    #: Other names people use, former names among them.
    aliases: tuple[str, ...] = ()
    #: House numbers of this stretch, both inclusive; None leaves the side open.
    number_from: int | None = None
    number_to: int | None = None
    #: "odd" or "even" when the stretch is one side of the road only.
    parity: str | None = None
    #: Outline as GeoJSON geometry text in WGS84, where known.
    outline: str | None = None

    def holds_number(self, number: int | None) -> bool:
        """Whether a house number lies on this stretch; an unknown number lies on every stretch."""
        if number is None:
            return True
        if self.number_from is not None and number < self.number_from:
            return False
        if self.number_to is not None and number > self.number_to:
            return False
        return self.parity is None or (self.parity == "odd") == bool(number % 2)


class OfficeKind(StrEnum):
    """An area's office watches and passes up, a grid's gridmen look, a department acts in its field everywhere."""

    OFFICE = "office"
    #: The gridmen of one grid; it exists as soon as one is bound to it.
    GRID = "grid"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Something that can hold a case: the office of an area, or a department."""

    code: str
    kind: OfficeKind
    #: Level of the area it belongs to; departments stand at the district.
    level: Level
    #: The area it answers for.
    area: str
    names: Mapping[str, str]


class Duty(StrEnum):
    """When a posted person answers for the office."""

    ALWAYS = "always"
    #: In the working hours of the rulebook's calendar.
    HOURS = "hours"
    #: Away; counts as nobody.
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One person at one office. A person may be posted at several."""

    #: Id of the contact.
    contact: str
    office: str
    #: Language that this person is written to in.
    language: str
    duty: Duty = Duty.HOURS
    #: Bound by an invite: reached by chat, where a text has buttons.
    chat: bool = False
    #: He stands in for others here: asked when none of the office's own people is on duty.
    cover: bool = False
    #: The person's name, where an invite gave it.
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Areas, places, offices and postings of one city."""

    areas: Mapping[str, Area]
    places: tuple[Place, ...]
    offices: Mapping[str, Office]
    postings: tuple[Posting, ...] = ()
    #: Number of the version that storage holds, so that a change is noticed.
    version: int = 0
    _office_of: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for office in self.offices.values():
            if office.kind is not OfficeKind.DEPARTMENT:
                self._office_of[office.area] = office.code

    def chain(self, area: str | None) -> tuple[Area, ...]:
        """The area and everything above it, lowest first; empty for None or an unknown code."""
        found: list[Area] = []
        while area is not None and area in self.areas and len(found) < len(_LEVELS):
            found.append(self.areas[area])
            area = self.areas[area].parent
        return tuple(found)

    def area_at(self, level: Level, area: str | None) -> Area | None:
        """The area of that level above (or equal to) the given one."""
        return next((each for each in self.chain(area) if each.level is level), None)

    def office_at(self, level: Level, area: str | None) -> Office | None:
        """The office of that level that answers for the area, or None where there is none."""
        above = self.area_at(level, area)
        code = self._office_of.get(above.code) if above else None
        return self.offices[code] if code else None

    @cached_property
    def district_office(self) -> Office:
        """The district's command centre, which owns whatever nobody else owns.

        Raises LookupError when the registry has none; loading a registry refuses that.
        """
        for office in self.offices.values():
            if office.kind is OfficeKind.OFFICE and office.level is Level.DISTRICT:
                return office
        raise LookupError("the registry has no office at district level")

    @cached_property
    def _postings_by_office(self) -> Mapping[str, tuple[Posting, ...]]:
        return _grouped(self.postings, lambda posting: posting.office)

    @cached_property
    def _postings_by_contact(self) -> Mapping[str, tuple[Posting, ...]]:
        return _grouped(self.postings, lambda posting: posting.contact)

    def posted_at(self, office: str) -> tuple[Posting, ...]:
        """Everybody posted at the office who is not away."""
        return tuple(p for p in self._postings_by_office.get(office, ()) if p.duty is not Duty.OFF)

    def postings_of(self, contact: str) -> tuple[Posting, ...]:
        """All postings of a person, those on leave too."""
        return self._postings_by_contact.get(contact, ())

    def with_bindings(self, bindings: Iterable[Binding]) -> Registry:
        """This registry with the people who are bound by invites: gridmen at their grids, others at their offices.

        A grid that had a gridman once keeps its office, for the tasks that he left behind. What a binding names and the
        registry no longer has is left out.
        """
        offices = dict(self.offices)
        postings = list(self.postings)
        for binding in bindings:
            for code in binding.offices:
                grid = self.areas.get(code.removeprefix(GRID_OFFICE))
                if code.startswith(GRID_OFFICE) and grid is not None and grid.level is Level.GRID:
                    offices.setdefault(
                        code,
                        Office(code=code, kind=OfficeKind.GRID, level=Level.GRID, area=grid.code, names=grid.names),
                    )
                if code in offices and binding.live:
                    postings.append(
                        Posting(
                            contact=binding.contact,
                            office=code,
                            language=binding.language,
                            duty=Duty.ALWAYS,
                            chat=True,
                            cover=binding.cover,
                            name=binding.name,
                        )
                    )
        # Somebody bound to an office where he is posted already is reached by chat from now on.
        bound = {(each.contact, each.office) for each in postings if each.chat}
        kept = [each for each in postings if each.chat or (each.contact, each.office) not in bound]
        return replace(self, offices=offices, postings=tuple(kept))

    @cached_property
    def _grid_offices(self) -> Mapping[str, tuple[str, ...]]:
        """Area of a grid or community to the offices of its grids, in the order of the registry."""
        found: dict[str, list[str]] = {}
        for office in self.offices.values():
            if office.kind is OfficeKind.GRID:
                for area in self.chain(office.area):
                    if area.level in (Level.GRID, Level.COMMUNITY):
                        found.setdefault(area.code, []).append(office.code)
        return {area: tuple(offices) for area, offices in found.items()}

    def grid_offices_in(self, area: str | None) -> tuple[str, ...]:
        """The grids with gridmen that a place may lie in: itself, or those of its community; none for a larger area."""
        return self._grid_offices.get(area or "", ())

    def grids_of(self, contact: str) -> tuple[str, ...]:
        """The areas of the grids that a person is bound to."""
        posted = (self.offices[posting.office] for posting in self.postings_of(contact))
        return tuple(dict.fromkeys(office.area for office in posted if office.kind is OfficeKind.GRID))

    def person_name(self, contact: str) -> str:
        """The name of somebody posted, where an invite gave it; else "" ."""
        return next((posting.name for posting in self.postings_of(contact) if posting.name), "")

    def around(self, area: str | None) -> tuple[str, ...]:
        """The community of an area and everything in it; the area alone where it lies in none."""
        community = self.area_at(Level.COMMUNITY, area)
        if community is None:
            return (area,) if area is not None else ()
        return tuple(code for code in self.areas if self.lies_in(code, community.code))

    def lies_in(self, area: str | None, outer: str) -> bool:
        """Whether an area is another one or a part of it."""
        return any(each.code == outer for each in self.chain(area))

    def name_of(self, code: str | None, language: str) -> str:
        """Name of an office, department or area in a language; the code itself when nothing is known."""
        named = self.offices.get(code or "") or self.areas.get(code or "")
        if named is None:
            return code or ""
        return named.names.get(language) or next(iter(named.names.values()))


def _grouped(postings: Iterable[Posting], key) -> Mapping[str, tuple[Posting, ...]]:  # type: ignore[no-untyped-def]
    groups: dict[str, list[Posting]] = {}
    for posting in postings:
        groups.setdefault(key(posting), []).append(posting)
    return {name: tuple(group) for name, group in groups.items()}
