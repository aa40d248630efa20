"""Rules: what each is matched by, what it then says, and that it can say why."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from zoneinfo import ZoneInfo

import pytest

from gateway.books import read_book, read_registry_file
from routing_rules.areas import Level
from routing_rules.city import City
from routing_rules.deadlines import DeadlineKind
from routing_rules.ladder import NO_RULE, plan, rule_for
from routing_rules.registry_file import picture_of
from routing_rules.rulebook import Dates
from routing_rules.rulebook_file import RuleBookError, load_book
from routing_rules.working_time import Limit, Unit

ZONE = ZoneInfo("America/New_York")
#: A Tuesday.
MORNING = datetime(2026, 8, 18, 9, 20, tzinfo=ZONE)
NIGHT = datetime(2026, 8, 18, 23, 30, tzinfo=ZONE)


def city_with(rules: str) -> City:
    """Harbourside with these rules in place of its own."""
    folder = resources.files("routing_rules") / "books" / "harbour"
    files = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".yaml")}
    book = load_book({**files, "rules.yaml": rules})
    return City.build(book, picture_of(book, read_registry_file("harbour", read_book("harbour"))))


def decided(rules: str, category: str | None = "noise", area: str | None = "old-port", words: str = "", at=MORNING):
    fit = rule_for(city_with(rules), category, area, words=words, at=at)
    return fit.rule.code if fit else None


MATCHES: list[tuple[str, dict[str, object], bool]] = [
    ("categories: [noise]", {}, True),
    ("categories: [trash]", {}, False),
    ("areas: [downtown]", {}, True),
    ("areas: [waterfront]", {}, False),
    ("areas: [downtown]", {"area": None}, False),
    ("words: [disco, night club]", {"words": "The DISCO is too loud"}, True),
    ("words: [disco, night club]", {"words": "loud night  clubs again"}, True),
    ("words: [disco, night club]", {"words": "discount music store"}, False),
    ("words: [disco]", {}, False),
    ('hours: ["22:00-06:00"]', {"at": NIGHT}, True),
    ('hours: ["22:00-06:00"]', {"at": datetime(2026, 8, 18, 5, 59, tzinfo=ZONE)}, True),
    ('hours: ["22:00-06:00"]', {"at": datetime(2026, 8, 18, 6, 0, tzinfo=ZONE)}, False),
    ('hours: ["22:00-06:00"]', {"at": datetime(2026, 8, 19, 3, 30, tzinfo=UTC)}, True),
    ('hours: ["09:00-12:00", "13:00-17:00"]', {}, True),
    ('hours: ["09:00-12:00"]', {"at": None}, False),
    ("weekdays: [tue]", {}, True),
    ("weekdays: [sat, sun]", {}, False),
    ('dates: ["2026-08-01 to 2026-08-18"]', {}, True),
    ('dates: ["2026-08-19 to 2026-08-31"]', {}, False),
    ('dates: ["11-15 to 03-15", "08-18"]', {}, True),
    ('dates: ["11-15 to 03-15"]', {}, False),
    ("when_urgent: true", {}, False),
    ("when_urgent: false", {}, True),
    ("when_urgent: true", {"category": "gas_leak"}, True),
    ("when_urgent: true", {"words": "screaming, the house is on fire"}, True),
    ("when_urgent: true", {"words": "it is not on fire, just music"}, False),
    ("categories: [noise]\n  areas: [downtown]\n  weekdays: [tue]", {}, True),
    ("categories: [noise]\n  areas: [downtown]\n  weekdays: [wed]", {}, False),
]


@pytest.mark.parametrize(("condition", "matter", "matches"), MATCHES)
def test_a_rule_is_matched_by_everything_that_it_names(
    condition: str, matter: dict[str, object], matches: bool
) -> None:
    rules = f"- code: only\n  {condition}\n  department: police\n"
    assert (decided(rules, **matter) == "only") is matches  # type: ignore[arg-type]


def test_the_first_rule_that_fits_decides() -> None:
    rules = "- {code: a, categories: [noise], areas: [waterfront]}\n- {code: b, areas: [old-port]}\n- {code: c}\n"
    assert decided(rules) == "b"
    assert decided(rules, area="elm-hill") == "c"
    assert decided(rules, category="noise", area="ropewalk") == "a"


def test_a_rule_that_says_nothing_keeps_the_category_s_own_way_from_later_rules() -> None:
    rules = "- {code: as-ever, areas: [old-port]}\n- {code: police, categories: [noise], department: police}\n"
    city = city_with(rules)
    assert plan(city, "noise", "old-port").department is None
    assert plan(city, "noise", "elm-hill").department == "police"


def test_words_take_up_what_no_category_names() -> None:
    city = city_with("- code: festival\n  words: [festival]\n  department: police\n  handle_at: street\n")
    found = plan(city, None, "old-port", words="what time is the Festival?")
    assert (found.rule, found.department) == ("festival", "police")
    assert [step.office for step in found.steps] == ["old-port", "downtown"]
    assert plan(city, None, "old-port", words="what time is it?").rule == NO_RULE
    assert plan(city, "noise", "old-port", words="noise from the festival").department == "police"


def test_a_rule_without_words_takes_up_nothing_that_no_category_names() -> None:
    assert plan(city_with("- {code: all, department: police}\n"), None, "old-port").rule == NO_RULE


def test_a_rule_changes_windows_passes_levels_over_and_names_who_assists() -> None:
    rules = """
- code: big
  categories: [pothole]
  department: works
  assisting: [transport, police]
  handle_at: district
  ladder: {community: skip, street: 30 working min, district: 0 min}
  limits: {finish: 3 office days}
"""
    found = plan(city_with(rules), "pothole", "old-port")
    assert [(step.level, step.window) for step in found.steps] == [
        (Level.STREET, Limit(30, Unit.WORKING_MINUTES)),
        (Level.DISTRICT, Limit(0, Unit.WALL_MINUTES)),
    ]
    assert (found.department, found.assisting) == ("works", ("transport", "police"))
    assert found.limits[DeadlineKind.FINISH] == Limit(3, Unit.OFFICE_DAYS)
    assert found.limits[DeadlineKind.ACCEPT] == read_book("harbour").limits[DeadlineKind.ACCEPT]


def test_where_every_office_is_passed_over_the_district_decides() -> None:
    rules = "- {code: nobody, categories: [noise], ladder: {community: skip}}\n"
    assert [step.office for step in plan(city_with(rules), "noise", "old-port").steps] == ["citydesk"]


def test_a_fit_says_what_it_was_matched_by() -> None:
    rules = """
- code: loud
  categories: [noise]
  areas: [downtown]
  words: [disco, loud]
  hours: ["22:00-06:00"]
  weekdays: [tue]
  dates: ["06-01 to 08-31"]
  when_urgent: false
  department: police
"""
    fit = rule_for(city_with(rules), "noise", "old-port", words="So LOUD, a disco", at=NIGHT)
    assert fit is not None
    assert fit.words == ("loud", "disco")
    assert fit.reasons == (
        ("category", "noise"),
        ("area", "downtown"),
        ("hours", "22:00-06:00"),
        ("weekday", "tue"),
        ("date", "2026-08-18"),
        ("urgent", "no"),
    )


@pytest.mark.parametrize(
    ("span", "day", "holds"),
    [
        (Dates((11, 15), (3, 15)), "2026-12-31", True),
        (Dates((11, 15), (3, 15)), "2027-02-01", True),
        (Dates((11, 15), (3, 15)), "2027-03-16", False),
        (Dates((2, 29), (2, 29)), "2028-02-29", True),
        (Dates((2026, 12, 20), (2027, 1, 5)), "2027-01-05", True),
        (Dates((2026, 12, 20), (2027, 1, 5)), "2027-12-24", False),
    ],
)
def test_yearly_dates_run_over_the_end_of_the_year(span: Dates, day: str, holds: bool) -> None:
    assert span.holds(datetime.fromisoformat(day).date()) is holds


BROKEN = [
    ("words: loud", "words", "must be a list"),
    ("words: [loud, '']", "words[1]", "is empty"),
    ('hours: ["9 to 5"]', "hours[0]", "hours are written like"),
    ('hours: ["09:00-09:00"]', "hours", "holds no time"),
    ("weekdays: [someday]", "weekdays[0]", "is no weekday"),
    ("dates: [summer]", "dates[0]", "must be days like"),
    ('dates: ["02-30"]', "dates[0]", "must be days like"),
    ('dates: ["2026-01-01 to 03-01"]', "dates[0]", "in both days or in neither"),
    ('dates: ["2026-03-01 to 2026-01-01"]', "dates[0]", "ends before it begins"),
    ("when_urgent: maybe", "when_urgent", "must be true or false"),
    ("assisting: [navy]", "assisting", "is not a department"),
    ("department: police\n  assisting: [police]", "assisting", "cannot assist"),
    ("ladder: {grid: 3 min}", "ladder.grid", "is not known here"),
    ("ladder: {street: soon}", "ladder.street", "a limit is written like"),
    ("pattern: loud.*", "pattern", "is not known here"),
]


@pytest.mark.parametrize(("line", "field", "sentence"), BROKEN)
def test_a_rule_that_makes_no_sense_is_refused_with_its_place(line: str, field: str, sentence: str) -> None:
    with pytest.raises(RuleBookError) as error:
        city_with(f"- code: broken\n  {line}\n")
    assert [problem.file for problem in error.value.problems] == ["rules.yaml"]
    assert error.value.problems[0].field.endswith(field)
    assert sentence in error.value.problems[0].sentence
