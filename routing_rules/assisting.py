"""Tells the departments that a rule wants beside the one that decides. They hold no task and no clock runs for them."""

from __future__ import annotations

from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.telling import GIST, Named, tell_office


def tell_assisting(draft: Draft, number: int, lead: str) -> None:
    """Each of them hears of the case and who leads, anew whenever the lead changes."""
    case = draft.case(number)
    for code in case.ladder.assisting if case.ladder is not None else ():
        if code == lead or code not in draft.city.registry.offices:
            continue
        if not draft.city.registry.posted_at(code):
            draft.record(EntryKind.NOBODY_TOLD, number, level=case.level, office=code, reason="nobody_posted")
            continue
        tell_office(draft, case, code, "department_assists", gist=GIST, department=Named(lead))
        draft.record(EntryKind.OFFICE_TOLD, number, office=code, task="assists")
