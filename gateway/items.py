"""What can be handed to the engine. Everything that is ever written begins as one of these values.

An item says what happened or what is wanted; it carries no connection, no thread and no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing_rules.decisions import Verdict
from routing_rules.messages import Address, AddressReport, DeliveryReport, InboundMessage, PositionReport
from routing_rules.registry_file import RegistryFile
from storage.photos import PhotoResult
from storage.receipts import SendResult
from storage.texts import ClaimedText


@dataclass(frozen=True, slots=True)
class Received:
    """A text arrived. Answered with an Accepted once it is durable."""

    message: InboundMessage


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a text; the same for a repeat."""

    verdict: Verdict
    case_number: int | None
    #: It had been here before, and nothing was changed.
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """A provider's word about a text we sent."""

    report: DeliveryReport


@dataclass(frozen=True, slots=True)
class Beat:
    """The heartbeat: look at deadlines that are due, at texts that wait for a decision, at leases that ended."""

    #: Deadlines looked at in one turn at most.
    limit: int = 500
    #: Waiting texts that are tried again.
    retries: int = 50


@dataclass(frozen=True, slots=True)
class Beaten:
    """What a heartbeat found to do."""

    deadlines: int
    retried: int
    released: int
    #: There may be more: beat again at once.
    more: bool


@dataclass(frozen=True, slots=True)
class TakeOver:
    """This engine begins and there is no other: whoever held a lease is gone. Answered with how many were held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTexts:
    """Take texts whose time has come. Answered with the claimed texts."""

    limit: int
    lease_id: str
    lease_seconds: float = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The result of one attempt to send, with what it says about the person and the address."""

    text: ClaimedText
    result: SendResult
    #: The person opted out with the carrier.
    opted_out: bool = False
    #: Addresses that turned out not to exist or to be closed to us for good, each with the provider's code.
    lost: Mapping[Address, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """Results of sends to write back."""

    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryText:
    """An operator wants a dead or failed text tried again."""

    outbox_id: int
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropText:
    """An operator gives a text up."""

    outbox_id: int
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerge:
    """An operator takes a merge back. Answered with whether there was one to take back."""

    case_number: int
    operator: str


@dataclass(frozen=True, slots=True)
class AddressReported:
    """A provider says that a person closed an address to us, or opened it again."""

    report: AddressReport


@dataclass(frozen=True, slots=True)
class KeepPositions:
    """Where gridmen's phones were. Answered with how many were kept: those of people on duty."""

    reports: tuple[PositionReport, ...]


@dataclass(frozen=True, slots=True)
class ClaimPhotos:
    """Take photos that are to be fetched. Answered with the photos."""

    limit: int


@dataclass(frozen=True, slots=True)
class PhotosFetched:
    """What became of photos that were fetched."""

    results: tuple[PhotoResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteGridman:
    """An operator invites a person to grids or an office. Answered with the Invited."""

    name: str
    #: Codes of offices: grid offices, an area's office, a department.
    offices: tuple[str, ...]
    cover: bool
    language: str
    #: Reached there when the chat does not take a text; also finds the person who has it already.
    phone: Address | None
    operator: str


@dataclass(frozen=True, slots=True)
class Invited:
    """An invite that can be used once."""

    binding: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbind:
    """An operator ends a binding, or takes back an invite. Answered with whether there was one to end."""

    binding: str
    operator: str


@dataclass(frozen=True, slots=True)
class SendDigests:
    """The morning has come: owe every supervisor in a chat his figures. Answered with how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeLease:
    """Be the only one who does something for a while. Answered with whether it was free, or the holder's already."""

    name: str
    holder: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Drop what is kept for a time only: positions, buttons that expired. Answered with how many rows."""

    position_days: int


@dataclass(frozen=True, slots=True)
class SealLedger:
    """Seal the heads that changed since the last seal."""


@dataclass(frozen=True, slots=True)
class MoveClock:
    """Remember how far the sandbox's clock is ahead of the wall."""

    offset: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceRegistry:
    """An operator's registry takes the place of the stored one. Answered with its version."""

    registry: RegistryFile
    operator: str


Item = (
    Received
    | Reported
    | Beat
    | TakeOver
    | ClaimTexts
    | Sent
    | RetryText
    | DropText
    | Unmerge
    | AddressReported
    | KeepPositions
    | ClaimPhotos
    | PhotosFetched
    | InviteGridman
    | Unbind
    | SendDigests
    | TakeLease
    | Forget
    | SealLedger
    | MoveClock
    | ReplaceRegistry
)
