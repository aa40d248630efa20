"""The commands of the chat bot: who may use them and what each tells or changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from routing_rules import diary, invites, supervising
from routing_rules.areas import OfficeKind
from routing_rules.cases import Assignment, Task
from routing_rules.commands import SlashCommand, leading_case_number
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.grid_work import DiaryEntry, DutyTime
from routing_rules.intents import Intent
from routing_rules.location import LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.phrases import clock_time
from routing_rules.residents import Outcome
from routing_rules.status import answer_status
from routing_rules.telling import answer, label, short, when_due
from routing_rules.wording import phrase

#: An entry shorter than this says nothing.
SHORTEST_ENTRY = 4
_ENTRIES_SHOWN = 3

_Act = Callable[[Draft, InboundMessage, Intent, Contact, SlashCommand], Outcome]


def carry_out(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome | None:
    """What a command of the bot does for this person; None when it is no command of ours."""
    command = intent.slash
    if command is None:
        return None
    everybody = _FOR_EVERYBODY.get(command.name)
    if everybody is not None:
        return everybody(draft, message, intent, contact, command)
    of_gridmen, of_supervisors = _FOR_GRIDMEN.get(command.name), _FOR_SUPERVISORS.get(command.name)
    if of_gridmen is not None and draft.city.registry.grids_of(contact.id):
        return of_gridmen(draft, message, intent, contact, command)
    if of_supervisors is not None and supervising.supervised_offices(draft, contact.id):
        return of_supervisors(draft, message, intent, contact, command)
    if of_gridmen is not None or of_supervisors is not None:
        answer(draft, contact, message.sender, "not_bound")
        return Verdict.TOLD, None
    return None


# -- for everybody ------------------------------------------------------------------------------------------------


def _start(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    if command.rest:
        return invites.use(draft, message, contact, command.rest)
    if draft.city.registry.postings_of(contact.id):
        return _help(draft, message, intent, contact, command)
    answer(draft, contact, message.sender, "not_bound")
    return Verdict.TOLD, None


def _help(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    template = "help_resident"
    if supervising.supervised_offices(draft, contact.id):
        template = "help_supervisor"
    if draft.city.registry.grids_of(contact.id):
        template = "help_gridman"
    answer(draft, contact, message.sender, template)
    return Verdict.TOLD, None


def _status(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    answer_status(draft, message, contact, None)
    return Verdict.STATUS_TOLD, None


# -- for gridmen --------------------------------------------------------------------------------------------------


def _duty(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    """Go on duty or off it. Only on duty is a gridman sent anywhere, and only on duty is his position kept."""
    running = draft.known.duty_of(contact.id)
    match command.rest.lower():
        case "on":
            if running is None:
                draft.put(DutyTime(contact=contact.id, began_at=draft.now))
                draft.record(EntryKind.DUTY_BEGAN, contact=contact.id)
            answer(draft, contact, message.sender, "duty_on", automatic=False)
        case "off":
            if running is not None:
                draft.put(replace(running, ended_at=draft.now))
                draft.record(EntryKind.DUTY_ENDED, contact=contact.id, began=running.began_at)
            answer(draft, contact, message.sender, "duty_off", automatic=False)
        case _:
            answer(draft, contact, message.sender, "duty_how", automatic=False)
            return Verdict.TOLD, None
    return Verdict.DUTY_SET, None


def _where(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    """His grids, since when he is on duty, and when his phone last said where it is."""
    book, language, registry = draft.city.book, draft.language_of(contact), draft.city.registry
    grids = "、".join(registry.name_of(grid, language) for grid in registry.grids_of(contact.id))
    running = draft.known.duty_of(contact.id)
    duty = (
        phrase(book, language, "where_on_duty", time=clock_time(book, running.began_at))
        if running
        else phrase(book, language, "where_off_duty")
    )
    seen = draft.known.last_seen.get(contact.id)
    if running is not None:
        position = phrase(book, language, "where_seen", time=clock_time(book, seen)) if seen else ""
        duty += position or phrase(book, language, "where_unseen")
    answer(draft, contact, message.sender, "where", automatic=False, grids=grids, duty=duty)
    return Verdict.TOLD, None


def _diary(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    """Write an entry of the people's diary, or show the latest ones."""
    number, words = _case_and_words(draft, command.rest)
    if len(words) < SHORTEST_ENTRY:
        return _latest_entries(draft, message, contact)
    location = draft.city.gazetteer.locate(words)
    has_place = location.kind is LocationKind.EXACT or message.location is not None
    grids = draft.city.registry.grids_of(contact.id)
    grid = next(
        (each for each in grids if location.area and draft.city.registry.lies_in(each, location.area)), grids[0]
    )
    entry = DiaryEntry(
        id=f"{message.channel}/{message.external_id}",
        contact=contact.id,
        grid=grid,
        written_at=draft.now,
        words=words,
        place_key=location.place_key or "",
        case_number=number,
        has_photo=bool(message.attachments),
    )
    points, merits = diary.scored(entry, draft.known.diary_of(contact.id), has_place=has_place)
    draft.put(replace(entry, score=points, merits=merits))
    draft.record(EntryKind.DIARY_WRITTEN, number, contact=contact.id, grid=grid, score=points, merits=list(merits))
    name = draft.city.registry.name_of(grid, draft.language_of(contact))
    answer(draft, contact, message.sender, "diary_written", automatic=False, grid=name, score=points)
    return Verdict.DIARY_WRITTEN, number


def _case_and_words(draft: Draft, rest: str) -> tuple[int | None, str]:
    """ "Z1042 已劝离" belongs to that case, where there is one."""
    numbered = leading_case_number(rest, draft.city.book.number_prefix)
    if numbered is None or draft.known.case(numbered[0]) is None:
        return None, rest
    return numbered


def _latest_entries(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome:
    entries = draft.known.diary_of(contact.id)
    items = tuple(f"{entry.words[:12]}({entry.score})" for entry in reversed(entries[-_ENTRIES_SHOWN:]))
    if items:
        answer(draft, contact, message.sender, "diary_list", automatic=False, count=len(entries), items=items)
    else:
        answer(draft, contact, message.sender, "diary_how", automatic=False)
    return Verdict.TOLD, None


# -- for everybody with tasks -------------------------------------------------------------------------------------


def _mine(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    """How many tasks of each kind, and the next moment something is due."""
    tasks = _tasks(draft, contact)
    language, registry = draft.language_of(contact), draft.city.registry
    kinds: dict[str, int] = {}
    for task, _ in tasks:
        office = registry.offices[task.office]
        own = task.task is Task.DECIDE and office.kind is OfficeKind.GRID
        name = "task_own" if own else f"task_{task.task.value}"
        kinds[name] = kinds.get(name, 0) + 1
    counts = tuple(phrase(draft.city.book, language, name, count=count) for name, count in kinds.items())
    due = min((due for _, due in tasks if due is not None), default=None)
    if not counts:
        answer(draft, contact, message.sender, "no_tasks", automatic=False)
    else:
        moment = when_due(draft, language, due) if due else "-"
        answer(draft, contact, message.sender, "mine", automatic=False, items=counts, due=moment)
    return Verdict.TOLD, None


def _due(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    """The tasks in the order in which they are due."""
    language = draft.language_of(contact)
    far = datetime.max.replace(tzinfo=draft.now.tzinfo)
    lines = []
    for task, due in sorted(_tasks(draft, contact), key=lambda pair: pair[1] or far):
        case = draft.case(task.case_number)
        moment = when_due(draft, language, due) if due else "-"
        lines.append(f"{label(draft, case)}{short(draft, case, language)} {moment}")
    if not lines:
        answer(draft, contact, message.sender, "no_tasks", automatic=False)
    else:
        answer(
            draft, contact, message.sender, "due_list", automatic=False, in_chat="\n".join(lines),
            count=len(lines), items=tuple(lines),
        )  # fmt: skip
    return Verdict.TOLD, None


def _tasks(draft: Draft, contact: Contact) -> list[tuple[Assignment, datetime | None]]:
    offices = tuple(posting.office for posting in draft.city.registry.postings_of(contact.id))
    found = []
    for task in draft.known.live_assignments_of(offices):
        clocks = [d for d in draft.known.deadlines(task.case_number) if d.running and d.assignment == task.seq]
        found.append((task, min((each.due_at for each in clocks), default=None)))
    return found


# -- for supervisors ----------------------------------------------------------------------------------------------


def _today(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    return supervising.tell_today(draft, message, contact)


def _late(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    return supervising.tell_late(draft, message, contact)


def _case(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, command: SlashCommand) -> Outcome:
    return supervising.tell_case(draft, message, contact, intent.case_number)


_FOR_EVERYBODY: Mapping[str, _Act] = {"start": _start, "help": _help, "status": _status}
_FOR_GRIDMEN: Mapping[str, _Act] = {"mine": _mine, "due": _due, "diary": _diary, "duty": _duty, "where": _where}
_FOR_SUPERVISORS: Mapping[str, _Act] = {
    "mine": _mine,
    "due": _due,
    "today": _today,
    "late": _late,
    "case": _case,
}
