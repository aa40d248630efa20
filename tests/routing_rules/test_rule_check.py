"""What `gridgate check` says of rules and keywords that are allowed and look like an oversight."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import pytest

from gateway.books import read_book, read_registry_file
from routing_rules.areas import Level
from routing_rules.book_check import oversights
from routing_rules.keyword_check import idle_keywords
from routing_rules.rule_check import MOST_TOLD, idle_rules, overlapping_rules, reachable_rules
from routing_rules.rulebook import Keyword, RuleBook
from routing_rules.rulebook_file import load_book
from tests.routing_rules.small_town import category, small_book

AREAS = read_registry_file("harbour", read_book("harbour")).areas


def book_with(rules: str) -> RuleBook:
    folder = resources.files("routing_rules") / "books" / "harbour"
    files = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".yaml")}
    return load_book({**files, "rules.yaml": rules})


#: An earlier rule, a later one, and whether the later one can ever apply.
REACHED = [
    ("{code: a, department: police}", "{code: b, categories: [noise], department: works}", False),
    ("{code: a, categories: [noise], department: police}", "{code: b, department: works}", True),
    ("{code: a, areas: [downtown], department: police}", "{code: b, areas: [old-port], department: works}", False),
    ("{code: a, areas: [old-port], department: police}", "{code: b, areas: [downtown], department: works}", True),
    ("{code: a, words: [loud], department: police}", "{code: b, words: [loud], department: works}", False),
    ("{code: a, words: [loud], department: police}", "{code: b, words: [loud, disco], department: works}", True),
    ("{code: a, words: [灯], department: police}", "{code: b, words: [路灯], department: works}", False),
    ("{code: a, words: [art], department: police}", "{code: b, words: [party], department: works}", True),
    ("{code: a, department: police}", "{code: b, words: [loud], department: works}", True),
    (
        "{code: a, hours: ['20:00-08:00'], department: police}",
        "{code: b, hours: ['22:00-06:00'], department: works}",
        False,
    ),
    (
        "{code: a, hours: ['22:00-06:00'], department: police}",
        "{code: b, hours: ['20:00-08:00'], department: works}",
        True,
    ),
    ("{code: a, weekdays: [sat, sun], department: police}", "{code: b, weekdays: [sun], department: works}", False),
    (
        "{code: a, dates: ['06-01 to 08-31'], department: police}",
        "{code: b, dates: ['2026-07-01 to 2026-07-31'], department: works}",
        False,
    ),
    (
        "{code: a, dates: ['2026-07-01 to 2026-07-31'], department: police}",
        "{code: b, dates: ['06-01 to 08-31'], department: works}",
        True,
    ),
    ("{code: a, when_urgent: true, department: police}", "{code: b, when_urgent: true, department: works}", False),
    ("{code: a, when_urgent: true, department: police}", "{code: b, when_urgent: false, department: works}", True),
]


@pytest.mark.parametrize(("earlier", "later", "reached"), REACHED)
def test_a_rule_behind_a_wider_one_never_applies(earlier: str, later: str, reached: bool) -> None:
    book = book_with(f"- {earlier}\n- {later}\n")
    assert (book.rules[1] in reachable_rules(book, AREAS)) is reached
    if not reached:
        assert idle_rules(book, AREAS) == ("rule b never applies: a comes before it and matches all of it",)


def test_rules_that_together_take_everything_leave_nothing() -> None:
    rules = """
- {code: north, categories: [noise], areas: [northside], department: police}
- {code: south, categories: [noise, trash], areas: [downtown, waterfront], department: works}
- {code: rest, categories: [noise], areas: [old-port, elm-hill], department: parks}
- {code: unknown-place, categories: [noise], department: parks}
"""
    assert idle_rules(book_with(rules), AREAS) == (
        "rule rest never applies: north, south come before it and together match all of it",
    )


def test_a_rule_that_says_nothing_must_be_an_exception_from_something() -> None:
    shield = "- {code: as-ever, areas: [old-port]}\n"
    assert idle_rules(book_with(shield + "- {code: all, department: police}\n"), AREAS) == ()
    assert idle_rules(book_with(shield), AREAS) == (
        "rule as-ever says nothing, and there is no later rule that it makes an exception from",
    )


def test_rules_that_cross_and_disagree_are_named() -> None:
    rules = """
- {code: loud, categories: [noise], words: [disco], department: police}
- {code: port, categories: [noise, trash], areas: [old-port], department: harbormaster}
"""
    assert overlapping_rules(book_with(rules), AREAS) == (
        "rules loud and port both match noise in old-port with 'disco' and say different things: "
        "loud decides since it stands first",
    )


@pytest.mark.parametrize(
    "rules",
    [
        # An exception before the wider rule.
        "- {code: a, categories: [noise], areas: [old-port], department: police}\n- {code: b, categories: [noise]}\n",
        # They cross and agree.
        "- {code: a, words: [disco], department: police}\n- {code: b, areas: [old-port], department: police}\n",
        # They never meet.
        "- {code: a, words: [disco], department: police}\n- {code: b, words: [party], department: works}\n",
        "- {code: a, weekdays: [sat], department: police}\n- {code: b, weekdays: [sun], department: works}\n",
        "- {code: a, hours: ['22:00-06:00'], urgent: true}\n- {code: b, hours: ['06:00-22:00'], areas: [old-port]}\n",
    ],
)
def test_other_pairs_are_no_overlap(rules: str) -> None:
    assert overlapping_rules(book_with(rules), AREAS) == ()


def test_a_long_list_of_overlaps_is_cut() -> None:
    codes = list(read_book("harbour").departments)
    rules = [f"- {{code: w{n}, words: [disco, w{n}], department: {codes[n]}}}\n" for n in range(9)]
    found = overlapping_rules(book_with("".join(rules)), AREAS)
    assert len(found) == MOST_TOLD + 1
    assert found[-1] == f"{36 - MOST_TOLD} more pairs of rules overlap"


def test_a_department_that_only_an_unreachable_rule_names_is_idle() -> None:
    book = book_with("- {code: a, department: works}\n- {code: b, categories: [shoreline], department: fire}\n")
    shore = replace(book.categories["fire_hazard"], department="works")
    book = replace(book, categories={**book.categories, "fire_hazard": shore})
    said = oversights(book, read_registry_file("harbour", read_book("harbour")))
    assert "department fire decides no category: it gets a case only when a person assigns it" in said
    assisted = book_with("- {code: a, categories: [noise], assisting: [fire]}\n")
    assisted = replace(assisted, categories=book.categories)
    assert oversights(assisted, read_registry_file("harbour", read_book("harbour"))) == ()


def test_a_category_at_a_level_where_nobody_is_posted_is_named() -> None:
    registry = read_registry_file("harbour", read_book("harbour"))
    communities = {office.code for office in registry.offices.values() if office.level is Level.COMMUNITY}
    people = tuple(
        replace(person, postings=tuple(post for post in person.postings if post.office not in communities))
        for person in registry.people
    )
    ruleless = book_with("[]")
    said = oversights(ruleless, replace(registry, people=people))
    assert any(line.startswith("category noise has no department and no rule, and nobody is posted") for line in said)


def test_keywords_that_never_decide_are_named_with_the_reason() -> None:
    book = small_book(
        category("lamp", "street light", "Street  Light", "street lights", "lamp"),
        category("smoke", Keyword("黑烟", 3.0), "冒黑烟", Keyword("无黑烟", 0.2)),
        category("fire", Keyword("lamp", 4.0), "fire"),
    )
    assert idle_keywords(book) == (
        "category lamp: 2 keywords never decide, another form of one stands there too: Street  Light, street lights",
        "category lamp: 1 keywords never decide, another category has it with more weight: lamp (fire)",
        "category smoke: 1 keywords never decide, a shorter one inside it weighs as much: 冒黑烟",
    )
