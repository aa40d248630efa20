"""Cases and what hangs on them. Words, places and reasons stand in a table that can be erased by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Double, Text
from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, partial_index, table_of

#: A case that is not closed, rejected or merged.
OPEN = "status NOT IN ('closed', 'rejected', 'merged')"


class CaseRow(Row, table=True):
    """The columns of ``routing_rules.cases.Case``; explained there."""

    __tablename__ = "case"
    __table_args__ = (
        partial_index("ix_case_matter", "area", "category", where=OPEN),
        partial_index("ix_case_unsealed", "number", where="seq > sealed_seq"),
    )

    number: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    status: str = Field(index=True)
    category: str | None = None
    area: str | None = None
    level: str
    holder: str
    opened_at: datetime = Field(sa_type=UtcDateTime)
    #: Canonical JSON, see ``storage.ladders``.
    ladder: str | None = Field(default=None, sa_type=Text)
    step: int
    handler: str | None = None
    handled_by: str | None = None
    urgent: bool
    reporters: int
    urges: int
    returns: int
    extensions: int
    rework: int
    overtimes: int
    binding: bool
    place_assumed: bool
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    merged_into: int | None = Field(default=None, sa_type=BigId)
    counter: int
    #: Number and hash of the last ledger entry; written by storage alone.
    seq: int = 0
    head: str = ""
    #: The entry that the last seal covers.
    sealed_seq: int = 0
    version: int


class CaseTextRow(Row, table=True):
    """The words of a case. Deleting the row erases them."""

    __tablename__ = "case_text"

    case_number: int = Field(primary_key=True, sa_type=BigId, foreign_key="case.number")
    words: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    place_key: str = Field(sa_type=Text)
    result: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    attachments: list[str] = Field(sa_type=JSON)
    lat: float | None = Field(default=None, sa_type=Double)
    lon: float | None = Field(default=None, sa_type=Double)


class CaseMarkRow(Row, table=True):
    """What a case is found by besides its keys: pieces of the names in its words, and its place, as numbers."""

    __tablename__ = "case_mark"

    #: Positive: three characters of a name, ``routing_rules.likeness``. Negative: a place, ``storage.marks``.
    mark: int = Field(primary_key=True, sa_type=BigId, sa_column_kwargs={"autoincrement": False})
    case_number: int = Field(primary_key=True, sa_type=BigId, foreign_key="case.number")
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ReporterRow(Row, table=True):
    """A person who reported or joined a case."""

    __tablename__ = "reporter"

    case_number: int = Field(primary_key=True, sa_type=BigId, foreign_key="case.number")
    contact: str = Field(primary_key=True, foreign_key="contact.id", index=True)
    position: int
    joined_at: datetime = Field(sa_type=UtcDateTime)
    language: str
    rating: int | None = None
    result_told: bool


class AssignmentRow(Row, table=True):
    """One task of one case at one office."""

    __tablename__ = "assignment"
    __table_args__ = (partial_index("ix_assignment_live", "office", where="ended_at IS NULL"),)

    case_number: int = Field(primary_key=True, sa_type=BigId, foreign_key="case.number")
    seq: int = Field(primary_key=True)
    office: str
    task: str
    offered_at: datetime = Field(sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = None
    ended_by: str | None = None
    hours: int | None = None
    #: Sorted list.
    verbs_used: list[str] = Field(sa_type=JSON)


#: A deadline that can still fire, be met or be cancelled.
RUNNING = "met_at IS NULL AND fired_at IS NULL AND cancelled_at IS NULL"


class DeadlineRow(Row, table=True):
    """A clock of a case; rounds of one kind follow each other and never run side by side."""

    __tablename__ = "deadline"
    __table_args__ = (
        partial_index("ix_deadline_wake", "wake_at", where=RUNNING),
        partial_index("uq_deadline_running", "case_number", "kind", where=RUNNING, unique=True),
    )

    case_number: int = Field(primary_key=True, sa_type=BigId, foreign_key="case.number")
    kind: str = Field(primary_key=True)
    round: int = Field(primary_key=True)
    assignment: int | None = None
    #: As ``Limit.as_text`` writes it.
    limit: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    #: When the heartbeat must look at it next: a warning or the end; None while it is paused.
    wake_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Percentages already warned at.
    warned: list[int] = Field(sa_type=JSON)
    #: Percentages to warn at.
    thresholds: list[int] = Field(sa_type=JSON)
    #: Minutes added by extensions.
    extended: int
    met_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class QuestionRow(Row, table=True):
    """The last question to a contact; a new one takes its place, so that one is open at most."""

    __tablename__ = "question"
    __table_args__ = (partial_index("ix_question_open", "case_number", where="closed_at IS NULL"),)

    contact: str = Field(primary_key=True, foreign_key="contact.id")
    case_number: int = Field(sa_type=BigId, foreign_key="case.number")
    kind: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    options: list[str] = Field(sa_type=JSON)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReplyCodeRow(Row, table=True):
    """Which task a person's reply code opens; the code itself is derived and stands nowhere."""

    __tablename__ = "reply_code"

    contact: str = Field(primary_key=True, foreign_key="contact.id")
    case_number: int = Field(primary_key=True, sa_type=BigId, foreign_key="case.number", index=True)
    seq: int = Field(primary_key=True)
    n: int
    digest: str = Field(index=True)


case = table_of(CaseRow)
case_text = table_of(CaseTextRow)
case_mark = table_of(CaseMarkRow)
reporter = table_of(ReporterRow)
assignment = table_of(AssignmentRow)
deadline = table_of(DeadlineRow)
question = table_of(QuestionRow)
reply_code = table_of(ReplyCodeRow)
