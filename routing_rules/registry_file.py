"""Reads a registry (areas, offices, places, people) from YAML texts and names every mistake by file and line.

The texts are one file or several; a section is known by its key, not by its file. It opens no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from routing_rules.areas import Area, Duty, Level, Office, OfficeKind, Place, Posting, Registry
from routing_rules.messages import Address
from routing_rules.registry_areas import read_areas, read_offices
from routing_rules.registry_people import Person, Post, read_people
from routing_rules.registry_places import read_places
from routing_rules.rulebook import RuleBook
from routing_rules.yaml_lines import Entry, Findings, Problem, read_document

#: The sections of a registry, each a mapping or a list, in any file.
SECTIONS = ("areas", "offices", "places", "people")


class RegistryFileError(Exception):
    """The registry cannot be used; ``problems`` holds everything that is wrong, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryFile:
    """A registry as it stands in files: what storage takes over, and people with their addresses."""

    areas: Mapping[str, Area]
    #: Offices of areas; the departments come from the rulebook, see ``offices_of``.
    offices: Mapping[str, Office]
    places: tuple[Place, ...]
    people: tuple[Person, ...]


def load_registry(files: Mapping[str, str], book: RuleBook) -> RegistryFile:
    """The registry that the texts describe (file name to content), held against the rulebook.

    Raises RegistryFileError with all problems at once.
    """
    findings = Findings()
    if not files:
        findings.add("registry", None, "", "there is no file to read")
    sections: dict[str, list[Entry]] = {name: [] for name in SECTIONS}
    for name, text in files.items():
        root = read_document(text, name, findings).only(*SECTIONS)
        for section, entry in root.keys.items():
            if section in sections:
                sections[section].append(entry)
    areas = read_areas(sections["areas"], book.languages)
    offices = read_offices(sections["offices"], areas, book)
    registry = RegistryFile(
        areas=areas,
        offices=offices,
        places=read_places(sections["places"], areas, book.languages),
        people=read_people(sections["people"], areas, {*offices, *book.departments}, book.languages),
    )
    if not findings:
        _check_whole(registry, book, next(iter(files)), findings)
    if findings:
        raise RegistryFileError(findings.sorted())
    return registry


def offices_of(book: RuleBook, registry: RegistryFile) -> Mapping[str, Office]:
    """Offices and departments together: a department is an office of the district."""
    district = next(area.code for area in registry.areas.values() if area.level is Level.DISTRICT)
    departments = {
        department.code: Office(
            code=department.code,
            kind=OfficeKind.DEPARTMENT,
            level=Level.DISTRICT,
            area=district,
            names=department.names,
        )
        for department in book.departments.values()
    }
    return {**registry.offices, **departments}


def picture_of(book: RuleBook, registry: RegistryFile) -> Registry:
    """The registry as decisions see it, without a database: each person is known by the first address."""
    postings = tuple(
        Posting(contact=str(person.addresses[0]), office=post.office, language=person.language, duty=post.duty)
        for person in registry.people
        for post in person.postings
    )
    return Registry(areas=registry.areas, places=registry.places, offices=offices_of(book, registry), postings=postings)


def _check_whole(registry: RegistryFile, book: RuleBook, file: str, findings: Findings) -> None:
    """What can be judged only when each part is right."""
    districts = [office.code for office in registry.offices.values() if office.level is Level.DISTRICT]
    if len(districts) != 1:
        findings.add(file, None, "offices", f"there must be exactly one district office, not {len(districts)}")
    for rule in book.rules:
        for area in sorted(rule.areas - registry.areas.keys()):
            sentence = f"the rulebook's rule {rule.code} is about the area {area!r}, which does not exist"
            findings.add(file, None, "areas", sentence)


__all__ = [
    "Address",
    "Duty",
    "Person",
    "Post",
    "RegistryFile",
    "RegistryFileError",
    "load_registry",
    "offices_of",
    "picture_of",
]
