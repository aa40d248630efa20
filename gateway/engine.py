"""The engine's turn: the only place that begins and commits a write.

Everybody hands it items and waits for the commit. A turn takes all that waits, reads, gathers, decides and writes
it in one transaction; nothing is sent inside, and nobody is answered before it is durable.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from gateway import escalate, outgoing
from gateway.carry_out import carry_out
from gateway.clock import Clock
from gateway.gather import gather_all
from gateway.items import (
    Accepted,
    Beat,
    Beaten,
    ClaimPhotos,
    ClaimTexts,
    DropText,
    Forget,
    Item,
    KeepPositions,
    PhotosFetched,
    Received,
    ReplaceRegistry,
    Reported,
    SealLedger,
    Sent,
    TakeLease,
    Unmerge,
)
from gateway.logs import logger
from gateway.receive import Arrivals, keep_undecided
from gateway.turn import Turn
from routing_rules.city import City
from routing_rules.draft import Policy
from routing_rules.messages import InboundMessage
from routing_rules.reply_codes import ReplyCodes
from storage import assignments, deadlines, decisions, receipts, registry
from storage.database import Database
from storage.errors import DatabaseBusy, DatabaseConflict, DatabaseError
from storage.people import Keyring

log = logger(__name__)

#: Items after which nothing new is to be sent; to wake the dispatcher for its own claims would never end.
_OWE_NOTHING = (
    ClaimTexts, Sent, Reported, DropText, SealLedger, KeepPositions, ClaimPhotos, PhotosFetched, TakeLease, Forget,
)  # fmt: skip
#: Items that one turn takes at most; what comes later waits for the next one.
MOST_ITEMS = 256
#: Turns that PostgreSQL broke off in favour of another engine are done again this often.
_BUSY_TRIES = 3
#: A turn is done again at most this often; two taken reply codes in a row are already next to impossible.
_MOST_TRIES = 8


class EngineStopped(Exception):
    """The engine is not running; what was handed to it was not done."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(slots=True)
class Ticket:
    """A promise of an item's result, kept when the turn is durable."""

    item: Item
    _done: threading.Event = field(default_factory=threading.Event)
    _result: Any = None
    _error: BaseException | None = None

    def wait(self, timeout: float | None = None) -> Any:
        """The item's result. Raises what made the item fail, TimeoutError after ``timeout`` seconds."""
        if not self._done.wait(timeout):
            raise TimeoutError("the engine did not answer in time")
        if self._error is not None:
            raise self._error
        return self._result

    def keep(self, result: Any) -> None:
        self._result = result
        self._done.set()

    def fail(self, error: BaseException) -> None:
        self._error = error
        self._done.set()


class Engine:
    """Takes items, one turn after the other. Hosted in a thread by ``start``, or driven by ``do`` in tests."""

    def __init__(
        self, *, database: Database, keyring: Keyring, clock: Clock, policy: Policy, load_city: Callable[[], City]
    ) -> None:
        """``load_city`` is called at once and again whenever the registry has changed."""
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._policy = policy
        self._codes = ReplyCodes(keyring.reply_code_key)
        self._load_city = load_city
        self.city = load_city()
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        #: Case numbers that were reserved and not used.
        self._spare_numbers: list[int] = []
        #: The last turn bound or unbound somebody.
        self._registry_changed = False
        #: Called after every commit that may have left texts to send.
        self.after_commit: Callable[[], None] = lambda: None

    # -- being handed items -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Run turns in a thread of its own until ``stop``."""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what was handed in, then end the thread. Harmless when it does not run."""
        self._stopping.set()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def submit(self, item: Item) -> Ticket:
        """Hand in an item. The ticket is kept once its turn is durable."""
        ticket = Ticket(item)
        if self._stopping.is_set():
            ticket.fail(EngineStopped())
        else:
            self._queue.put(ticket)
        return ticket

    def do(self, item: Item) -> Any:
        """Hand in one item and wait; without a running thread the turn is done at once, in the caller's."""
        if self.running:
            return self.submit(item).wait()
        ticket = Ticket(item)
        self._turn([ticket])
        return ticket.wait(0)

    def do_together(self, items: Sequence[Item]) -> list[Any]:
        """Several items in one turn, in the caller's thread. For replaying texts that came at one moment."""
        tickets = [Ticket(item) for item in items]
        self._turn(tickets)
        return [ticket.wait(0) for ticket in tickets]

    def known_external_ids(self, channel: str, external_ids: Sequence[str]) -> set[str]:
        """Those of a provider's ids that belong to texts we know."""
        with self._database.reading() as connection:
            return receipts.known_external_ids(connection, channel, external_ids)

    # -- the turn ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            ticket = self._queue.get()
            if ticket is None:
                return self._refuse_rest()
            tickets = [ticket]
            while len(tickets) < MOST_ITEMS:
                try:
                    another = self._queue.get_nowait()
                except queue.Empty:
                    break
                if another is None:
                    self._queue.put(None)
                    break
                tickets.append(another)
            self._turn(tickets)

    def _refuse_rest(self) -> None:
        while True:
            try:
                ticket = self._queue.get_nowait()
            except queue.Empty:
                return
            if ticket is not None:
                ticket.fail(EngineStopped())

    def _turn(self, tickets: Sequence[Ticket]) -> None:
        """Do all items in one transaction; when the whole fails for one of them, do them one by one."""
        try:
            results = self._transaction([ticket.item for ticket in tickets])
        except DatabaseError as error:
            if len(tickets) == 1 or not isinstance(error, DatabaseConflict):
                _fail_all(tickets, error)
            else:
                self._one_by_one(tickets)
            return
        except Exception as error:  # noqa: BLE001 - whoever handed it in is told
            if len(tickets) == 1:
                self._set_aside(tickets[0], error)
            else:
                self._one_by_one(tickets)
            return
        if self._registry_changed or any(isinstance(ticket.item, Beat | ReplaceRegistry) for ticket in tickets):
            self._registry_changed = False
            self._follow_registry()
        for ticket, result in zip(tickets, results, strict=True):
            ticket.keep(result)
        if not all(isinstance(ticket.item, _OWE_NOTHING) for ticket in tickets):
            self.after_commit()

    def _follow_registry(self) -> None:
        """Take up a registry that somebody has replaced, on PostgreSQL perhaps another engine."""
        try:
            with self._database.reading() as connection:
                version = registry.version(connection)
            if version != self.city.registry.version:
                self.city = self._load_city()
                log.info("A changed registry holds from now on.", action="registry_taken_up", version=version)
        except Exception:
            log.exception("A changed registry cannot be taken up; the one before holds.", action="registry_refused")

    def _set_aside(self, ticket: Ticket, error: Exception) -> None:
        """An item that breaks its turn: a text is kept undecided, and a heartbeat goes on with deadlines alone."""
        log.exception("An item could not be done.", action="item_failed", item=type(ticket.item).__name__)
        try:
            match ticket.item:
                case Received(message):
                    ticket.keep(self._keep_undecided(message))
                case Beat(retries=retries) if retries:
                    ticket.keep(self._transaction([replace(ticket.item, retries=0)])[0])
                case _:
                    ticket.fail(error)
        except Exception as another:  # noqa: BLE001 - whoever handed it in is told
            ticket.fail(another)

    def _keep_undecided(self, message: InboundMessage) -> Accepted:
        with self._database.writing() as connection:
            return keep_undecided(connection, self._keyring, message, self._clock.utcnow())

    def _one_by_one(self, tickets: Sequence[Ticket]) -> None:
        """One poisoned item must not hold up the others."""
        for ticket in tickets:
            self._turn([ticket])

    def _transaction(self, items: Sequence[Item]) -> list[Any]:
        """One committed turn; done again without the reply codes that were taken, or when PostgreSQL broke it off."""
        taken: set[str] = set()
        busy = 0
        for _ in range(_MOST_TRIES):
            try:
                with self._database.writing() as connection:
                    return self._do(connection, items, taken)
            except _CodesTaken as found:
                taken |= found.digests
            except DatabaseBusy:
                busy += 1
                # SQLite has waited long enough by itself; PostgreSQL chose one of two turns that waited in a circle.
                if self._database.is_sqlite or busy >= _BUSY_TRIES:
                    raise
        raise LookupError("no free reply codes")

    def _do(self, connection: Connection, items: Sequence[Item], taken: set[str]) -> list[Any]:
        turn = Turn(
            city=self.city,
            keyring=self._keyring,
            codes=self._codes,
            policy=self._policy,
            now=self._clock.utcnow(),
        )
        beat = next((item for item in items if isinstance(item, Beat)), None)
        received = [item.message for item in items if isinstance(item, Received)]
        # On PostgreSQL a case is locked before what hangs on it, so due deadlines are claimed first of all.
        due = deadlines.claim_due(connection, turn.now, beat.limit) if beat else []
        arrivals = Arrivals(turn, connection, received, retry=beat.retries if beat else 0)
        cases_of_deadlines = [deadline.case_number for deadline in due]
        cases_of_deadlines += [item.case_number for item in items if isinstance(item, Unmerge)]
        # Gone for good should this turn fail: whether a lost commit used them nobody can say.
        spare, self._spare_numbers = self._spare_numbers, []
        turn.known = gather_all(connection, turn, arrivals.read(), cases_of_deadlines, spare)
        turn.known.taken_codes |= taken
        escalate.decide_all(turn, due)
        arrivals.decide()
        outgoing.take_buttons_away(connection, turn)
        self._refuse_taken_codes(connection, turn)
        released = outgoing.release(connection, turn) if beat else 0
        beaten = Beaten(len(due), arrivals.retried, released, more=bool(beat and len(due) >= beat.limit))
        results = [self._result(connection, turn, item, arrivals, beaten) for item in items]
        decisions.write(connection, self._keyring, turn.decisions, now=turn.now)
        arrivals.store()
        self._registry_changed = any(decision.bindings for decision in turn.decisions)
        if not self._database.is_sqlite:
            # A sequence gave them for good; thrown away they would be gaps that people ask about.
            self._spare_numbers = list(turn.known.numbers)
        return results

    def _refuse_taken_codes(self, connection: Connection, turn: Turn) -> None:
        """Two live codes of one person must not be equal: the turn is done again without the taken ones."""
        given = {code.digest: code for decision in turn.decisions for code in decision.reply_codes}
        clashing = {
            code.digest
            for code in assignments.codes_of_digests(connection, given)
            if (code.case_number, code.seq) != (given[code.digest].case_number, given[code.digest].seq)
        }
        if clashing:
            raise _CodesTaken(clashing)

    def _result(self, connection: Connection, turn: Turn, item: Item, arrivals: Arrivals, beaten: Beaten) -> Any:
        match item:
            case Received(message):
                return arrivals.answer(message, repeated=not arrivals.is_new(message))
            case Beat():
                return beaten
            case _:
                return carry_out(connection, turn, item)


class _CodesTaken(Exception):
    """Some reply codes of this turn are taken; raised to roll the transaction back."""

    def __init__(self, digests: set[str] | None = None) -> None:
        super().__init__()
        self.digests = digests or set()


def _fail_all(tickets: Sequence[Ticket], error: BaseException) -> None:
    for ticket in tickets:
        ticket.fail(error)
