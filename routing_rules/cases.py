"""A case and what hangs on it; the table of states and the only ways between them.

Everything here is a frozen value. Changing a case means making the next value and letting a Decision carry it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing_rules.areas import Level
from routing_rules.deadlines import DeadlineKind
from routing_rules.working_time import Limit


class CaseStatus(StrEnum):
    """What is happening to a case. GB/T 30428 stage and Open311 status: see STAGES."""

    RECEIVED = "received"
    CLARIFYING = "clarifying"
    VERIFYING = "verifying"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    REPORTED = "reported"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"

    @property
    def is_open(self) -> bool:
        return self not in _ENDED


_ENDED = frozenset({CaseStatus.CLOSED, CaseStatus.REJECTED, CaseStatus.MERGED})

_S = CaseStatus
#: Every way a case can go; anything else is refused by ``Draft.move``.
TRANSITIONS: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    _S.RECEIVED: frozenset({_S.CLARIFYING, _S.VERIFYING, _S.FILED, _S.DISPATCHED, _S.MERGED}),
    _S.CLARIFYING: frozenset({_S.VERIFYING, _S.FILED, _S.DISPATCHED, _S.MERGED, _S.REJECTED, _S.CLOSED}),
    _S.VERIFYING: frozenset({_S.FILED, _S.REJECTED, _S.MERGED}),
    _S.FILED: frozenset({_S.FILED, _S.DISPATCHED, _S.HANDLING, _S.REPORTED, _S.REJECTED, _S.MERGED, _S.CLOSED}),
    _S.DISPATCHED: frozenset({_S.DISPATCHED, _S.HANDLING, _S.RETURNED, _S.REPORTED, _S.REJECTED, _S.MERGED,
                              _S.CLOSED, _S.FILED}),
    _S.HANDLING: frozenset({_S.RETURNED, _S.SUSPENDED, _S.REPORTED, _S.DISPATCHED, _S.REJECTED, _S.MERGED,
                            _S.CLOSED, _S.FILED}),
    _S.RETURNED: frozenset({_S.DISPATCHED, _S.FILED, _S.REPORTED, _S.REJECTED, _S.MERGED, _S.CLOSED}),
    _S.SUSPENDED: frozenset({_S.HANDLING, _S.DISPATCHED, _S.REPORTED, _S.REJECTED, _S.CLOSED, _S.FILED}),
    _S.REPORTED: frozenset({_S.CLOSED, _S.DISPATCHED, _S.HANDLING, _S.FILED}),
    _S.CLOSED: frozenset({_S.DISPATCHED, _S.FILED, _S.HANDLING}),
    _S.REJECTED: frozenset({_S.FILED}),
    _S.MERGED: frozenset({_S.RECEIVED, _S.FILED}),
}  # fmt: skip

#: State to the stage of GB/T 30428 and the status of Open311 GeoReport v2.
STAGES: Mapping[CaseStatus, tuple[str, str]] = {
    _S.RECEIVED: ("信息收集", "open"),
    _S.CLARIFYING: ("信息收集", "open"),
    _S.VERIFYING: ("信息收集", "open"),
    _S.FILED: ("案卷建立", "open"),
    _S.DISPATCHED: ("任务派遣", "open"),
    _S.HANDLING: ("任务处理", "open"),
    _S.RETURNED: ("任务派遣", "open"),
    _S.SUSPENDED: ("任务处理", "open"),
    _S.REPORTED: ("处理反馈", "open"),
    _S.CLOSED: ("核查结案", "closed"),
    _S.REJECTED: ("核查结案", "closed"),
    _S.MERGED: ("案卷建立", "closed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One office's turn on the ladder."""

    level: Level
    #: None where the level has no office or nobody is posted: the step is passed at once.
    office: str | None
    #: How long the office may be silent before the rules pass the case up; amount 0 only informs it.
    window: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The way a case goes and the limits it has, frozen when it is filed."""

    #: The rule that made it, for the explanation.
    rule: str
    steps: tuple[Step, ...]
    #: The department that decides; None when the office of the last step does.
    department: str | None
    limits: Mapping[DeadlineKind, Limit]
    urgent: bool = False
    #: Departments that are told to help whoever decides; they hold no task.
    assisting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One matter, from the first text to the end of the feedback window."""

    number: int
    status: CaseStatus
    #: Code of the category; None while nobody knows.
    category: str | None
    #: Smallest known area of the place; None while it is not located.
    area: str | None
    #: The level whose office watches the case.
    level: Level
    #: Office or department that must act next.
    holder: str
    opened_at: datetime
    ladder: Ladder | None = None
    #: Index of the ladder's step that is running or was last.
    step: int = 0
    #: The department (or office) that handles it, from dispatch on.
    handler: str | None = None
    #: The person who reported the result; never allowed to check it.
    handled_by: str | None = None
    urgent: bool = False
    reporters: int = 1
    urges: int = 0
    returns: int = 0
    extensions: int = 0
    #: Times that a check or a resident sent it back.
    rework: int = 0
    #: Deadlines that ran out.
    overtimes: int = 0
    #: The district decided who handles it; it cannot be returned again.
    binding: bool = False
    #: The place was taken from the sender's home, not from the text.
    place_assumed: bool = False
    closed_at: datetime | None = None
    merged_into: int | None = None
    #: Last number handed to something that hangs on this case (assignment, round, notification).
    counter: int = 0
    #: Ledger chain: last entry's number and hash.
    seq: int = 0
    head: str = ""
    #: Counts every write; a person who acts on an older one is told.
    version: int = 0
    #: What can be erased: kept in a table of its own.
    text: CaseText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """The words of a case. They stand in a table that can be erased without touching the ledger."""

    #: What residents wrote first.
    words: str
    #: Place as shown to people, empty while unknown.
    place: str = ""
    #: Place in a comparable form ("<place code>#83"), empty while unknown.
    place_key: str = ""
    #: Result as reported.
    result: str = ""
    #: The latest reason given for a return, suspension, extension or refusal.
    reason: str = ""
    attachments: tuple[str, ...] = ()
    #: The pin that came with the report, in WGS84 degrees.
    lat: float | None = None
    lon: float | None = None


class Task(StrEnum):
    """What an assignment asks of an office or department; it decides which verbs a reply code may carry."""

    #: An office on the ladder: handle, correct or pass up.
    DECIDE = "decide"
    #: Handle and report.
    HANDLE = "handle"
    #: Say whether the reported result is true.
    CHECK = "check"
    #: Look whether the matter is real, before it is filed.
    VERIFY = "verify"
    #: Grant or refuse an extension.
    EXTEND = "extend"
    #: Grant or refuse a suspension.
    SUSPEND = "suspend"
    #: Choose the department (nothing matched, returned, binding decision).
    ASSIGN = "assign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One task of one case at one office. Reply codes live exactly as long as it does."""

    case_number: int
    #: Unique within the case.
    seq: int
    office: str
    task: Task
    offered_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    #: In the past tense: "passed_up", "reported", "returned", "expired" …
    outcome: str | None = None
    #: The person who ended it, where a person did; whoever comes second is told.
    ended_by: str | None = None
    #: Hours asked for, on EXTEND.
    hours: int | None = None
    #: Verbs that were already used, each works once.
    verbs_used: frozenset[str] = frozenset()

    @property
    def live(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """A person who reported or joined a case. The first one has position 1."""

    case_number: int
    contact: str
    position: int
    joined_at: datetime
    language: str
    #: Grade given to the result of the current round: 1, 2 or 3.
    rating: int | None = None
    #: The result was told and no grade has come yet.
    result_told: bool = False


class QuestionKind(StrEnum):
    """What a person was asked; the kind says how the answer is read."""

    PLACE = "place"
    AMBIGUOUS = "ambiguous"
    WHICH_CASE = "which_case"
    #: A department asks through the gateway; the answer is forwarded.
    FROM_HANDLER = "from_handler"
    #: "… not the same place? reply 9" after a join.
    SAME_MATTER = "same_matter"
    #: A button wants words (a result, a reason): ``options`` holds assignment and verb.
    WORDS = "words"
    #: A result wants a photo: ``options`` holds assignment, verb and the words given.
    EVIDENCE = "evidence"
    #: A gridman puts a report together; every part that comes within its time belongs to it.
    REPORT = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The one open question of a contact."""

    contact: str
    #: The case that waits for the answer.
    case_number: int
    kind: QuestionKind
    asked_at: datetime
    expires_at: datetime
    #: What "1", "2" … stand for: place codes or case numbers.
    options: tuple[str, ...] = ()
    closed_at: datetime | None = None


def case_label(prefix: str, number: int) -> str:
    """The number as people see it: prefix of the rulebook and number, "Z1042"."""
    return f"{prefix}{number}"
