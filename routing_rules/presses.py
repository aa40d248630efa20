"""What a press on a button leads to, and the words or photos that it still wants.

A button is a coded command without digits: it carries a verb and a task. It acts for the person it was given to and for
nobody else, once, and as long as its task lives; whoever comes later is told who was faster.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing_rules import reports, supervising
from routing_rules.buttons import Button
from routing_rules.cases import Assignment, Question, QuestionKind
from routing_rules.commands import CodedCommand, Verb
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.messages import ChatAct, InboundMessage
from routing_rules.phrases import clock_time
from routing_rules.questions import close_question
from routing_rules.residents import Outcome
from routing_rules.staff_commands import EvidenceWanted, Order, Refused, carry_out
from routing_rules.telling import Phrase, answer
from routing_rules.wording import phrase
from routing_rules.working_set import key_of

#: How long a button waits for its words or its photo.
_WAITS = timedelta(minutes=10)

#: What a verb wants to be told first, as the name of a phrase.
_WANTS: dict[Verb, str] = {
    Verb.DONE: "words_result",
    Verb.RETURN: "words_reason",
    Verb.CHECK_FAIL: "words_reason",
    Verb.NOT_TRUE: "words_reason",
    Verb.REFUSE: "words_reason",
    Verb.REJECT: "words_reason",
    Verb.EXTEND: "words_hours",
    Verb.SUSPEND: "words_reason",
    Verb.ASK: "words_question",
}


def press(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome:
    """Somebody pressed a button. Anybody can send any token: one that we did not give him does nothing."""
    button = draft.known.button(draft.tokens.digest(message.button or ""))
    if button is None or button.contact != contact.id or button.expires_at <= draft.now:
        return _refuse(draft, message, contact, _say(draft, contact, "notice_dead"), None)
    number = button.case_number
    if number is None or draft.known.case(number) is None:
        return _refuse(draft, message, contact, _say(draft, contact, "notice_dead"), None)
    if button.seq is not None:
        return _press_on_task(draft, message, contact, button, number, button.seq)
    if button.action == supervising.SUPERVISE:
        # It stands in a list with others, which stay.
        said, alone = supervising.press_supervise(draft, message, contact, button, draft.case(number)), False
    else:
        said, alone = reports.press(draft, message, contact, button, number), True
    if said is None:
        return _refuse(draft, message, contact, _say(draft, contact, "notice_over"), number, clear=alone)
    _settle(draft, message, contact, button, _say(draft, contact, said), done=alone)
    return Verdict.PRESSED, number


def _press_on_task(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, number: int, seq: int
) -> Outcome:
    task = draft.known.values.get(("assignment", number, seq))
    if not isinstance(task, Assignment) or not _is_posted(draft, contact, task):
        return _refuse(draft, message, contact, _say(draft, contact, "notice_dead"), number, clear=True)
    if not task.live:
        return _refuse(draft, message, contact, _who_was_faster(draft, contact, task), number, clear=True)
    verb = Verb(button.action)
    if verb in _WANTS and not button.value:
        _ask_words(draft, message, contact, task, verb)
        _settle(draft, message, contact, button, _say(draft, contact, "notice_words"), done=False)
        return Verdict.PRESSED, number
    if not _do(draft, message, contact, task, verb, button.value):
        _settle(draft, message, contact, button, _say(draft, contact, "notice_see_text"), done=False)
        return Verdict.PRESS_REFUSED, number
    _settle(draft, message, contact, button, _say(draft, contact, "notice_done"), done=not _lives(draft, task))
    return Verdict.PRESSED, number


def read_words(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome | None:
    """The words or the photo that a button waits for; None when none waits or the message has neither."""
    question = draft.known.question_of(contact.id)
    if question is None or question.expires_at <= draft.now or message.forwarded:
        return None
    wants_photo = question.kind is QuestionKind.EVIDENCE
    given = message.attachments if wants_photo else message.text.strip()
    if question.kind not in (QuestionKind.WORDS, QuestionKind.EVIDENCE) or not given:
        return None
    seq, verb, *words = question.options
    task = draft.known.values.get(("assignment", question.case_number, int(seq.removeprefix("task:"))))
    if not isinstance(task, Assignment) or not _is_posted(draft, contact, task):
        return None
    verdict = Verdict.EVIDENCE if wants_photo else Verdict.COMMANDED
    if wants_photo:
        draft.record(EntryKind.EVIDENCE_GIVEN, task.case_number, contact=contact.id, photos=len(message.attachments))
    if not task.live:
        draft.put(replace(question, closed_at=draft.now))
        answer(
            draft, contact, message.sender, "too_late", draft.case(task.case_number), automatic=False,
            who=_who_was_faster(draft, contact, task),
        )  # fmt: skip
        return Verdict.COMMAND_REFUSED, task.case_number
    rest = words[0] if wants_photo and words else message.text.strip()
    if not _do(draft, message, contact, task, Verb(verb), rest):
        return Verdict.COMMAND_REFUSED, task.case_number
    if draft.known.question_of(contact.id) == question:
        draft.put(replace(question, closed_at=draft.now))
    return verdict, task.case_number


def _do(draft: Draft, message: InboundMessage, contact: Contact, task: Assignment, verb: Verb, rest: str) -> bool:
    """Carry the command out. Returns whether it was; else a text says why not, or what is still wanted."""
    draft.actor = f"contact:{contact.id}@office:{task.office}"
    command = CodedCommand(draft.code(task, contact.id), verb, rest)
    order = Order(
        draft=draft,
        message=message,
        contact=contact,
        task=task,
        command=command,
        language=draft.language_of(contact),
    )
    try:
        carry_out(order)
    except EvidenceWanted as wanted:
        _ask(draft, contact, task, QuestionKind.EVIDENCE, (f"task:{task.seq}", verb.value, rest))
        answer(draft, contact, message.sender, wanted.template, order.case, automatic=False)
        return False
    except Refused as refused:
        answer(draft, contact, message.sender, refused.template, order.case, automatic=False, **refused.wanted)
        return False
    return True


def _ask_words(draft: Draft, message: InboundMessage, contact: Contact, task: Assignment, verb: Verb) -> None:
    _ask(draft, contact, task, QuestionKind.WORDS, (f"task:{task.seq}", verb.value))
    what = Phrase(_WANTS[verb])
    answer(
        draft, contact, message.sender, "words_wanted", draft.case(task.case_number), automatic=False, what=what
    )  # fmt: skip


def _ask(draft: Draft, contact: Contact, task: Assignment, kind: QuestionKind, options: tuple[str, ...]) -> None:
    """At most one question of a person is open: a report that he was putting together is filed as it is."""
    reports.file_unfinished(draft, contact)
    close_question(draft, contact)
    draft.put(
        Question(
            contact=contact.id,
            case_number=task.case_number,
            kind=kind,
            asked_at=draft.now,
            expires_at=draft.now + _WAITS,
            options=options,
        )
    )


def _is_posted(draft: Draft, contact: Contact, task: Assignment) -> bool:
    """Whether the person still works for the office: who was unbound has no buttons any more."""
    return any(posting.office == task.office for posting in draft.city.registry.postings_of(contact.id))


def _lives(draft: Draft, task: Assignment) -> bool:
    current = draft.known.values[key_of(task)]
    return isinstance(current, Assignment) and current.live


def _who_was_faster(draft: Draft, contact: Contact, task: Assignment) -> str:
    """ "已由王某10:12处理": who decided and when, as far as a person did."""
    if task.ended_by is None or task.ended_at is None:
        return _say(draft, contact, "notice_over")
    registry, language = draft.city.registry, draft.language_of(contact)
    name = registry.person_name(task.ended_by) or registry.name_of(task.office, language)
    return phrase(
        draft.city.book, language, "notice_decided", name=name, time=clock_time(draft.city.book, task.ended_at)
    )


def _say(draft: Draft, contact: Contact, name: str) -> str:
    return phrase(draft.city.book, draft.language_of(contact), name)


def _settle(
    draft: Draft, message: InboundMessage, contact: Contact, button: Button, notice: str, *, done: bool
) -> None:
    draft.put(replace(button, pressed_at=draft.now))
    _notice(draft, message, contact, notice, clear=done)


def _refuse(
    draft: Draft, message: InboundMessage, contact: Contact, notice: str, number: int | None, *, clear: bool = False
) -> Outcome:
    _notice(draft, message, contact, notice, clear=clear)
    return Verdict.PRESS_REFUSED, number


def _notice(draft: Draft, message: InboundMessage, contact: Contact, words: str, *, clear: bool) -> None:
    """Tell the person in passing, and take buttons away that do nothing any more."""
    if message.press is not None:
        draft.act_in_chat(contact.id, message.sender, ChatAct.ANSWER_PRESS, message.press, words)
    if clear and message.reply_to is not None:
        draft.act_in_chat(contact.id, message.sender, ChatAct.CLEAR_BUTTONS, message.reply_to)
