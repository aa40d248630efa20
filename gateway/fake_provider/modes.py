"""How the fake provider behaves at the moment; a mode says what happens to the next send."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """What happens to a send."""

    #: Taken, answered, reported: queued, sent, delivered.
    OK = "ok"
    #: HTTP 500; not taken.
    ERROR = "500"
    #: HTTP 503; not taken.
    UNAVAILABLE = "503"
    #: HTTP 429 with Retry-After; not taken.
    TOO_MANY = "429"
    #: No answer for `slow_seconds`, then HTTP 504; not taken.
    TIMEOUT = "timeout"
    #: Taken, and answered after `slow_seconds`.
    SLOW = "slow"
    #: Taken, and the connection is cut instead of an answer.
    LOST_ANSWER = "lost-answer"
    #: Taken, and answered with something that is no answer: HTML, half a JSON, megabytes, a redirect.
    GARBAGE = "garbage"
    #: Taken and answered; every report comes twice.
    DUPLICATE_REPORTS = "duplicate-reports"
    #: Taken and answered; the reports come last first.
    REORDERED_REPORTS = "reordered-reports"
    #: Taken; the first report comes before the answer.
    EARLY_REPORT = "early-report"
    #: One of the above for each send, drawn with a seed and percentages.
    MIXED = "mixed"


class LookupMode(StrEnum):
    """What happens to a question about earlier texts."""

    OK = "ok"
    ERROR = "500"
    TIMEOUT = "timeout"


#: Modes in which the text is not taken.
REFUSING = frozenset({Mode.ERROR, Mode.UNAVAILABLE, Mode.TOO_MANY, Mode.TIMEOUT})

#: Percentages of the mixed mode unless others are given; the rest of the sends goes well.
DEFAULT_MIX: Mapping[Mode, float] = {
    Mode.ERROR: 4,
    Mode.UNAVAILABLE: 3,
    Mode.TOO_MANY: 3,
    Mode.LOST_ANSWER: 5,
    Mode.GARBAGE: 5,
    Mode.DUPLICATE_REPORTS: 5,
    Mode.REORDERED_REPORTS: 5,
    Mode.EARLY_REPORT: 5,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Everything that can be switched while the provider runs."""

    mode: Mode = Mode.OK
    lookups: LookupMode = LookupMode.OK
    #: Starts the draws of the mixed mode and of the garbage answers.
    seed: int = 0
    #: Percentages of the mixed mode, 100 together at most.
    mix: Mapping[Mode, float] = field(default_factory=lambda: dict(DEFAULT_MIX))
    #: How long the modes timeout and slow take.
    slow_seconds: float = 30.0
    #: What HTTP 429 asks for, in whole seconds.
    retry_after_seconds: int = 5

    def __post_init__(self) -> None:
        if Mode.MIXED in self.mix or any(share < 0 for share in self.mix.values()) or sum(self.mix.values()) > 100:
            raise ValueError("mix must give percentages of single modes, 100 together at most")
        if not 0 <= self.slow_seconds <= 600:
            raise ValueError("slow_seconds must be between 0 and 600")
        if not 0 <= self.retry_after_seconds <= 86_400:
            raise ValueError("retry_after_seconds must be between 0 and 86400")


class Switch:
    """The present behaviour and the draws from it. Safe between threads."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._lock = threading.Lock()
        self._behaviour = behaviour
        self._random = random.Random(behaviour.seed)

    @property
    def behaviour(self) -> Behaviour:
        return self._behaviour

    def turn(self, behaviour: Behaviour) -> None:
        """Behave like this from now on; the draws begin anew from its seed."""
        with self._lock:
            self._behaviour = behaviour
            self._random = random.Random(behaviour.seed)

    def draw(self) -> Mode:
        """The mode of the next send, never `MIXED`."""
        with self._lock:
            if self._behaviour.mode is not Mode.MIXED:
                return self._behaviour.mode
            at = self._random.uniform(0, 100)
            for mode, share in self._behaviour.mix.items():
                at -= share
                if at < 0:
                    return mode
            return Mode.OK

    def choose(self, kinds: int) -> int:
        """A number below `kinds`, for the garbage."""
        with self._lock:
            return self._random.randrange(kinds)
