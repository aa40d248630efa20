"""How a task looks in a chat: its words without codes, and a button for each of the usual answers.

A button is a coded command without digits; whatever has no button is written with the code, as by SMS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from routing_rules.areas import OfficeKind, Posting
from routing_rules.cases import Assignment, Task
from routing_rules.commands import Verb
from routing_rules.draft import Draft, Rows
from routing_rules.messages import ChatButton, ChatForm
from routing_rules.templates import TEMPLATES
from routing_rules.wording import Value, phrase, render

#: The name of a text's chat version: the same words without codes.
IN_CHAT = "_chat"

#: The answers that a task gets buttons for, in their order.
_ANSWERS: Mapping[Task, tuple[Verb, ...]] = {
    Task.DECIDE: (Verb.DONE, Verb.PASS_UP),
    Task.HANDLE: (Verb.ACCEPT, Verb.DONE, Verb.RETURN),
    Task.VERIFY: (Verb.TRUE, Verb.NOT_TRUE, Verb.NOT_FOUND),
    Task.CHECK: (Verb.CHECK_PASS, Verb.CHECK_FAIL),
    Task.EXTEND: (Verb.APPROVE, Verb.REFUSE),
    Task.SUSPEND: (Verb.APPROVE, Verb.REFUSE),
    Task.ASSIGN: (),
}

_IN_ONE_ROW = 3


def form_of_task(
    draft: Draft, posting: Posting, template: str, task: Assignment, values: Mapping[str, Value]
) -> ChatForm | None:
    """The task as somebody reached by chat sees it; None for everybody else."""
    if not posting.chat:
        return None
    shown = f"{template}{IN_CHAT}" if f"{template}{IN_CHAT}" in TEMPLATES else template
    wanted = {name: values[name] for name in TEMPLATES[shown].placeholders}
    body = render(draft.city.book, posting.language, shown, **wanted)
    return ChatForm(body=body, buttons=_rows(draft, posting, task))


def _rows(draft: Draft, posting: Posting, task: Assignment) -> Rows:
    buttons = [
        draft.button(
            posting.contact, _label(draft, posting, task, verb), verb.value, number=task.case_number, seq=task.seq
        )
        for verb in _ANSWERS[task.task]
    ]
    if task.task is Task.ASSIGN:
        buttons = [
            draft.button(
                posting.contact,
                department.aliases[0],
                Verb.ASSIGN.value,
                number=task.case_number,
                seq=task.seq,
                value=code,
            )
            for code, department in draft.city.book.departments.items()
        ]
    return in_rows(buttons)


def in_rows(buttons: Sequence[ChatButton]) -> Rows:
    """Buttons side by side, as many as a phone shows without cutting their words."""
    return tuple(tuple(buttons[at : at + _IN_ONE_ROW]) for at in range(0, len(buttons), _IN_ONE_ROW))


def _label(draft: Draft, posting: Posting, task: Assignment, verb: Verb) -> str:
    office = draft.city.registry.offices.get(task.office)
    own = verb is Verb.DONE and office is not None and office.kind is OfficeKind.GRID
    return phrase(draft.city.book, posting.language, "button_handle" if own else f"button_{verb.value}")
