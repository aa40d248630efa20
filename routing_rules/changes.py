"""What a decision changes: values of the working set, facts, deadlines, tasks with their codes and buttons.

It is the half of a ``draft.Draft`` that owes nobody a text. Nothing is looked up here and nothing written out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from routing_rules import deadlines
from routing_rules.buttons import Button, ButtonTokens
from routing_rules.cases import (
    TRANSITIONS,
    Assignment,
    Case,
    CaseStatus,
    Question,
    Reporter,
    Task,
)
from routing_rules.city import City
from routing_rules.contacts import Contact
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.decisions import Decision, EntryKind, LedgerEntry, Notification, Verdict
from routing_rules.grid_work import Binding, DiaryEntry, DutyTime, Photo
from routing_rules.messages import ChatButton
from routing_rules.reply_codes import MAX_TRIES, ReplyCode, ReplyCodes
from routing_rules.working_set import Key, Value, WorkingSet, key_of
from routing_rules.working_time import Limit

T = TypeVar("T")

#: A button is dead after this long even where its task goes on.
BUTTONS_LAST = timedelta(days=14)


class ForbiddenMove(ValueError):
    """A case cannot go from one state to the other; the table TRANSITIONS has no such way."""


@dataclass(slots=True)
class Changes:
    """Collects what one item changes."""

    city: City
    codes: ReplyCodes
    known: WorkingSet
    now: datetime
    #: Unique name of the item, for the keys of texts that belong to no case.
    item: str
    #: Who acts, as it stands on the ledger.
    actor: str = "clock"
    _changed: dict[Key, Value] = field(default_factory=dict)
    _undo: list[tuple[Value, Value | None]] = field(default_factory=list)
    _ledger: list[LedgerEntry] = field(default_factory=list)
    _notifications: list[Notification] = field(default_factory=list)

    @property
    def tokens(self) -> ButtonTokens:
        """Derives the tokens of buttons."""
        return ButtonTokens(self.codes.key)

    # -- the outcome ------------------------------------------------------------------------------------------

    def decision(self, verdict: Verdict | None = None, case_number: int | None = None) -> Decision:
        """Everything that was changed, as one value."""
        values = self._changed.values()
        return Decision(
            verdict=verdict,
            case_number=case_number,
            cases=_of(Case, values),
            assignments=_of(Assignment, values),
            deadlines=_of(Deadline, values),
            reporters=_of(Reporter, values),
            questions=_of(Question, values),
            contacts=_of(Contact, values),
            reply_codes=_of(ReplyCode, values),
            buttons=_of(Button, values),
            bindings=_of(Binding, values),
            duties=_of(DutyTime, values),
            diary=_of(DiaryEntry, values),
            photos=_of(Photo, values),
            ledger=tuple(self._ledger),
            notifications=tuple(self._notifications),
        )

    def undo(self) -> None:
        """Put the working set back to what it was before this draft."""
        for value, before in reversed(self._undo):
            self.known.take_back(value, before)

    # -- values -----------------------------------------------------------------------------------------------

    def put(self, value: Value) -> None:
        self._undo.append((value, self.known.put(value)))
        self._changed[key_of(value)] = value

    def case(self, number: int) -> Case:
        """The case as it stands. Raises LookupError when it was not gathered."""
        case = self.known.case(number)
        if case is None:
            raise LookupError(f"case {number} was not gathered")
        return case

    def change(self, number: int, **changes: object) -> Case:
        """Replace fields of a case."""
        case = replace(self.case(number), **changes)  # type: ignore[arg-type]
        self.put(case)
        return case

    def move(self, number: int, status: CaseStatus, **changes: object) -> Case:
        """Change the state. Raises ForbiddenMove for a way that the table does not have."""
        before = self.case(number).status
        if status not in TRANSITIONS[before]:
            raise ForbiddenMove(f"case {number} cannot go from {before} to {status}")
        return self.change(number, status=status, **changes)

    def change_text(self, number: int, **changes: object) -> Case:
        """Replace words of a case (place, result, reason …)."""
        text = self.case(number).text
        assert text is not None  # noqa: S101 - every case is opened with its words
        return self.change(number, text=replace(text, **changes))  # type: ignore[arg-type]

    def change_contact(self, contact: Contact, **changes: object) -> Contact:
        changed = replace(self.known.contact(contact.id), **changes)  # type: ignore[arg-type]
        self.put(changed)
        return changed

    def count_up(self, number: int) -> int:
        """The next number for something that hangs on this case."""
        return self.change(number, counter=self.case(number).counter + 1).counter

    # -- ledger -----------------------------------------------------------------------------------------------

    def record(self, kind: EntryKind, number: int | None = None, **data: object) -> None:
        """A fact for the ledger: ids, codes, times and numbers only."""
        entry = LedgerEntry(case_number=number, kind=kind, at=self.now, actor=self.actor, data=data)
        self._ledger.append(entry)

    # -- deadlines --------------------------------------------------------------------------------------------

    def limit_of(self, number: int, kind: DeadlineKind) -> Limit:
        """The limit frozen on the case, or the rulebook's own while it has no ladder."""
        ladder = self.case(number).ladder
        limits = ladder.limits if ladder else self.city.book.limits
        return limits.get(kind) or self.city.book.limits[kind]

    def start(
        self, number: int, kind: DeadlineKind, *, assignment: Assignment | None = None, limit: Limit | None = None
    ) -> Deadline:
        """Let a deadline run; one of its kind that still runs is cancelled."""
        self.cancel(number, kind)
        rounds = sum(1 for deadline in self.known.deadlines(number) if deadline.kind is kind)
        deadline = deadlines.start(
            self.city.book.calendar,
            case_number=number,
            kind=kind,
            round=rounds,
            assignment=assignment.seq if assignment else None,
            limit=limit or self.limit_of(number, kind),
            now=self.now,
            thresholds=self.city.book.warnings.get(kind, ()),
        )
        self.put(deadline)
        return deadline

    def meet(self, number: int, *kinds: DeadlineKind) -> None:
        """What these deadlines waited for has happened."""
        for kind in kinds:
            if (running := self.known.deadline(number, kind)) is not None:
                self.put(deadlines.meet(running, self.now))

    def cancel(self, number: int, *kinds: DeadlineKind) -> None:
        """These deadlines no longer matter."""
        for kind in kinds:
            if (running := self.known.deadline(number, kind)) is not None:
                self.put(deadlines.cancel(running, self.now))

    def cancel_all(self, number: int) -> None:
        self.cancel(number, *DeadlineKind)

    # -- assignments ------------------------------------------------------------------------------------------

    def offer(self, number: int, office: str, task: Task, *, hours: int | None = None) -> Assignment:
        """Give an office a task; its codes live until it ends."""
        assignment = Assignment(
            case_number=number,
            seq=self.count_up(number),
            office=office,
            task=task,
            offered_at=self.now,
            hours=hours,
        )
        self.put(assignment)
        return assignment

    def live(self, number: int, *tasks: Task) -> list[Assignment]:
        """The open tasks of a case, of some kinds or of all."""
        return [a for a in self.known.assignments(number) if a.live and (not tasks or a.task in tasks)]

    def end(self, assignment: Assignment, outcome: str) -> None:
        current = self.known.values[key_of(assignment)]
        self.put(replace(current, ended_at=self.now, outcome=outcome, ended_by=self._person()))  # type: ignore[arg-type]

    def _person(self) -> str | None:
        """The person who acts, where it is one."""
        kind, _, rest = self.actor.partition(":")
        return rest.partition("@")[0] if kind == "contact" else None

    def end_all(self, number: int, outcome: str, *tasks: Task) -> None:
        for assignment in self.live(number, *tasks):
            self.end(assignment, outcome)

    def code(self, assignment: Assignment, contact: str) -> str:
        """The six digits that open a task for a person, the same ones each time they are shown.

        Raises LookupError when no free code is found, which MAX_TRIES makes next to impossible.
        """
        known = self.known.code_of(contact, assignment)
        if known is not None:
            return self.codes.shown(known)
        for n in range(MAX_TRIES):
            code = self.codes.code(contact, assignment.case_number, assignment.seq, n)
            digest = self.codes.digest(contact, code)
            clash = self.known.assignment_of_digest(contact, digest)
            if digest not in self.known.taken_codes and not (clash and clash.live):
                self.put(
                    ReplyCode(
                        contact=contact,
                        case_number=assignment.case_number,
                        seq=assignment.seq,
                        n=n,
                        digest=digest,
                    )
                )
                return code
        raise LookupError("no free reply code")

    # -- buttons ----------------------------------------------------------------------------------------------

    def button(
        self,
        contact: str,
        label: str,
        action: str,
        *,
        number: int | None,
        seq: int | None = None,
        value: str = "",
        lasts: timedelta = BUTTONS_LAST,
    ) -> ChatButton:
        """A button that does one thing for one person; ``seq`` is the task it ends with."""
        token = self.tokens.token(contact, f"{self.item}|{number}|{seq}|{action}|{value}")
        self.put(
            Button(
                digest=self.tokens.digest(token),
                contact=contact,
                case_number=number,
                seq=seq,
                action=action,
                value=value,
                offered_at=self.now,
                expires_at=self.now + lasts,
            )
        )
        return ChatButton(label=label, token=token)


def _of(kind: type[T], values: Iterable[object]) -> tuple[T, ...]:
    return tuple(value for value in values if isinstance(value, kind))
