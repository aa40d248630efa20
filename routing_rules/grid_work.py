"""What gridmen do besides cases: who they are, when they are on duty, what they saw, and the photos that prove it.

Values only; the rules about them stand in ``gridmen``, ``diary`` and ``presses``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing_rules.messages import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An invite, and from its use on the bond between a person's chat account and his grids or office."""

    #: Random id; it stands on the ledger.
    id: str
    #: ``ReplyCodes.invite_digest`` of the invite code; the code itself stands nowhere.
    digest: str
    #: The person who is invited; the one who used the code, once it was used.
    contact: str
    #: Codes of the offices he works for: grid offices ("grid:zhushan-3"), or an area's office for a supervisor.
    offices: tuple[str, ...]
    #: He covers for others in these grids: asked when their own gridman is not on duty.
    cover: bool = False
    #: Language that he is written to in.
    language: str
    #: Name as the office gave it; kept encrypted with the person.
    name: str = ""
    #: Who invited: "operator:<name>".
    invited_by: str
    invited_at: datetime
    #: The code is dead from then on.
    expires_at: datetime
    bound_at: datetime | None = None
    unbound_at: datetime | None = None
    #: The chat account that used the code, while the decision about it is carried out.
    account: Address | None = None

    @property
    def live(self) -> bool:
        return self.bound_at is not None and self.unbound_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTime:
    """A gridman's time on duty; at most one is open."""

    contact: str
    began_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryEntry:
    """An entry of the people's diary (民情日记)."""

    #: "<channel>/<external id>" of the message that it came with.
    id: str
    contact: str
    #: Code of the grid's area.
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


class PhotoPurpose(StrEnum):
    """What a photo was sent for."""

    REPORT = "report"
    EVIDENCE = "evidence"
    DIARY = "diary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo that came with a message; a worker fetches it later."""

    #: The message that brought it and its place there: "<channel>/<external id>/<n>".
    id: str
    #: ``Attachment.url``.
    url: str
    contact: str
    case_number: int | None
    purpose: PhotoPurpose
    received_at: datetime
