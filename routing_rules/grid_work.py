"""What gridmen do besides cases: who they are, when they are on duty, what they saw, and the photos that prove it.

Values only; the rules about them stand in ``gridmen``, ``diary`` and ``positions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing_rules.messages import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An invite, and from its use on the bond between a person's chat account and his grids or office."""

    #: Random id; it stands on the ledger.
    id: str
    #: ``ReplyCodes.invite_digest`` of the invite code; the code itself stands nowhere.
    digest: str
    #: Codes of the offices he works for: grid offices ("grid:zhushan-3"), or an area's office for a supervisor.
    offices: tuple[str, ...]
    #: He covers for others in these grids: asked when their own gridman is not on duty.
    cover: bool = False
    #: Language that he is written to in.
    language: str = "zh"
    #: Name as the office gave it; kept encrypted.
    name: str = ""
    #: Who invited: "operator:<name>" or "contact:<id>".
    invited_by: str
    invited_at: datetime
    #: The code is dead from then on.
    expires_at: datetime
    #: The person, from the use of the code on.
    contact: str | None = None
    bound_at: datetime | None = None
    unbound_at: datetime | None = None

    @property
    def live(self) -> bool:
        return self.contact is not None and self.unbound_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTime:
    """A gridman's time on duty; at most one is open."""

    contact: str
    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryEntry:
    """An entry of the people's diary (民情日记)."""

    #: Random-free identity: "<channel>/<external id>" of the message that it came with.
    id: str
    contact: str
    #: Code of the grid.
    grid: str
    written_at: datetime
    #: Can be erased; stands in a table of its own.
    words: str
    place_key: str = ""
    case_number: int | None = None
    has_photo: bool = False
    #: 0 to 100, see ``diary.score``.
    score: int = 0
    #: What earned the score, as codes ("length", "place", "novel", "photo", "case").
    merits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that came with a message; fetched later by a worker."""

    #: ``Attachment.url``: "<channel>:<file id>" or an https address.
    url: str
    #: The message that brought it: "<channel>/<external id>/<n>".
    id: str
    contact: str
    case_number: int | None
    #: "report", "evidence", "result" or "diary".
    purpose: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPhoto:
    """What the worker made of a photo."""

    id: str
    #: Random file name below the photos folder; None when it could not be kept.
    file: str | None
    sha256: str | None
    #: From the photo's EXIF, which is stripped from the file.
    taken_at: datetime | None = None
    taken_where: Point | None = None
    #: Why it was not kept: "too_large", "not_a_photo", "gone", …
    refused: str | None = None
