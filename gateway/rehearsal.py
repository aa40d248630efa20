"""A whole gateway on a virtual clock in a database of its own, with simulated phones: for the demo and tests.

The same engine, dispatcher, rules and storage as in service run here in one thread; only time and phones are simulated.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.books import read_book
from gateway.city_setup import load_registry
from gateway.clock import VirtualClock
from gateway.dispatch import Dispatcher, Pace
from gateway.engine import Engine
from gateway.items import Accepted, Beat, Beaten, Invited, InviteGridman, Received, Reported
from gateway.runtime import city_loader
from handlers.addresses import is_service_sender
from handlers.contract import Channel, OutgoingText, SendReceipt
from handlers.errors import SendError
from routing_rules.areas import Duty
from routing_rules.draft import Policy
from routing_rules.learned import Learned
from routing_rules.messages import (
    Address,
    ChatAct,
    ChatButton,
    ChatForm,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    Point,
)
from storage import deadlines, outbox, registry, schema, views
from storage.database import Database
from storage.people import Keyring

#: Addresses of chats; every other one is a phone.
CHAT_SCHEME = "telegram"
#: A text that stays due after everything was done is looked at again this much later.
_NUDGE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text of a transcript."""

    at: datetime
    #: "in" from a phone, "out" to one.
    direction: str
    address: Address
    text: str
    #: What the text was taken for, for incoming ones.
    verdict: str | None = None
    #: Of an outgoing text see ``Rehearsal.full_transcript``.
    case_number: int | None = None
    #: Our own reference of an outgoing text.
    reference: str | None = None
    #: The buttons under an outgoing text, where it was shown in a chat.
    buttons: tuple[ChatButton, ...] = ()
    #: The id under which a chat knows an outgoing text.
    external_id: str | None = None


class SimulatedPhones:
    """A channel whose phones write down what they get. Every text arrives at once."""

    name = "simulator"

    def __init__(self, clock: VirtualClock, note: Callable[[Line], None]) -> None:
        self._clock = clock
        self._note = note

    def reaches(self, address: Address) -> bool:
        return address.scheme != CHAT_SCHEME

    def send(self, text: OutgoingText) -> SendReceipt:
        self._note(
            Line(
                at=self._clock.utcnow(),
                direction="out",
                address=text.recipient,
                text=text.body,
                reference=text.reference,
            )
        )
        return SendReceipt(external_id=f"sim-{text.reference}", status=DeliveryStatus.DELIVERED)


class SimulatedChat(SimulatedPhones):
    """The same for chats: texts have buttons, and a press is answered in passing."""

    name = "simulated_chat"

    def __init__(self, clock: VirtualClock, note: Callable[[Line], None]) -> None:
        super().__init__(clock, note)
        #: What presses were answered with, by the person's chat account.
        self.notices: list[tuple[str, str]] = []
        #: Ids of the texts whose buttons were taken away.
        self.cleared: set[str] = set()
        #: People who blocked the bot.
        self.blocked: set[str] = set()

    def reaches(self, address: Address) -> bool:
        return address.scheme == CHAT_SCHEME

    def shows_buttons(self, address: Address) -> bool:
        return self.reaches(address)

    def send(self, text: OutgoingText) -> SendReceipt:
        if text.recipient.value in self.blocked:
            raise SendError(retryable=False, outcome_known=True, code="403", unreachable=True)
        form = text.chat or ChatForm(body=text.body)
        external_id = f"{text.recipient.value}:{text.reference}"
        match form.act:
            case ChatAct.ANSWER_PRESS:
                self.notices.append((text.recipient.value, form.body))
            case ChatAct.CLEAR_BUTTONS:
                self.cleared.add(form.target)
            case ChatAct.SEND:
                self._note(
                    Line(
                        at=self._clock.utcnow(),
                        direction="out",
                        address=text.recipient,
                        text=form.body,
                        reference=text.reference,
                        buttons=tuple(button for row in form.buttons for button in row),
                        external_id=external_id,
                    )
                )
        return SendReceipt(external_id=external_id, status=DeliveryStatus.SENT)


class Rehearsal:
    """One city, its people's phones, and a clock that moves only forward and only when told."""

    def __init__(
        self,
        url: str,
        *,
        start: datetime,
        city: str = "dinghai",
        roads: Callable[[Address], Sequence[Channel]] | None = None,
        channels: Mapping[str, Channel] | None = None,
        replies_per_hour: int = 5,
        master_key: bytes | None = None,
        learned: Learned | None = None,
    ) -> None:
        """Take up a database (made here when there is none) at an aware moment.

        ``roads`` and ``channels`` put other channels in the place of the simulated phones.
        """
        schema.upgrade(url)
        self.clock = VirtualClock(start)
        self.keyring = Keyring(master_key or secrets.token_bytes(32))
        self.database = Database(url, writer=True, durable=False)
        self.transcript: list[Line] = []
        self.book = read_book(city)
        load_registry(self.database, self.keyring, self.book, city, start)
        policy = Policy(replies_per_hour=replies_per_hour, is_service_sender=is_service_sender)
        self.engine = Engine(
            database=self.database,
            keyring=self.keyring,
            clock=self.clock,
            policy=policy,
            load_city=city_loader(self.database, self.keyring, self.book, learned),
        )
        phones = SimulatedPhones(self.clock, self.transcript.append)
        self.chat = SimulatedChat(self.clock, self.transcript.append)
        simulated: Sequence[Channel] = (self.chat, phones)
        self.dispatcher = Dispatcher(
            self.engine,
            roads or (lambda address: [each for each in simulated if each.reaches(address)]),
            channels or {each.name: each for each in simulated},
            self.clock,
            Pace(),
            jitter=lambda: 0.5,
        )
        self._texts = 0

    def close(self) -> None:
        self.database.close()

    # -- people -----------------------------------------------------------------------------------------------

    def message(self, sender: str, text: str, **more: object) -> InboundMessage:
        """A text of this moment from an address ("sim:alice") or a bare simulated name."""
        self._texts += 1
        address = Address.parse(sender) if ":" in sender else Address("sim", sender)
        fields: dict[str, object] = {"channel": "simulator", "external_id": f"r{self._texts}", **more}
        return InboundMessage(sender=address, text=text, received_at=self.clock.utcnow(), **fields)  # type: ignore[arg-type]

    def text(self, sender: str, text: str, *, location: Point | None = None) -> Accepted:
        """Somebody texts now; what it leads to at once is sent."""
        return self.texts([(sender, text)], location=location)[0]

    def texts(self, lines: Sequence[tuple[str, str]], *, location: Point | None = None) -> list[Accepted]:
        """Several people text at one moment: one turn of the engine."""
        return self.messages([self.message(sender, text, location=location) for sender, text in lines])

    def messages(self, messages: Sequence[InboundMessage]) -> list[Accepted]:
        """Texts of one moment, whatever they carry."""
        accepted: list[Accepted] = self.engine.do_together([Received(message) for message in messages])
        for message, each in zip(messages, accepted, strict=True):
            self.transcript.append(
                Line(
                    at=message.received_at,
                    direction="in",
                    address=message.sender,
                    text=message.text,
                    verdict=each.verdict,
                    case_number=each.case_number,
                )
            )
        self.settle()
        return accepted

    def bind(self, account: str, name: str, *offices: str, cover: bool = False, phone: str | None = None) -> str:
        """Invite somebody and let him use the code from a chat account; returns the binding."""
        invited: Invited = self.engine.do(
            InviteGridman(
                name=name,
                offices=offices,
                cover=cover,
                language=self.book.staff_language,
                phone=Address.parse(phone) if phone else None,
                operator="rehearsal",
            )
        )
        self.text(account, f"/start {invited.code}")
        return invited.binding

    def press(self, account: str, label: str, *, containing: str = "", again: bool = False) -> Accepted:
        """Press the button of that label under the latest text that has it (and holds the given words).

        Raises LookupError when there is none; ``again`` also finds buttons that were taken away meanwhile.
        """
        for line in reversed(self.inbox(account)):
            if line.external_id in self.chat.cleared and not again:
                continue
            for button in line.buttons:
                if button.label.startswith(label) and containing in line.text:
                    return self.press_token(account, button.token, line.external_id)
        raise LookupError(f"no button {label!r} for {account}")

    def press_token(self, account: str, token: str, external_id: str | None = None) -> Accepted:
        """Press with any token, as a chat delivers it."""
        press = f"press{self._texts}"
        message = self.message(
            account, "", channel=self.chat.name, external_id=f"press:{press}", button=token, press=press,
            reply_to=external_id,
        )  # fmt: skip
        return self.messages([message])[0]

    def report(self, report: DeliveryReport) -> None:
        """The provider says something about a text."""
        self.engine.do(Reported(report))

    def inbox(self, phone: str) -> list[Line]:
        """What a phone got so far, oldest first."""
        address = Address.parse(phone) if ":" in phone else Address("sim", phone)
        return [line for line in self.transcript if line.direction == "out" and line.address == address]

    def full_transcript(self) -> list[Line]:
        """The transcript with the case of each outgoing text too."""
        with self.database.reading() as connection:
            sent = [int(line.reference) for line in self.transcript if line.reference]
            cases = views.cases_of_texts(connection, sent)
        return [
            replace(line, case_number=cases.get(int(line.reference))) if line.reference else line
            for line in self.transcript
        ]

    def code(self, phone: str, containing: str = "") -> str:
        """The reply code in the last text to a phone that has one (and holds the given words).

        Raises LookupError when there is none.
        """
        for line in reversed(self.inbox(phone)):
            found = re.search(r"(?<!\d)\d{6}(?!\d)", line.text)
            if found and containing in line.text:
                return found[0]
        raise LookupError(f"no reply code came to {phone}")

    def set_duty(self, office: str, duty: Duty) -> None:
        """Everybody at an office goes on leave, or comes back."""
        with self.database.writing() as connection:
            for posting in registry.load(connection).postings:
                if posting.office == office:
                    registry.set_duty(connection, posting.contact, office, duty, self.clock.utcnow())
        self.settle()

    # -- time -------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Do everything that is due at this moment."""
        while True:
            beaten: Beaten = self.engine.do(Beat())
            while self._something_to_send() and self.dispatcher.run_once():
                pass
            if not beaten.more:
                return

    def _something_to_send(self) -> bool:
        """Asking costs a tenth of a claim that finds nothing."""
        with self.database.reading() as connection:
            due = outbox.next_due(connection)
        return due is not None and due <= self.clock.utcnow()

    def next_event(self) -> datetime | None:
        """When something happens next by itself: a deadline, or a text that waits for its time."""
        with self.database.reading() as connection:
            moments = (deadlines.next_wake(connection), outbox.next_due(connection))
        return min((moment for moment in moments if moment is not None), default=None)

    def wait_until(self, moment: datetime) -> None:
        """Let time pass, event by event, up to an aware moment."""
        while True:
            self.settle()
            coming = self.next_event()
            if coming is None or coming > moment:
                break
            self.clock.move_to(max(coming, self.clock.utcnow() + _NUDGE) if coming <= self.clock.utcnow() else coming)
        if moment > self.clock.utcnow():
            self.clock.move_to(moment)

    def wait(self, **duration: float) -> None:
        """Let a time pass, as ``timedelta`` takes it: ``wait(minutes=3)``."""
        self.wait_until(self.clock.utcnow() + timedelta(**duration))
