"""What a turn of the engine knows: everything that the keys of its items name, as it stands after the decisions so far.

Storage fills it, drafts change it, and nothing in it was looked up while a decision was made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing_rules.buttons import Button
from routing_rules.cases import Assignment, Case, Question, Reporter
from routing_rules.contacts import Contact
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.decisions import Verdict
from routing_rules.grid_work import Binding, DiaryEntry, DutyTime, Photo
from routing_rules.overview import Overview
from routing_rules.reply_codes import ReplyCode

#: What hangs on a case.
_Part = Reporter | Assignment | Deadline | ReplyCode
Value = Contact | Case | _Part | Question | Button | Binding | DutyTime | DiaryEntry | Photo
Key = tuple[object, ...]


@dataclass(slots=True, kw_only=True)
class Traffic:
    """What went between us and one contact lately."""

    #: The contact's texts of the last five minutes, normalised, with their times.
    texts: list[tuple[datetime, str]] = field(default_factory=list)
    #: Automatic replies queued within the last hour.
    automatic_replies: int = 0


@dataclass(slots=True)
class WorkingSet:
    """A small database in memory: values by key, and the indices that decisions ask for."""

    #: Numbers reserved for cases that this turn opens.
    numbers: Iterator[int]
    values: dict[Key, Value] = field(default_factory=dict)
    traffic: dict[str, Traffic] = field(default_factory=dict)
    #: Figures of the offices that somebody asks about.
    overviews: dict[str, Overview] = field(default_factory=dict)
    #: When the phones of people who ask for it last said where they are.
    last_seen: dict[str, datetime] = field(default_factory=dict)
    #: Verdict and case of the first part of an album, by (channel, album).
    albums: dict[tuple[str, str], tuple[Verdict, int | None]] = field(default_factory=dict)
    #: Digest of a place (``hotspots.place_digest``) to its cases of the last weeks, each with when it was opened.
    opened_at_places: dict[str, dict[int, datetime]] = field(default_factory=dict)
    #: Digests of live codes that a draft must not use again.
    taken_codes: set[str] = field(default_factory=set)
    _by_case: dict[tuple[str, int], set[Key]] = field(default_factory=lambda: defaultdict(set))
    _cases_of: dict[Key, set[int]] = field(default_factory=lambda: defaultdict(set))
    _tasks_of: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))

    # -- changing ---------------------------------------------------------------------------------------------

    def put(self, value: Value) -> Value | None:
        """Hold this value from now on; returns the one it replaces."""
        key = key_of(value)
        before = self.values.get(key)
        self.values[key] = value
        self._index(value, key)
        return before

    def take_back(self, value: Value, before: Value | None) -> None:
        """Undo a ``put``."""
        key = key_of(value)
        if before is None:
            del self.values[key]
            if isinstance(value, _Part):
                self._by_case[str(key[0]), value.case_number].discard(key)
        else:
            self.values[key] = before

    def _index(self, value: Value, key: Key) -> None:
        match value:
            case Case():
                self._cases_of["matter", value.area, value.category].add(value.number)
            case Reporter():
                self._cases_of["contact", value.contact].add(value.case_number)
                self._by_case["reporter", value.case_number].add(key)
            case Assignment():
                self._tasks_of[value.office].add(key)
                self._by_case["assignment", value.case_number].add(key)
            case Deadline():
                self._by_case["deadline", value.case_number].add(key)
            case ReplyCode():
                self._tasks_of[f"code {value.digest}"].add(key)
                self._by_case["code", value.case_number].add(key)
            case _:
                pass

    # -- asking -----------------------------------------------------------------------------------------------

    def contact(self, contact: str) -> Contact:
        return self.values["contact", contact]  # type: ignore[return-value]

    def case(self, number: int) -> Case | None:
        return self.values.get(("case", number))  # type: ignore[return-value]

    def cases(self) -> list[Case]:
        """Every case that was gathered or opened."""
        return [value for value in self.values.values() if isinstance(value, Case)]

    def cases_of(self, contact: str) -> list[Case]:
        """The cases that a person reported, oldest first, ended ones too as far as they were gathered."""
        numbers = self._cases_of.get(("contact", contact), ())
        cases = (self.case(number) for number in sorted(numbers) if self.reporter(number, contact))
        return [case for case in cases if case]

    def open_cases_of_matter(self, area: str | None, category: str | None) -> list[Case]:
        """Open cases of one category in one area, oldest first."""
        numbers = sorted(self._cases_of.get(("matter", area, category), ()))
        cases = (self.case(number) for number in numbers)
        return [c for c in cases if c and c.status.is_open and c.area == area and c.category == category]

    def reporter(self, case_number: int, contact: str) -> Reporter | None:
        reporter = self.values.get(("reporter", case_number, contact))
        return reporter if isinstance(reporter, Reporter) and reporter.position > 0 else None

    def has_left(self, case_number: int, contact: str) -> bool:
        """Whether somebody was a reporter of a case and said that it was not his."""
        reporter = self.values.get(("reporter", case_number, contact))
        return isinstance(reporter, Reporter) and reporter.position < 0

    def reporters(self, case_number: int) -> list[Reporter]:
        """Everybody who reported a case and did not leave it, first reporter first."""
        found = [self.values[key] for key in self._by_case["reporter", case_number]]
        present = [r for r in found if isinstance(r, Reporter) and r.position > 0]
        return sorted(present, key=lambda reporter: reporter.position)

    def next_position(self, case_number: int) -> int:
        """Position for one more reporter; those of people who left are never given again."""
        found = [self.values[key] for key in self._by_case["reporter", case_number]]
        return max((abs(r.position) for r in found if isinstance(r, Reporter)), default=0) + 1

    def assignments(self, case_number: int) -> list[Assignment]:
        found = [self.values[key] for key in self._by_case["assignment", case_number]]
        return sorted((a for a in found if isinstance(a, Assignment)), key=lambda a: a.seq)

    def live_assignments_of(self, offices: tuple[str, ...]) -> list[Assignment]:
        """The open tasks of some offices, oldest first."""
        keys = {key for office in offices for key in self._tasks_of.get(office, ())}
        tasks = (self.values.get(key) for key in keys)
        live = [a for a in tasks if isinstance(a, Assignment) and a.live and a.office in offices]
        return sorted(live, key=lambda a: (a.offered_at, a.case_number, a.seq))

    def deadline(self, case_number: int, kind: DeadlineKind) -> Deadline | None:
        """The one of its kind that runs (or is paused) on a case."""
        running = (d for d in self.deadlines(case_number) if d.kind is kind and d.running)
        return next(running, None)

    def deadlines(self, case_number: int) -> list[Deadline]:
        found = [self.values[key] for key in self._by_case["deadline", case_number]]
        return sorted((d for d in found if isinstance(d, Deadline)), key=lambda d: (d.kind, d.round))

    def question_of(self, contact: str) -> Question | None:
        """The one open question of a person."""
        question = self.values.get(("question", contact))
        return question if isinstance(question, Question) and question.closed_at is None else None

    def code_of(self, contact: str, assignment: Assignment) -> ReplyCode | None:
        return self.values.get(("code", contact, assignment.case_number, assignment.seq))  # type: ignore[return-value]

    def assignment_of_digest(self, contact: str, digest: str) -> Assignment | None:
        """The task that a code opens; live ones first."""
        codes = [self.values.get(key) for key in self._tasks_of.get(f"code {digest}", ())]
        tasks = [
            self.values.get(("assignment", code.case_number, code.seq))
            for code in codes
            if isinstance(code, ReplyCode) and code.contact == contact
        ]
        found = [task for task in tasks if isinstance(task, Assignment)]
        return max(found, key=lambda task: (task.live, task.offered_at), default=None)

    def button(self, digest: str) -> Button | None:
        """The button that a token's digest names."""
        return self.values.get(("button", digest))  # type: ignore[return-value]

    def binding_of_digest(self, digest: str) -> Binding | None:
        """The invite that a code's digest names, used or not."""
        found = (each for each in self.values.values() if isinstance(each, Binding) and each.digest == digest)
        return next(found, None)

    def duty_of(self, contact: str) -> DutyTime | None:
        """The time on duty that a person has not ended."""
        duty = self.values.get(("duty", contact))
        return duty if isinstance(duty, DutyTime) and duty.ended_at is None else None

    def diary_of(self, contact: str) -> list[DiaryEntry]:
        """A person's diary of the last weeks, oldest first."""
        found = (each for each in self.values.values() if isinstance(each, DiaryEntry) and each.contact == contact)
        return sorted(found, key=lambda entry: entry.written_at)

    def photos_of(self, case_number: int) -> list[Photo]:
        """The photos that hang on a case, oldest first."""
        found = (each for each in self.values.values() if isinstance(each, Photo) and each.case_number == case_number)
        return sorted(found, key=lambda photo: (photo.received_at, photo.id))

    def traffic_of(self, contact: str, now: datetime) -> Traffic:
        """Recent traffic with a contact, older texts forgotten."""
        traffic = self.traffic.setdefault(contact, Traffic())
        traffic.texts = [(at, text) for at, text in traffic.texts if now - at <= LOOP_WINDOW]
        return traffic


#: "A third identical text in five minutes is a loop."
LOOP_WINDOW = timedelta(minutes=5)


def key_of(value: Value) -> Key:  # noqa: C901 - one line for each kind of value
    """The key under which a value is held and stored."""
    match value:
        case Contact():
            return ("contact", value.id)
        case Case():
            return ("case", value.number)
        case Assignment():
            return ("assignment", value.case_number, value.seq)
        case Deadline():
            return ("deadline", *value.key)
        case Reporter():
            return ("reporter", value.case_number, value.contact)
        case Question():
            return ("question", value.contact)
        case ReplyCode():
            return ("code", value.contact, value.case_number, value.seq)
        case Button():
            return ("button", value.digest)
        case Binding():
            return ("binding", value.id)
        case DutyTime():
            return ("duty", value.contact)
        case DiaryEntry():
            return ("diary", value.id)
        case Photo():
            return ("photo", value.id)
