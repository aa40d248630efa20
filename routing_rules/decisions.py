"""A Decision: exactly what one transaction writes for one message, deadline or command.

It holds final values of everything that changed, the ledger facts and the texts owed. It decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing_rules.buttons import Button
from routing_rules.cases import Assignment, Case, Question, Reporter
from routing_rules.contacts import Contact
from routing_rules.deadlines import Deadline
from routing_rules.grid_work import Binding, DiaryEntry, DutyTime, Photo
from routing_rules.messages import Address, ChatForm
from routing_rules.reply_codes import ReplyCode


class Verdict(StrEnum):
    """What became of an inbound text. Every stored text has exactly one; WAITING only until it is decided."""

    WAITING = "waiting"
    #: The decision failed several times; a person must look.
    SET_ASIDE = "set_aside"
    OPENED = "opened"
    #: Opened, and the sender was asked something.
    ASKED = "asked"
    JOINED = "joined"
    SUPPLEMENTED = "supplemented"
    URGED = "urged"
    ANSWERED = "answered"
    RATED = "rated"
    WITHDRAWN = "withdrawn"
    STATUS_TOLD = "status_told"
    DESK_CALLED = "desk_called"
    LANGUAGE_SET = "language_set"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    #: A staff text with a live code that did something.
    COMMANDED = "commanded"
    #: A staff text with a live code that could not be done (reason missing, verb not possible).
    COMMAND_REFUSED = "command_refused"
    WRONG_CODE = "wrong_code"
    TASKS_LISTED = "tasks_listed"
    ADDRESS_CONFIRMED = "address_confirmed"
    #: Staff text without a code within an hour of the last list; nothing sent.
    NO_CODE = "no_code"
    UNCLEAR = "unclear"
    THANKS = "thanks"
    #: Private talk, advertising, an answering machine: kept for the desk to look at, without a case.
    CHITCHAT = "chitchat"
    SPAM = "spam"
    AUTOREPLY = "autoreply"
    OWN_NUMBER = "own_number"
    SERVICE_SENDER = "service_sender"
    BLOCKED = "blocked"
    LOOP = "loop"
    #: An earlier message was changed afterwards: kept beside it, not answered.
    EDITED = "edited"
    #: A button that did something, and one that was too old, already pressed or somebody else's.
    PRESSED = "pressed"
    PRESS_REFUSED = "press_refused"
    #: Part of a report that a gridman is putting together.
    REPORTING = "reporting"
    #: A photo that proves a check or a result.
    EVIDENCE = "evidence"
    DIARY_WRITTEN = "diary_written"
    DUTY_SET = "duty_set"
    #: A gridman's phone began to share its position.
    POSITION_SHARED = "position_shared"
    #: A command that only tells: /mine, /due, /today, /late, /where, /help.
    TOLD = "told"
    BOUND = "bound"
    BINDING_REFUSED = "binding_refused"
    #: From a group, or of a kind that means nothing to us: kept, not answered.
    NOT_FOR_US = "not_for_us"


class EntryKind(StrEnum):
    """Facts of the ledger, in the past tense. Adding a kind is safe; renaming one breaks old ledgers."""

    RECEIVED = "received"
    UNDERSTOOD = "understood"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    QUESTION_EXPIRED = "question_expired"
    FILED = "filed"
    OFFICE_TOLD = "office_told"
    PASSED_UP = "passed_up"
    #: An office had nobody to tell; data says why.
    NOBODY_TOLD = "nobody_told"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    BINDING_DECIDED = "binding_decided"
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"
    SUSPENSION_ASKED = "suspension_asked"
    SUSPENSION_GRANTED = "suspension_granted"
    SUSPENSION_REFUSED = "suspension_refused"
    RESUMED = "resumed"
    REPORTED = "reported"
    CHECK_PASSED = "check_passed"
    CHECK_FAILED = "check_failed"
    CLOSED = "closed"
    REOPENED = "reopened"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    #: A merge was taken back: the case lives again with its reporters.
    UNMERGED = "unmerged"
    JOINED = "joined"
    LEFT = "left"
    SUPPLEMENTED = "supplemented"
    URGED = "urged"
    RATED = "rated"
    CORRECTED = "corrected"
    ASKED_REPORTER = "asked_reporter"
    WARNED = "warned"
    OVERTIME = "overtime"
    FEEDBACK_ENDED = "feedback_ended"
    DESK_TOOK_OVER = "desk_took_over"
    PRIORITY_ROSE = "priority_rose"
    #: Many people reported one matter, or one place gathers unusually many cases in a day; see ``hotspots``.
    HOTSPOT = "hotspot"
    EMERGENCY_SEEN = "emergency_seen"
    #: Facts without a case.
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    CODES_LOCKED = "codes_locked"
    ADDRESS_CONFIRMED = "address_confirmed"
    #: Facts about a text we sent.
    TEXT_SENT = "text_sent"
    TEXT_DELIVERED = "text_delivered"
    TEXT_FAILED = "text_failed"
    TEXT_UNKNOWN = "text_unknown"
    TEXT_DEAD = "text_dead"
    TEXT_CANCELLED = "text_cancelled"
    TEXT_RETRIED = "text_retried"
    TEXT_DROPPED = "text_dropped"
    REGISTRY_CHANGED = "registry_changed"
    VERIFY_ASKED = "verify_asked"
    VERIFIED = "verified"
    EVIDENCE_GIVEN = "evidence_given"
    SUPERVISION_ORDERED = "supervision_ordered"
    GRIDMAN_INVITED = "gridman_invited"
    GRIDMAN_BOUND = "gridman_bound"
    GRIDMAN_UNBOUND = "gridman_unbound"
    DUTY_BEGAN = "duty_began"
    DUTY_ENDED = "duty_ended"
    DIARY_WRITTEN = "diary_written"
    #: A provider says that a person closed an address to us, or opened it again.
    ADDRESS_LOST = "address_lost"
    ADDRESS_BACK = "address_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One fact. ``seq`` and hashes are given by storage when it is appended to its chain."""

    #: None for a fact without a case; it then stands on the engine's own chain.
    case_number: int | None
    kind: EntryKind
    #: Business time (UTC).
    at: datetime
    #: "contact:<id>", "office:<code>", "rule:<code>", "clock", "operator:<name>" or "provider:<channel>".
    actor: str
    #: Surrogate ids, codes, times, numbers and digests; never a text, name, place or number of a telephone.
    data: Mapping[str, object]


class Urgency(StrEnum):
    """Order in which texts leave when there is a queue."""

    SAFETY = "safety"
    CONVERSATION = "conversation"
    TASK = "task"
    ROUTINE = "routine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A text owed to a person. Asking twice with one key is harmless."""

    #: Business key "<case>:<step>:<template>:<contact>:<n>".
    key: str
    contact: str
    #: The address to answer at; None leaves the choice to the contact's order of addresses.
    address: Address | None
    template: str
    #: The text as it leaves, in one segment.
    body: str
    segments: int
    case_number: int | None
    urgency: Urgency
    #: The task of the case whose code the text holds; it is not sent once that has ended.
    assignment: int | None = None
    #: Not sent before (UTC).
    not_before: datetime
    #: Not sent after (UTC); None never expires.
    expires_at: datetime | None = None
    #: An answer to an incoming text without a code: counts against the hourly budget of the address.
    automatic: bool = False
    #: Goes out although the person opted out: receipt of the person's own text, and safety.
    despite_opt_out: bool = False
    #: How it looks where the person is reached by chat. What is no text (``ChatForm.act``) names its address.
    chat: ChatForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything one item changes. Applying it to a WorkingSet and writing it to storage mean the same."""

    #: Verdict of the message, where the item was one.
    verdict: Verdict | None = None
    #: The case that the message belongs to, where it belongs to one.
    case_number: int | None = None
    cases: tuple[Case, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    reporters: tuple[Reporter, ...] = ()
    questions: tuple[Question, ...] = ()
    contacts: tuple[Contact, ...] = ()
    reply_codes: tuple[ReplyCode, ...] = ()
    buttons: tuple[Button, ...] = ()
    bindings: tuple[Binding, ...] = ()
    duties: tuple[DutyTime, ...] = ()
    diary: tuple[DiaryEntry, ...] = ()
    photos: tuple[Photo, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    notifications: tuple[Notification, ...] = ()
