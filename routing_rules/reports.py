"""A gridman's report: photos, pin and words in any order become one case, proposed back to him before it is filed.

Everything he sends within ten minutes of the first part belongs to it. What he does not decide by then is decided for
him: the report is filed as it was understood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from routing_rules import closing, filing
from routing_rules.areas import Level
from routing_rules.buttons import Button
from routing_rules.cases import Case, CaseStatus, Question, QuestionKind, Step
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft, Rows
from routing_rules.gridmen import grid_office_of
from routing_rules.intents import Intent, read_words
from routing_rules.location import Location, LocationKind
from routing_rules.messages import ChatButton, ChatForm, InboundMessage, Point
from routing_rules.positions import metres_between
from routing_rules.residents import Outcome
from routing_rules.task_buttons import in_rows
from routing_rules.telling import answer, gist, label, short
from routing_rules.wording import phrase, render
from routing_rules.working_time import Limit, Unit

#: "photo(s) + pin + words in any order within 10 minutes become one report"
REPORT_LASTS = Limit(10, Unit.WALL_MINUTES)
#: An album arrives photo by photo: the proposal waits for a pause of this long.
_PAUSE = timedelta(seconds=2)
_AT_ONCE = Limit(0, Unit.WALL_MINUTES)
#: An open case about the same kind of matter that is this near may be the same one.
_NEAR_METRES = 200.0

#: What the gridman said or was asked, on the report's question.
_WANTS_CATEGORY, _WANTS_PLACE = "wants_category", "wants_place"
_CHOSE_CATEGORY, _CHOSE_PLACE = "chose_category", "chose_place"

#: Actions of buttons that act on a report.
FILE, CHANGE_CATEGORY, CHANGE_PLACE, CATEGORY, JOIN = "file", "change_category", "change_place", "category", "join"


# -- putting it together ------------------------------------------------------------------------------------------


def add_part(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """One more photo, pin or piece of words of the report that is open, or the first of a new one."""
    question = open_report(draft, contact)
    if question is None:
        question = _begin(draft, message, contact)
    number = question.case_number
    words = message.text.strip()
    if words and _WANTS_CATEGORY in question.options and _named(draft, intent) is not None:
        _choose(draft, question, _WANTS_CATEGORY, _CHOSE_CATEGORY)
        draft.change(number, category=_named(draft, intent))
    elif words and _WANTS_PLACE in question.options:
        _choose(draft, question, _WANTS_PLACE, _CHOSE_PLACE)
        _locate(draft, number, intent.location)
    elif words and draft.case(number).opened_at != draft.now:
        before = draft.case(number).text
        draft.change_text(number, words=" ".join(each for each in (before.words if before else "", words) if each))
    if message.location is not None and not message.forwarded:
        draft.change_text(number, lat=message.location.lat, lon=message.location.lon)
        if _WANTS_PLACE in question.options:
            _choose(draft, question, _WANTS_PLACE, _CHOSE_PLACE)
            _locate(draft, number, intent.location)
    _understand(draft, number, contact)
    _propose_soon(draft, number)
    return Verdict.REPORTING, number


def open_report(draft: Draft, contact: Contact) -> Question | None:
    """The question that holds a person's unfinished report together."""
    question = draft.known.question_of(contact.id)
    if question is None or question.kind is not QuestionKind.REPORT or question.expires_at <= draft.now:
        return None
    case = draft.known.case(question.case_number)
    return question if case is not None and case.status is CaseStatus.RECEIVED else None


def _begin(draft: Draft, message: InboundMessage, contact: Contact) -> Question:
    case = filing.open_case(draft, contact, message, None)
    deadline = draft.start(case.number, DeadlineKind.QUESTION, limit=REPORT_LASTS)
    question = Question(
        contact=contact.id,
        case_number=case.number,
        kind=QuestionKind.REPORT,
        asked_at=draft.now,
        expires_at=deadline.due_at,
    )
    draft.put(question)
    return question


def _choose(draft: Draft, question: Question, wanted: str, chosen: str) -> None:
    options = tuple(dict.fromkeys([each for each in question.options if each != wanted] + [chosen]))
    draft.put(replace(question, options=options))


def _options(draft: Draft, contact: Contact) -> tuple[str, ...]:
    question = open_report(draft, contact)
    return question.options if question else ()


def _understand(draft: Draft, number: int, contact: Contact) -> None:
    """Read all words so far with the pin; what the gridman chose himself stays."""
    case, options = draft.case(number), _options(draft, contact)
    assert case.text is not None  # noqa: S101 - a report is opened with its words
    intent = read_words(draft.city, case.text.words, pin=_pin(case))
    # The gridman sees the proposal and changes it where it is wrong, so that here the words alone will do as well.
    category = intent.category or intent.matter.category
    if _CHOSE_CATEGORY not in options and category is not None:
        draft.change(number, category=category)
    if _CHOSE_PLACE not in options:
        _locate(draft, number, intent.location)


def _locate(draft: Draft, number: int, location: Location) -> None:
    if location.kind is LocationKind.EXACT and not location.assumed:
        filing.locate(draft, number, location)


def _named(draft: Draft, intent: Intent) -> str | None:
    """The category that words name, by its name or by what they say."""
    return draft.city.book.category_named(intent.text) or intent.matter.category


def _propose_soon(draft: Draft, number: int) -> None:
    deadline = draft.start(number, DeadlineKind.PROPOSE, limit=_AT_ONCE)
    due = draft.now + _PAUSE
    draft.put(replace(deadline, due_at=due, wake_at=due))


# -- proposing it -------------------------------------------------------------------------------------------------


def propose(draft: Draft, number: int) -> None:
    """Tell the gridman what was understood, with the buttons to file or to change it."""
    reporter = draft.known.reporters(number)[0]
    case = draft.case(number)
    if case.status is not CaseStatus.RECEIVED or case.text is None:
        return
    book, language = draft.city.book, reporter.language
    wanted: dict[str, Any] = {
        "photos": len(case.text.attachments),
        "pins": int(case.text.lat is not None),
        "gist": gist(draft, case, language),
    }
    template = "report_proposal" if case.area is not None else "report_place_missing"
    if not wanted["photos"] and not wanted["pins"]:
        template, wanted = f"{template}_words", {"gist": wanted["gist"]}
    body = render(book, language, template, **wanted)
    chat = ChatForm(body=body, buttons=_proposal_buttons(draft, case, reporter.contact, language))
    draft.text_person(reporter.contact, template, number, body=body, chat=chat)


def _proposal_buttons(draft: Draft, case: Case, contact: str, language: str) -> Rows:
    book = draft.city.book

    def button(action: str, words: str, value: str = "") -> ChatButton:
        return draft.button(contact, words, action, number=case.number, value=value)

    rows: list[tuple[ChatButton, ...]] = [
        (
            button(FILE, phrase(book, language, "button_file")),
            button(CHANGE_CATEGORY, phrase(book, language, "button_change_category")),
            button(CHANGE_PLACE, phrase(book, language, "button_change_place")),
        )
    ]
    for other, metres in near_cases(draft, case)[:2]:
        name = "button_join" if metres is not None else "button_join_same"
        values: dict[str, Any] = {"number": label(draft, other)}
        if metres is not None:
            values["metres"] = round(metres)
        rows.append((button(JOIN, phrase(book, language, name, **values), str(other.number)),))
    return tuple(rows)


def near_cases(draft: Draft, case: Case) -> list[tuple[Case, float | None]]:
    """Open cases that may be about the same matter, nearest first, with their distance in metres where both have a
    pin; without one they must have the very same place.
    """
    found: list[tuple[Case, float | None]] = []
    areas = draft.city.registry.around(case.area)
    for other in (each for area in areas for each in draft.known.open_cases_of_matter(area, case.category)):
        if other.number == case.number or other.status is CaseStatus.RECEIVED or case.category is None:
            continue
        metres = _metres_between(case, other)
        same_place = case.text and other.text and case.text.place_key == other.text.place_key != ""
        if (metres is not None and metres <= _NEAR_METRES) or (metres is None and same_place):
            found.append((other, metres))
    return sorted(found, key=lambda pair: (pair[1] is None, pair[1] or 0.0, pair[0].number))


def _metres_between(one: Case, other: Case) -> float | None:
    """How far the pins of two cases lie apart; None when one has none."""
    here, there = _pin(one), _pin(other)
    return metres_between(here, there) if here is not None and there is not None else None


def _pin(case: Case) -> Point | None:
    text = case.text
    return Point(text.lat, text.lon) if text and text.lat is not None and text.lon is not None else None


# -- deciding it --------------------------------------------------------------------------------------------------


def press(draft: Draft, message: InboundMessage, contact: Contact, button: Button, number: int) -> str | None:
    """A button under a proposal. Returns the phrase for the notice, None when the report is decided already."""
    question = open_report(draft, contact)
    if question is None or question.case_number != number:
        return None
    act = REPORT_ACTIONS.get(button.action)
    return act(draft, message, contact, button, question) if act else None


def _press_file(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, question: Question
) -> str | None:
    file_report(draft, question.case_number, contact.id)
    return "notice_done"


def _press_change_category(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, question: Question
) -> str | None:
    draft.put(replace(question, options=(*question.options, _WANTS_CATEGORY)))
    language = draft.language_of(contact)
    buttons = [
        draft.button(contact.id, category.short[language], CATEGORY, number=question.case_number, value=category.code)
        for category in draft.city.book.categories.values()
    ]
    answer(draft, contact, message.sender, "report_category", automatic=False, buttons=in_rows(buttons))
    return "notice_words"


def _press_change_place(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, question: Question
) -> str | None:
    draft.put(replace(question, options=(*question.options, _WANTS_PLACE)))
    answer(draft, contact, message.sender, "report_place", automatic=False)
    return "notice_words"


def _press_category(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, question: Question
) -> str | None:
    if button.value not in draft.city.book.categories:
        return None
    _choose(draft, question, _WANTS_CATEGORY, _CHOSE_CATEGORY)
    draft.change(question.case_number, category=button.value)
    _propose_soon(draft, question.case_number)
    return "notice_done"


def _press_join(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, question: Question
) -> str | None:
    main = draft.known.case(int(button.value))
    if main is None or not main.status.is_open:
        return None
    _end(draft, question)
    closing.merge(draft, question.case_number, main.number)
    main = draft.case(main.number)
    answer(
        draft, contact, message.sender, "report_joined", main, automatic=False,
        short=short(draft, main, draft.language_of(contact)), reporters=main.reporters,
    )  # fmt: skip
    return "notice_done"


_Act = Callable[[Draft, InboundMessage, Contact, Button, Question], str | None]
REPORT_ACTIONS: Mapping[str, _Act] = {
    FILE: _press_file,
    CHANGE_CATEGORY: _press_change_category,
    CHANGE_PLACE: _press_change_place,
    CATEGORY: _press_category,
    JOIN: _press_join,
}


def file_report(draft: Draft, number: int, contact: str) -> Case:
    """File it as it was understood; in his own grid the gridman is asked first whether he handles it himself."""
    question = draft.known.question_of(contact)
    if question is not None and question.case_number == number:
        _end(draft, question)
    case = filing.file(draft, number, first=_own_step(draft, draft.case(number), contact))
    if case.level is not Level.GRID:
        language = draft.known.reporters(number)[0].language
        values: dict[str, Any] = {"number": label(draft, case), "gist": gist(draft, case, language)}
        body = render(
            draft.city.book,
            language,
            "report_filed",
            **values,
            office=draft.city.registry.name_of(case.holder, language),
        )
        draft.text_person(contact, "report_filed", number, body=body)
    return case


def file_unfinished(draft: Draft, contact: Contact) -> None:
    """File the report that a person was putting together, because something else wants his answer now."""
    question = open_report(draft, contact)
    if question is not None:
        file_report(draft, question.case_number, contact.id)


def _end(draft: Draft, question: Question) -> None:
    draft.put(replace(question, closed_at=draft.now))
    draft.meet(question.case_number, DeadlineKind.QUESTION)
    draft.cancel(question.case_number, DeadlineKind.PROPOSE)
    draft.record(EntryKind.QUESTION_ANSWERED, question.case_number, contact=question.contact)


def _own_step(draft: Draft, case: Case, contact: str) -> Step | None:
    """The grid's turn on the ladder, before the community's, where the place lies in a grid of his."""
    registry, windows = draft.city.registry, draft.city.book.windows
    for grid in registry.grids_of(contact):
        if case.area is not None and (registry.lies_in(grid, case.area) or registry.lies_in(case.area, grid)):
            return Step(level=Level.GRID, office=grid_office_of(grid), window=windows[Level.COMMUNITY])
    return None
