"""A gridman goes and looks whether a matter is real before it is filed (核实), where its category asks for that.

What his answer leads to stands in ``staff_commands``.
"""

from __future__ import annotations

from routing_rules.areas import Level, Posting
from routing_rules.cases import Case, CaseStatus, Task
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.gridmen import who_looks
from routing_rules.telling import GIST, tell_posting


def who_verifies(draft: Draft, case: Case) -> tuple[Posting, ...]:
    """The gridmen to be asked; nobody for a matter that needs no look, is urgent, or that a gridman has seen."""
    category = draft.city.book.categories.get(case.category or "")
    if category is None or not category.verify or category.urgent:
        return ()
    if any(draft.city.registry.grids_of(reporter.contact) for reporter in draft.known.reporters(case.number)):
        return ()
    return who_looks(draft, case.area, case.number)


def ask(draft: Draft, number: int, gridmen: tuple[Posting, ...]) -> Case:
    """Send the gridmen of one grid; their silence files the case without them."""
    office = gridmen[0].office
    case = draft.move(number, CaseStatus.VERIFYING, holder=office, level=Level.GRID)
    task = draft.offer(number, office, Task.VERIFY)
    due = draft.start(number, DeadlineKind.VERIFY, assignment=task).due_at
    for posting in gridmen:
        tell_posting(draft, case, posting, "verify_task", assignment=task, gist=GIST, due=due)
    draft.record(EntryKind.VERIFY_ASKED, number, office=office, assignment=task.seq, due=due)
    return draft.case(number)
