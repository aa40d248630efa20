"""Takes a merge back: the merged case lives again with its own words, and its reporters wait for its own result.

An operator does it for any merged case; a resident's 9 does it for his own words that were joined on a suggestion. It
never touches what else happened to the main case meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from routing_rules import closing, filing
from routing_rules.cases import Case, CaseStatus, Reporter
from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.telling import GIST, Named, tell_reporter


def unmerge(draft: Draft, number: int) -> bool:
    """File a merged case anew; False, and nothing changed, when it is not merged or nobody waits for it any more.

    Whoever withdrew from the main case, or left it with a 9, stays away. Its reporters are told its number. Where
    nobody knows the place a person at the district decides whose it is.
    """
    if not _free(draft, number, CaseStatus.FILED):
        return False
    if draft.case(number).area is None:
        case = filing.file_at_desk(draft, number, "desk_task")
    else:
        case = filing.file(draft, number, looked_at=True)
    for reporter in draft.known.reporters(number):
        once = f"unmerged{case.counter}"
        if case.status is CaseStatus.DISPATCHED:
            tell_reporter(
                draft, case, reporter, "received_at_department", once=once, gist=GIST, department=Named(case.holder)
            )
        else:
            tell_reporter(draft, case, reporter, "received", once=once, gist=GIST, office=Named(case.holder))
    return True


def take_back(draft: Draft, number: int) -> Case | None:
    """A case whose reporter says that it was another place after all: as it came in, still to be asked about."""
    return draft.case(number) if _free(draft, number, CaseStatus.RECEIVED) else None


def _free(draft: Draft, number: int, status: CaseStatus) -> bool:
    """Take the case and its reporters out of the main case."""
    case = draft.known.case(number)
    if case is None or case.status is not CaseStatus.MERGED:
        return False
    mains = list(_mains(draft, case))
    reporters = draft.known.reporters(number)
    gone = [each for each in reporters if any(draft.known.has_left(main.number, each.contact) for main in mains)]
    if len(gone) == len(reporters):
        return False
    for each in gone:
        draft.put(replace(each, position=-each.position))
    for main in mains:
        for each in reporters:
            if (there := _came_along(draft, main, each)) is not None:
                closing.leave(draft, there)
    draft.move(
        number,
        status,
        merged_into=None,
        closed_at=None,
        handler=None,
        handled_by=None,
        reporters=len(reporters) - len(gone),
    )
    draft.record(EntryKind.UNMERGED, number, out_of=case.merged_into, reporters=len(reporters) - len(gone))
    return True


def _mains(draft: Draft, case: Case) -> Iterator[Case]:
    """The case it was merged into, the one that was merged into, and so on."""
    seen = {case.number}
    while case.merged_into is not None and case.merged_into not in seen:
        main = draft.known.case(case.merged_into)
        if main is None:
            return
        seen.add(main.number)
        yield main
        case = main


def _came_along(draft: Draft, main: Case, reporter: Reporter) -> Reporter | None:
    """The reporter in the main case, where he is there through the merge and not by a report of his own: the merge
    kept the moment at which he joined.
    """
    there = draft.known.reporter(main.number, reporter.contact)
    return there if there is not None and there.joined_at == reporter.joined_at else None
