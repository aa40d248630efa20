"""What can be handed to the engine. Everything that is ever written begins as one of these values.

An item says what happened or what is wanted; it carries no connection, no thread and no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from routing_rules.decisions import Verdict
from routing_rules.messages import Address, DeliveryReport, InboundMessage
from routing_rules.registry_file import RegistryFile
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
    | SealLedger
    | MoveClock
    | ReplaceRegistry
)
