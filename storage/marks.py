"""What open cases are found by besides their keys: pieces of the names in their words, and their place.

A mark is a number. Three characters of a name stand in it as they are, so no mark outlives its use: it is dropped after
two months (``forget``). What is like what is decided elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from routing_rules.cases import Case, CaseStatus
from routing_rules.hotspots import DAYS_BEFORE, place_digest
from routing_rules.likeness import LIKE_DAYS, MOST_CANDIDATES, MOST_CASES_OF_A_MARK, read_wording
from routing_rules.normalise import normalise
from storage import bulk, models

_mark = models.case_mark
_case = models.case

#: A case in one of these states is the matter of nobody any more; a merged one leads to the one it was merged into.
_OVER = (CaseStatus.CLOSED.value, CaseStatus.REJECTED.value)
#: While words may still be added their marks are written again.
_BEING_TOLD = (CaseStatus.RECEIVED, CaseStatus.CLARIFYING)
#: Marks are kept as long as somebody may ask for them.
_KEPT = timedelta(days=max(LIKE_DAYS, DAYS_BEFORE + 1))


def write(connection: Connection, cases: Collection[Case]) -> None:
    """Add the marks of cases that are new, still being told, or have a place."""
    rows = [
        {"mark": mark, "case_number": case.number, "opened_at": case.opened_at}
        for case in cases
        for mark in _marks_of(case)
    ]
    bulk.insert_or_ignore(connection, _mark, rows, key=("mark", "case_number"))


def numbers_alike(connection: Connection, texts: Collection[frozenset[int]], *, since: datetime) -> set[int]:
    """For each text, given by its marks, the open cases opened after a moment that share most of them; among them
    cases that were merged into others.
    """
    by_mark: dict[int, list[int]] = {}
    query = select(_mark.c.mark, _mark.c.case_number).join(_case, _case.c.number == _mark.c.case_number)
    for chunk in bulk.chunks(mark for marks in texts for mark in marks):
        rows = connection.execute(
            query.where(_mark.c.mark.in_(chunk), _mark.c.opened_at >= since, _case.c.status.not_in(_OVER))
        )
        for mark, number in rows:
            by_mark.setdefault(mark, []).append(number)
    found: set[int] = set()
    for marks in texts:
        hits = Counter(
            number
            for mark in marks
            if len(numbers := by_mark.get(mark, ())) <= MOST_CASES_OF_A_MARK
            for number in numbers
        )
        found.update(sorted(hits, key=lambda number: (-hits[number], -number))[:MOST_CANDIDATES])
    return found


def opened_at_places(
    connection: Connection, digests: Iterable[str], *, since: datetime
) -> dict[str, dict[int, datetime]]:
    """The cases at places that were opened after a moment, each with that moment; none is there for a place at
    which there are no cases, but the place is.
    """
    wanted = {_of_place(digest): digest for digest in digests}
    found: dict[str, dict[int, datetime]] = {digest: {} for digest in wanted.values()}
    for chunk in bulk.chunks(wanted):
        rows = connection.execute(select(_mark).where(_mark.c.mark.in_(chunk), _mark.c.opened_at >= since))
        for row in rows:
            found[wanted[row.mark]][row.case_number] = row.opened_at
    return found


def forget(connection: Connection, now: datetime) -> int:
    """Drop marks that nobody asks for any more; returns how many."""
    return connection.execute(delete(_mark).where(_mark.c.opened_at < now - _KEPT)).rowcount


def _marks_of(case: Case) -> set[int]:
    """Names are written while the words come in; the place whenever it is known, since it may become known late."""
    if case.text is None:
        return set()
    found: set[int] = set()
    if case.version == 0 or case.status in _BEING_TOLD:
        found.update(read_wording(normalise(case.text.words)).marks)
    digest = place_digest(case.text.place_key, case.area)
    if digest is not None and not case.place_assumed:
        found.add(_of_place(digest))
    return found


def _of_place(digest: str) -> int:
    return -int(digest, 16) - 1
