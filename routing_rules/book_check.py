"""Says what is allowed in a rulebook and registry and yet looks like an oversight; it refuses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from routing_rules.areas import OFFICE_LEVELS, Office, OfficeKind
from routing_rules.longest import longest_place, longest_values
from routing_rules.registry_file import RegistryFile, offices_of
from routing_rules.rule_check import idle_rules, overlapping_rules, reachable_rules
from routing_rules.rulebook import RuleBook
from routing_rules.segments import count_segments, fits_one
from routing_rules.templates import TEMPLATES, Audience
from routing_rules.wording import render


def oversights(book: RuleBook, registry: RegistryFile) -> tuple[str, ...]:
    """One sentence for each oversight: what nobody reaches, who is never asked, what does not fit."""
    return (
        *_unreachable_categories(book),
        *_ownerless_categories(book, registry),
        *_idle_departments(book, registry),
        *idle_rules(book, registry.areas),
        *overlapping_rules(book, registry.areas),
        *_empty_offices(book, registry),
        *texts_too_long(book, registry),
    )


def texts_too_long(book: RuleBook, registry: RegistryFile) -> tuple[str, ...]:
    """Texts that take more than one segment, or cut a place, with the longest values that the city can give them."""
    found = []
    for language in book.languages:
        values = longest_values(book, registry, language)
        place = longest_place(book, registry, language)
        for name, template in TEMPLATES.items():
            if template.audience is Audience.CHAT:
                continue
            body = render(book, language, name, **{key: values[key] for key in template.placeholders})
            if not fits_one(body):
                size = count_segments(body)
                found.append(f"text {name} ({language}) needs {size.units} units of {size.encoding}: {body}")
            elif "gist" in template.placeholders and place not in body:
                found.append(f"text {name} ({language}) has no room for a long place: {body}")
    return tuple(found)


def _unreachable_categories(book: RuleBook) -> Iterable[str]:
    for category in book.categories.values():
        if not category.keywords:
            yield f"category {category.code} has no keywords: no text ever reaches it"


def _ownerless_categories(book: RuleBook, registry: RegistryFile) -> Iterable[str]:
    """Categories that neither a department nor a rule takes up, at a level where nobody stands."""
    posted = {post.office for person in registry.people for post in person.postings}
    staffed = {office.level for office in registry.offices.values() if office.code in posted}
    for category in book.categories.values():
        ruled = any(category.code in rule.categories and (rule.department or rule.handle_at) for rule in book.rules)
        if category.department is None and category.handle_at not in staffed and not ruled:
            yield (
                f"category {category.code} has no department and no rule, and nobody is posted at its level "
                f"({category.handle_at}): its cases end at the district's desk"
            )


def _idle_departments(book: RuleBook, registry: RegistryFile) -> Iterable[str]:
    asked = {category.department for category in book.categories.values()}
    for rule in reachable_rules(book, registry.areas):
        asked |= {rule.department, *rule.assisting}
    for code in book.departments:
        if code not in asked:
            yield f"department {code} decides no category: it gets a case only when a person assigns it"


def _empty_offices(book: RuleBook, registry: RegistryFile) -> Iterable[str]:
    posted = {post.office for person in registry.people for post in person.postings}
    offices: Mapping[str, Office] = offices_of(book, registry)
    for office in offices.values():
        if office.code not in posted:
            what = "department" if office.kind is OfficeKind.DEPARTMENT else "office"
            yield f"nobody is posted at the {what} {office.code}"
    with_office = {office.area for office in registry.offices.values()}
    for area in registry.areas.values():
        if area.level in OFFICE_LEVELS and area.code not in with_office:
            yield f"the {area.level} {area.code} has no office: its cases go up at once"
