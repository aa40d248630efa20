"""What each verb behind a reply code does, and which task allows which verb.

An action changes the draft and answers; one that cannot be done raises Refused before it changed anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from routing_rules import closing, filing, handling, questions
from routing_rules.areas import Level, OfficeKind
from routing_rules.cases import TRANSITIONS, Assignment, Case, CaseStatus, Task
from routing_rules.commands import VERB_NAMES, CodedCommand, Verb, hours_and_reason
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.location import LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.phrases import clock_time
from routing_rules.telling import GIST, SHORT, Named, Phrase, answer, tell_office
from routing_rules.wording import parts, phrase

#: "Please write the result, not fewer than 6 characters."
SHORTEST_RESULT = 6
SHORTEST_REASON = 2

#: Which verbs a task allows.
VERBS: Mapping[Task, frozenset[Verb]] = {
    Task.DECIDE: frozenset({Verb.ACCEPT, Verb.DONE, Verb.PASS_UP, Verb.CORRECT, Verb.MORE, Verb.ASK, Verb.REJECT}),
    Task.HANDLE: frozenset({Verb.ACCEPT, Verb.MORE, Verb.ASK, Verb.DONE, Verb.RETURN, Verb.EXTEND, Verb.SUSPEND}),
    Task.VERIFY: frozenset({Verb.TRUE, Verb.NOT_TRUE, Verb.NOT_FOUND, Verb.MORE}),
    Task.CHECK: frozenset({Verb.CHECK_PASS, Verb.CHECK_FAIL, Verb.MORE}),
    Task.EXTEND: frozenset({Verb.APPROVE, Verb.REFUSE, Verb.MORE}),
    Task.SUSPEND: frozenset({Verb.APPROVE, Verb.REFUSE, Verb.MORE}),
    Task.ASSIGN: frozenset({Verb.ASSIGN, Verb.DONE, Verb.CORRECT, Verb.REJECT, Verb.MORE, Verb.ASK}),
}

#: Verbs that only read or ask and may be repeated.
_REPEATABLE = frozenset({Verb.MORE, Verb.ASK, Verb.EXTEND, Verb.SUSPEND})

#: The state that a verb leads to; where the case cannot go there now, the verb is refused.
_LEADS_TO: Mapping[Verb, CaseStatus] = {
    Verb.DONE: CaseStatus.REPORTED,
    Verb.RETURN: CaseStatus.RETURNED,
    Verb.PASS_UP: CaseStatus.FILED,
    Verb.CORRECT: CaseStatus.FILED,
    Verb.ASSIGN: CaseStatus.DISPATCHED,
    Verb.REJECT: CaseStatus.REJECTED,
    Verb.CHECK_PASS: CaseStatus.CLOSED,
    Verb.CHECK_FAIL: CaseStatus.DISPATCHED,
    Verb.TRUE: CaseStatus.FILED,
    Verb.NOT_TRUE: CaseStatus.FILED,
    Verb.NOT_FOUND: CaseStatus.FILED,
}


class Refused(Exception):
    """A command cannot be carried out; the answer says why. Nothing was changed."""

    def __init__(self, template: str, /, **wanted: Any) -> None:
        super().__init__(template)
        self.template = template
        self.wanted = wanted


class EvidenceWanted(Refused):
    """The result needs a photo before it counts."""

    def __init__(self) -> None:
        super().__init__("evidence_wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command with everything an action needs to carry it out."""

    draft: Draft
    message: InboundMessage
    contact: Contact
    task: Assignment
    command: CodedCommand
    #: Language the person is answered in.
    language: str

    @property
    def number(self) -> int:
        return self.task.case_number

    @property
    def case(self) -> Case:
        return self.draft.case(self.number)

    def receipt(self, template: str, /, **wanted: Any) -> None:
        """Say that it was done. A valid code proves a person, so no budget of automatic replies applies."""
        answer(self.draft, self.contact, self.message.sender, template, self.case, automatic=False, **wanted)

    def reason(self, words: str | None = None) -> str:
        """The reason given. Raises Refused when there is none."""
        reason = self.command.rest if words is None else words
        if len(reason) < SHORTEST_REASON:
            raise self.refused("reason_missing")
        return reason

    def refused(self, template: str) -> Refused:
        """A refusal that names the code and the verb."""
        return Refused(template, code=self.command.code, verb=VERB_NAMES[self.command.verb][self.language])


def carry_out(order: Order) -> None:
    """Do what the command says. Raises Refused with the text that says why not."""
    verb = order.command.verb
    after = _LEADS_TO.get(verb)
    if verb not in VERBS[order.task.task] or (after is not None and after not in TRANSITIONS[order.case.status]):
        raise order.refused("verb_not_possible")
    if verb in order.task.verbs_used:
        time = clock_time(order.draft.city.book, order.task.accepted_at or order.task.offered_at)
        raise Refused("already_used", time=time)
    if order.task.task is Task.CHECK and order.contact.id == order.case.handled_by:
        raise Refused("handler_may_not_check")
    if verb in (Verb.CHECK_PASS, Verb.DONE) and _lacks_evidence(order):
        raise EvidenceWanted
    _ACTIONS[verb](order)
    _note_use(order)


def _lacks_evidence(order: Order) -> bool:
    """A gridman stands in front of it: where the category asks for a photo he sends one with his result."""
    category = order.draft.city.book.categories.get(order.case.category or "")
    office = order.draft.city.registry.offices.get(order.task.office)
    at_grid = office is not None and office.kind is OfficeKind.GRID
    return at_grid and category is not None and category.evidence and not order.message.attachments


def _note_use(order: Order) -> None:
    """Each verb works once for a task that goes on living."""
    current = next((a for a in order.draft.live(order.number) if a.seq == order.task.seq), None)
    if current is not None and order.command.verb not in _REPEATABLE:
        order.draft.put(replace(current, verbs_used=current.verbs_used | {order.command.verb}))


def _accept(order: Order) -> None:
    handling.accept(order.draft, order.task)
    if order.task.task is Task.DECIDE:
        _stop_climbing(order)
    finish = order.draft.known.deadline(order.number, DeadlineKind.FINISH)
    order.receipt("accepted_receipt", due=finish.due_at if finish else order.draft.now)


def _stop_climbing(order: Order) -> None:
    """An office that takes a matter on itself is its handler from now on."""
    order.draft.meet(order.number, DeadlineKind.PASS_UP)
    order.draft.change(order.number, handler=order.task.office)


def _more(order: Order) -> None:
    """The whole text in numbered parts, with the references of its photos."""
    text = order.case.text
    words = " ".join((text.words, *text.attachments)) if text else ""
    book = order.draft.city.book
    for part in parts(book, order.language, book.label(order.number), words):
        order.draft.reply_with_body(order.contact, order.message.sender, "more", order.number, part)


def _ask(order: Order) -> None:
    if not questions.ask_for_handler(order.draft, order.case, order.reason()):
        raise order.refused("verb_not_possible")
    order.receipt("asked_receipt")


def _done(order: Order) -> None:
    if len(order.command.rest) < SHORTEST_RESULT:
        raise Refused("result_too_short", code=order.command.code)
    closing.report(order.draft, order.task, order.contact, order.command.rest)
    time = clock_time(order.draft.city.book, order.draft.now)
    office = order.draft.city.registry.offices[order.task.office]
    checked_above = office.kind is not OfficeKind.DEPARTMENT and office.level is not Level.DISTRICT
    order.receipt("done_closed_receipt" if checked_above else "done_receipt", time=time)


def _return(order: Order) -> None:
    case = order.case
    if case.binding:
        raise Refused("no_more_returns")
    handling.hand_in_return(order.draft, order.task, order.reason())
    order.receipt("returned_receipt")


def _extend(order: Order) -> None:
    asked = hours_and_reason(order.command.rest)
    if asked is None:
        raise Refused("hours_missing", code=order.command.code)
    hours, words = asked
    reason = order.reason(words)
    case = order.case
    if case.extensions >= order.draft.city.book.extensions_allowed:
        raise Refused("no_more_extensions")
    handling.ask_extension(order.draft, order.task, hours, reason)
    order.receipt("extension_asked_receipt")


def _suspend(order: Order) -> None:
    if order.case.status is CaseStatus.SUSPENDED:
        raise order.refused("verb_not_possible")
    handling.ask_suspension(order.draft, order.task, order.reason())
    order.receipt("suspension_asked_receipt")


def _pass_up(order: Order) -> None:
    case = filing.pass_up(order.draft, order.number, by_hand=True)
    order.receipt("passed_up_receipt", next=Named(case.holder))


def _correct(order: Order) -> None:
    """A category by its code, name or words, or a place: whatever of the two the text holds."""
    location = order.draft.city.gazetteer.locate(order.command.rest)
    matter = order.draft.city.classifier.classify(order.command.rest, location.spans)
    category = order.draft.city.book.category_named(order.command.rest) or matter.category
    exact = location if location.kind is LocationKind.EXACT else None
    if category is None and exact is None:
        raise Refused("unknown_correction", code=order.command.code)
    level = order.draft.city.registry.offices[order.task.office].level
    order.draft.end(order.task, "corrected")
    filing.correct(order.draft, order.number, category=category, location=exact, at=level)
    order.receipt("corrected_receipt", gist=GIST)


def _check_pass(order: Order) -> None:
    closing.pass_check(order.draft, order.task)
    outcome = Phrase("outcome_passed")
    order.receipt("checked_receipt", outcome=outcome)


def _check_fail(order: Order) -> None:
    closing.fail_check(order.draft, order.task, order.reason())
    outcome = Phrase("outcome_failed")
    order.receipt("checked_receipt", outcome=outcome)


def _verified(order: Order) -> None:
    """Real or not, the case goes on to the community: only an office may turn a matter down, and it is told why."""
    verb = order.command.verb
    reason = order.reason() if verb is Verb.NOT_TRUE else ""
    draft, number = order.draft, order.number
    draft.end(order.task, verb.value)
    draft.meet(number, DeadlineKind.VERIFY)
    draft.record(EntryKind.VERIFIED, number, office=order.task.office, outcome=verb.value)
    case = filing.file(draft, number, looked_at=True)
    if verb is not Verb.TRUE:
        outcome = Phrase(f"button_{verb.value}")
        tell_office(draft, case, case.holder, "verify_doubt", short=SHORT, outcome=outcome, reason=reason)
    if verb is Verb.NOT_FOUND:
        language = next((each.language for each in draft.known.reporters(number)), order.language)
        questions.ask_for_handler(draft, draft.case(number), phrase(draft.city.book, language, "where_exactly"))
    order.receipt("verified_receipt", outcome=Phrase(f"button_{verb.value}"))


def _approve(order: Order) -> None:
    if order.task.task is Task.EXTEND:
        handling.grant_extension(order.draft, order.task)
    else:
        handling.grant_suspension(order.draft, order.task)
    outcome = Phrase("outcome_approved")
    order.receipt("approved_receipt", outcome=outcome)


def _refuse(order: Order) -> None:
    handling.refuse(order.draft, order.task, order.reason())
    outcome = Phrase("outcome_refused")
    order.receipt("approved_receipt", outcome=outcome)


def _assign(order: Order) -> None:
    department = _department_named(order.draft, order.command.rest)
    if department is None:
        options = tuple(each.aliases[0] for each in order.draft.city.book.departments.values())
        raise Refused("unknown_department", code=order.command.code, options=options)
    case = order.case
    order.draft.end_all(case.number, "assigned", Task.ASSIGN)
    binding = case.returns >= 2 and not case.binding
    if binding:
        order.draft.record(EntryKind.BINDING_DECIDED, case.number, department=department)
    handling.dispatch(order.draft, case.number, department, binding=binding)
    order.receipt("assigned_receipt", department=Named(department))


def _department_named(draft: Draft, words: str) -> str | None:
    wanted = words.strip().lower()
    for department in draft.city.book.departments.values():
        names = (department.code, *department.aliases, *department.names.values())
        if wanted in {name.lower() for name in names}:
            return department.code
    return None


def _reject(order: Order) -> None:
    if order.draft.city.registry.offices[order.task.office].level.rank <= Level.COMMUNITY.rank:
        raise order.refused("verb_not_possible")
    closing.reject(order.draft, order.task, order.reason())
    order.receipt("rejected_receipt")


_ACTIONS: Mapping[Verb, Callable[[Order], None]] = {
    Verb.ACCEPT: _accept,
    Verb.MORE: _more,
    Verb.ASK: _ask,
    Verb.DONE: _done,
    Verb.RETURN: _return,
    Verb.EXTEND: _extend,
    Verb.SUSPEND: _suspend,
    Verb.PASS_UP: _pass_up,
    Verb.CORRECT: _correct,
    Verb.CHECK_PASS: _check_pass,
    Verb.CHECK_FAIL: _check_fail,
    Verb.APPROVE: _approve,
    Verb.REFUSE: _refuse,
    Verb.ASSIGN: _assign,
    Verb.REJECT: _reject,
    Verb.TRUE: _verified,
    Verb.NOT_TRUE: _verified,
    Verb.NOT_FOUND: _verified,
}
