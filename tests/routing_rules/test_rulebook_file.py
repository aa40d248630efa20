"""A rulebook is refused whole, with every mistake named by file, line and field."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.areas import Level
from routing_rules.deadlines import DeadlineKind
from routing_rules.limit_text import parse_limit
from routing_rules.rulebook_file import RuleBookError, load_book
from routing_rules.working_time import Limit, Unit, parse_session
from routing_rules.yaml_lines import MAX_CHARACTERS, Findings, read_document


def harbour() -> dict[str, str]:
    folder = resources.files("routing_rules") / "books" / "harbour"
    return {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".yaml")}


#: File, what stands there, what is written instead, a piece of the line to be named, field, piece of the sentence.
BROKEN: list[tuple[str, str, str, str, str, str]] = [
    ("book.yaml", "code: harbour", "code: Harbour Side", "code: Harbour", "code", "a code is up to 40"),
    ("book.yaml", "number_prefix: H", "number_prefix: h4", "number_prefix", "number_prefix", "letters A to Z"),
    ("book.yaml", "first_number: 5001", "first_number: many", "first_number", "first_number", "whole number"),
    ("book.yaml", "first_number: 5001", "first_number: -3", "first_number", "first_number", "whole number"),
    ("book.yaml", "languages: [en]", "languages: []", "languages", "languages", "at least one language"),
    ("book.yaml", "languages: [en]", "languages: [english]", "languages", "languages", "ISO code"),
    ("book.yaml", "sender: {en: Harbourside}", "sender: {fr: Port}", "sender", "sender", "has no name in 'en'"),
    ("book.yaml", "sender: {en: Harbourside}", "sender: Harbourside", "sender", "sender", "must be a mapping"),
    ("book.yaml", "join_hours: 48", "join_hour: 48", "join_hour", "join_hour", "is not known here"),
    ("book.yaml", "join_hours: 48", "join_hours: 48\njoin_hours: 72", "join_hours: 72", "join_hours", "stands twice"),
    ("book.yaml", "America/New_York", "America/Harbourside", "zone:", "calendar.zone", "is not known"),
    ("book.yaml", "country: US", "country: Atlantis", "country", "calendar.country", "are not known"),
    ("book.yaml", '["08:30-17:00"]', '["8 to 5"]', "hours: [", "calendar.hours[0]", "hours are written like"),
    ("book.yaml", '["08:30-17:00"]', '["09:00-12:00", "11:00-17:00"]', "hours: [", "calendar.hours", "stand in order"),
    ("book.yaml", '["08:30-17:00"]', "[]", "hours: []", "calendar.hours", "at least one session"),
    ("book.yaml", "tue, wed", "tuesday, wed", "weekdays", "calendar.weekdays[1]", "is no weekday"),
    ("book.yaml", "2026-12-24: free", "2026-12-24: maybe", "2026-12-24", "calendar.overrides.2026-12-24", "work"),
    ("book.yaml", "2026-12-24: free", "24 December: free", "24 December", "calendar.overrides.24 December",
     "a day like"),
    ("book.yaml", "  street: 5 working min\n", "", "windows:", "windows.street", "is missing"),
    ("book.yaml", "  street: 5 working min", "  street: soon", "street: soon", "windows.street",
     "a limit is written like"),
    ("book.yaml", "  street: 5 working min", "  grid: 5 min", "grid: 5 min", "windows.grid", "is not known here"),
    ("book.yaml", "  review: 5 working days\n", "", "limits:", "limits.review", "every case needs this limit"),
    ("book.yaml", "finish: end of day 3", "finish: end of day 0", "end of day 0", "limits.finish", "day 1"),
    ("book.yaml", "finish: end of day 3", "finish: [3, days]", "finish: [3", "limits.finish", "must be a text"),
    ("book.yaml", "overall: 10 working days", "whole: 9 days", "whole", "limits.whole", "is not known here"),
    ("book.yaml", "accept: [50, 80]", "accept: [80, 50]", "[80, 50]", "warnings.accept", "must rise"),
    ("book.yaml", "accept: [50, 80]", "accept: [50, 100]", "[50, 100]", "warnings.accept[1]", "from 1 to 99"),
    ("book.yaml", "code: harbour", "code: &c harbour\nsame: *c", "same:", "", "aliases"),
    ("book.yaml", "code: harbour", "code: !!python/object:os.system harbour", "!!python", "", "tags"),
    ("book.yaml", "code: harbour", "code: [harbour", "number_prefix", "", "expected"),
    ("book.yaml", "code: harbour", "code: " + "[" * 30 + "]" * 30, "[[[[", "", "nested deeper"),
    ("departments.yaml", "aliases: [dpw, roads]", "aliases: [dpw, trash]", "aliases: [trash]", "sanitation.aliases",
     "already means the department works"),
    ("departments.yaml", "works:", "Public Works:", "Public Works:", "Public Works", "a code is up to 40"),
    ("departments.yaml", "{en: Public Works}", "{en: Public Works, zh: 市政}", "en: Public", "works.names.zh",
     "is not among the languages"),
    ("categories.yaml", "  department: sanitation", "  department: sanitaton", "sanitaton", "trash.department",
     "is not a department"),
    ("categories.yaml", "  names: {en: pothole}\n", "", "pothole:", "pothole.names", "a name in each language"),
    ("categories.yaml", "handle_at: community\n  limits", "handle_at: village\n  limits", "village", "trash.handle_at",
     "is not known; known are grid, community"),
    ("categories.yaml", "handle_at: community\n  limits", "handle_at: grid\n  limits", "handle_at: grid",
     "trash.handle_at", "a level with an office"),
    ("categories.yaml", "  handle_at: community\n  limits: {finish: end of day 1}\n  keywords: {en: [noise",
     "  keywords: {en: [noise", "noise:", "noise", "needs a department"),
    ("categories.yaml", "[graffiti: 3,", "[pothole: 3,", "[pothole: 3, spray", "graffiti.keywords.en[0]",
     "is a keyword of pothole"),
    ("categories.yaml", "[graffiti: 3,", "['', ", "['', ", "graffiti.keywords.en[0]", "is empty"),
    ("categories.yaml", "[graffiti: 3,", "[graffiti: heavy,", "heavy", "graffiti.keywords.en[0].graffiti",
     "must be a number"),
    ("categories.yaml", "[graffiti: 3,", "[spray paint: 1,", "[spray paint: 1", "graffiti.keywords.en[1]",
     "stands twice"),
    ("categories.yaml", "  urgent: true", "  urgent: very", "urgent: very", "downed_wire.urgent", "true or false"),
    ("categories.yaml", "names: {en: pothole}", "names: {en: " + "pot" * 40 + "}", "potpot", "pothole.names.en",
     "longer than 40"),
    ("categories.yaml", "limits: {accept: 15 min, finish: 2 h", "limits: {acept: 15 min, finish: 2 h", "acept",
     "downed_wire.limits.acept", "is not known here"),
    ("rules.yaml", "categories: [trash]", "categories: [trsh]", "[trsh]", "[0].categories", "is not a category"),
    ("rules.yaml", "department: police", "department: polis", "polis", "[1].department", "is not a department"),
    ("rules.yaml", "code: downtown-noise", "code: waterfront-trash", "- code: waterfront-trash  ", "[1].code",
     "there are two rules"),
    ("emergency.yaml", "phrases:", "phrase:", "phrase:", "phrase", "is not known here"),
    ("texts.en.yaml", "\"[{sender}] {number} result: {result}.", "\"[{sender}] {nummer} result: {result}.", "nummer",
     "resident.result", "{nummer} is not known here"),
    ("texts.en.yaml", "{number} result: {result}.", "{number.__class__} result: {result}.", "__class__",
     "resident.result", "a plain name in braces"),
    ("texts.en.yaml", "{number} result: {result}.", "{number!r} result: {result}.", "!r", "resident.result",
     "a plain name in braces"),
    ("texts.en.yaml", "{number} result: {result}.", "{number result: {result}.", "result: {result}",
     "resident.result", "a plain name in braces"),
    ("texts.en.yaml", "\"[{sender}] {number} result", "\"{number} result", "{number} result", "resident.result",
     "must say {sender}"),
    ("texts.en.yaml", "  no_tasks: \"[NOTE] You have no open task.\"\n", "", "staff:", "staff.no_tasks", "is missing"),
    ("texts.en.yaml", "  no_tasks:", "  no_task:", "no_task:", "staff.no_task", "is not known here"),
    ("texts.en.yaml", "Dec\"", "Dec Smarch\"", "Smarch", "phrases.month_names", "12 words"),
    ("texts.en.yaml", "reply {code} ASSIGN department.\"", "reply ASSIGN department.\"", "reply ASSIGN",
     "staff.overdue_task", "must say {code}"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "at", "field", "words"), BROKEN)
def test_a_mistake_is_named_by_file_line_and_field(
    file: str, old: str, new: str, at: str, field: str, words: str
) -> None:
    files = harbour()
    assert old in files[file]
    files[file] = files[file].replace(old, new, 1)
    lines = [number for number, line in enumerate(files[file].splitlines(), start=1) if at in line]
    with pytest.raises(RuleBookError) as refused:
        load_book(files)
    found = [(p.file, p.line, p.field) for p in refused.value.problems if words in p.sentence]
    assert any(place == (file, line, field) for place in found for line in lines), refused.value


def test_all_mistakes_are_named_at_once_in_reading_order() -> None:
    files = harbour()
    files["book.yaml"] = files["book.yaml"].replace("country: US", "country: ZZZ").replace("prefix: H", "prefix: 7")
    files["rules.yaml"] = files["rules.yaml"].replace("police", "polis")
    files["categories.yaml"] = files["categories.yaml"].replace("urgent: true", "urgent: 1")
    with pytest.raises(RuleBookError) as refused:
        load_book(files)
    places = [(problem.file, problem.line) for problem in refused.value.problems]
    assert places == sorted(places, key=lambda place: (place[0], place[1] or 0))
    assert {file for file, _ in places} == {"book.yaml", "categories.yaml", "rules.yaml"}
    assert len(places) == 6
    assert "rules.yaml:" in str(refused.value)


@pytest.mark.parametrize("name", ["book.yaml", "departments.yaml", "emergency.yaml", "texts.en.yaml"])
def test_a_missing_file_is_named(name: str) -> None:
    files = harbour()
    del files[name]
    with pytest.raises(RuleBookError, match=f"{name}: is missing"):
        load_book(files)


def test_a_file_that_nobody_would_read_is_named() -> None:
    with pytest.raises(RuleBookError, match="notes\\.yaml: is no part of a rulebook"):
        load_book({**harbour(), "notes.yaml": "a: b"})


@pytest.mark.parametrize(
    "text",
    ["", "[]", "just words", "\x00", "a: b\n---\nc: d", "? [a]\n: b", "x" * (MAX_CHARACTERS + 1), "\ud800"],
)
def test_a_text_that_is_no_rulebook_is_refused_and_never_crashes(text: str) -> None:
    for name in ("book.yaml", "categories.yaml", "texts.en.yaml"):
        with pytest.raises(RuleBookError):
            load_book({**harbour(), name: text})


@given(st.text(alphabet="abc:-[]{}#&*!|>'\"%@ \n\t012~?,", max_size=80))
def test_whatever_stands_in_a_file_is_read_or_named(text: str) -> None:
    findings = Findings()
    root = read_document(text, "rules.yaml", findings)
    list(root.items())
    assert all(problem.file == "rules.yaml" and problem.line for problem in findings.sorted())


def test_a_thousand_aliases_in_each_other_are_refused_unread() -> None:
    bomb = "a: &a [x]\n" + "\n".join(f"b{n}: &b{n} [*a, *a, *a]" for n in range(1000))
    with pytest.raises(RuleBookError, match="aliases"):
        load_book({**harbour(), "rules.yaml": bomb})


def test_words_that_yaml_takes_for_truth_stay_words() -> None:
    files = harbour()
    files["emergency.yaml"] = files["emergency.yaml"].replace("[no, not,", "[no, off, yes, not,")
    assert load_book(files).emergency.negations[:4] == ("no", "off", "yes", "not")


def test_two_categories_may_share_a_word_when_one_has_the_greater_weight() -> None:
    files = harbour()
    files["categories.yaml"] = files["categories.yaml"].replace("[graffiti: 3,", "[graffiti: 3, pothole: 1,")
    book = load_book(files)
    assert ("pothole", 1.0) in [(word.text, word.weight) for word in book.categories["graffiti"].keywords]


def test_the_version_changes_with_every_character() -> None:
    before = load_book(harbour())
    after = load_book({**harbour(), "rules.yaml": harbour()["rules.yaml"] + "\n# a remark\n"})
    assert before.version != after.version
    assert load_book(harbour()).version == before.version
    assert len(before.version) == 12


def test_a_category_without_a_short_name_uses_its_name() -> None:
    assert load_book(harbour()).categories["pothole"].short == {"en": "pothole"}


def test_a_rule_says_only_what_differs() -> None:
    noise = load_book(harbour()).rules[1]
    assert (noise.department, noise.handle_at, noise.urgent) == ("police", Level.STREET, None)
    assert noise.limits == {DeadlineKind.FINISH: Limit(240, Unit.WALL_MINUTES)}


HOURS = (parse_session("08:30-12:00"), parse_session("13:30-17:00"))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("3 min", Limit(3, Unit.WALL_MINUTES)),
        ("0 min", Limit(0, Unit.WALL_MINUTES)),
        ("2 h", Limit(120, Unit.WALL_MINUTES)),
        ("1 day", Limit(1440, Unit.WALL_MINUTES)),
        ("3 days", Limit(4320, Unit.WALL_MINUTES)),
        ("60 working min", Limit(60, Unit.WORKING_MINUTES)),
        ("4 working h", Limit(240, Unit.WORKING_MINUTES)),
        ("1 working day", Limit(420, Unit.WORKING_MINUTES)),
        ("2 working days", Limit(840, Unit.WORKING_MINUTES)),
        ("end of day 1", Limit(1, Unit.WORKING_DAYS)),
    ],
)
def test_a_limit_reads_as_it_is_written(text: str, limit: Limit) -> None:
    assert parse_limit(text, HOURS) == limit


@pytest.mark.parametrize("text", ["", "3", "min", "3min", "-1 min", "1.5 h", "end of day 0", "3 weeks", "999999 days"])
def test_any_other_form_of_a_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_limit(text, HOURS)


def test_a_working_day_around_the_clock_has_1440_minutes() -> None:
    assert parse_limit("1 working day", (parse_session("00:00-24:00"),)) == Limit(1440, Unit.WORKING_MINUTES)
