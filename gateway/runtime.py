"""Builds the parts once and joins them; the only place where they meet.

Opening starts nothing: ``start`` lets the engine, the dispatcher and the heartbeat run, ``stop`` ends them in an
order that loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gateway import logs
from gateway.books import read_book
from gateway.channels import Roads
from gateway.chores import Chores
from gateway.clock import Clock, OffsetClock, WallClock
from gateway.config import Settings
from gateway.control import ControlServer, socket_file
from gateway.dispatch import Dispatcher, Pace
from gateway.engine import Engine, EngineStopped
from gateway.items import AddressReported, KeepPositions, Received, Reported, TakeOver
from gateway.keys import read_master_key
from gateway.learning_files import load_model
from gateway.listening import Listening
from gateway.logs import logger
from gateway.photos import PhotoWorker
from gateway.positions import PositionBuffer
from gateway.scheduler import Heartbeat
from gateway.spool import Spool
from handlers.addresses import is_service_sender
from handlers.contract import Closable, Listener, MediaSource
from routing_rules.city import City
from routing_rules.draft import Policy
from routing_rules.learned import Learned
from routing_rules.messages import Address, AddressReport, DeliveryReport, Event, PositionReport
from routing_rules.rulebook import RuleBook
from storage import registry, sandbox
from storage.database import Database
from storage.errors import DatabaseError
from storage.people import Keyring

log = logger(__name__)

#: Seconds that positions and photos may wait for the engine.
_PATIENCE = 10.0


@dataclass(slots=True, kw_only=True)
class Runtime:
    """Everything that runs, joined."""

    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    engine: Engine
    roads: Roads
    dispatcher: Dispatcher
    spool: Spool
    heartbeat: Heartbeat
    positions: PositionBuffer
    listening: Listening | None = None
    #: Takes orders of commands while it runs; None on PostgreSQL, where commands write themselves.
    control: ControlServer | None = None

    @classmethod
    def open(cls, settings: Settings, *, clock: Clock | None = None) -> Runtime:
        """Open the database and join the parts.

        Raises ConfigError, RuleBookError, LearnedError, DatabaseError, SpoolUnusable, WrongMasterKey or LookupError
        (no registry loaded), each with a sentence for the operator.
        """
        logs.register_secrets(settings.secret_values())
        book = read_book(settings.city)
        learned = load_model(settings.learned_model)
        keyring = Keyring(read_master_key(settings))
        database = Database(settings.database_url, writer=True)
        try:
            return cls._join(
                settings,
                clock or _clock_of(settings, database),
                database,
                keyring,
                city_loader(database, keyring, book, learned),
            )
        except BaseException:
            database.close()
            raise

    @classmethod
    def _join(
        cls, settings: Settings, clock: Clock, database: Database, keyring: Keyring, load_city: Callable[[], City]
    ) -> Runtime:
        roads = Roads.build(settings)
        engine = Engine(
            database=database, keyring=keyring, clock=clock, policy=policy_of(settings), load_city=load_city
        )
        sending = settings.sending
        pace = Pace(
            lease_seconds=sending.lease_seconds,
            attempts=sending.attempts,
            backoff_seconds=sending.backoff_seconds,
            backoff_cap_seconds=sending.backoff_cap_seconds,
        )
        dispatcher = Dispatcher(engine, roads.to, roads.channels, clock, pace)
        engine.after_commit = dispatcher.wake
        spool = Spool(settings.spool_folder)
        positions = PositionBuffer(lambda reports: engine.submit(KeepPositions(reports)).wait(_PATIENCE))
        book = engine.city.book
        chores = Chores(engine.do, clock, book, settings.gridmen)
        photos = PhotoWorker(
            engine.do,
            {name: channel for name, channel in roads.channels.items() if isinstance(channel, MediaSource)},
            settings.photos_folder,
            clock,
            zone=ZoneInfo(book.calendar.zone),
        )
        heartbeat = Heartbeat(
            engine,
            dispatcher,
            spool,
            clock,
            seconds=settings.heartbeat_seconds,
            seal_minutes=settings.seal_minutes,
            seal_file=settings.seal_file,
        )
        heartbeat.every(1, positions.flush)
        heartbeat.every(2, photos.run_once)
        heartbeat.every(60, chores.send_digests)
        heartbeat.every(60, chores.forget)
        runtime = cls(
            settings=settings,
            clock=clock,
            database=database,
            keyring=keyring,
            engine=engine,
            roads=roads,
            dispatcher=dispatcher,
            spool=spool,
            heartbeat=heartbeat,
            positions=positions,
            control=ControlServer(file, engine) if (file := socket_file(settings.database_url)) else None,
        )
        runtime.listening = Listening(
            {name: channel for name, channel in roads.channels.items() if isinstance(channel, Listener)},
            engine.do,
            lambda event: runtime.accept(event, timeout=_PATIENCE),
            clock.utcnow,
        )
        return runtime

    def accept(self, event: Event, *, timeout: float) -> bool:
        """Make an event durable: decided and committed, or a text on the spool. Returns whether it was decided.

        Raises OSError or DatabaseError when neither takes it; nothing may be acknowledged then.
        """
        if isinstance(event, DeliveryReport):
            self.engine.submit(Reported(event)).wait(timeout)
            return True
        if isinstance(event, AddressReport):
            self.engine.submit(AddressReported(event)).wait(timeout)
            return True
        if isinstance(event, PositionReport):
            self.positions.add(event)
            return True
        try:
            self.engine.submit(Received(event)).wait(timeout)
            return True
        except (DatabaseError, TimeoutError, EngineStopped) as error:
            self.spool.keep(event)
            log.warning(
                "The database does not take a text just now; it is safe on the spool.",
                action="spooled",
                channel=event.channel,
                message=event.external_id,
                reason=type(error).__name__,
            )
            return False

    def start(self) -> None:
        """Let everything run."""
        self._take_over()
        self.engine.start()
        self.dispatcher.start()
        self.heartbeat.start()
        if self.control is not None:
            self.control.start()
        self.dispatcher.wake()
        if self.listening is not None:
            self.listening.start()
        log.info("The gateway runs.", action="started", city=self.settings.city)

    def _take_over(self) -> None:
        """What a dead process was sending need not wait for its lease to end where no other process can be sending."""
        if not self.database.is_sqlite:
            return
        try:
            held: int = self.engine.do(TakeOver())
        except DatabaseError as error:
            log.warning("Leases of a dead process will have to end.", action="not_taken_over", reason=str(error))
            return
        if held:
            log.warning("Texts that were being sent will be asked about.", action="taken_over", texts=held)

    def stop(self) -> None:
        """Stop the heartbeat, finish the sends under way, then the engine; close the database last."""
        if self.control is not None:
            self.control.stop()
        if self.listening is not None:
            self.listening.stop()
        self.heartbeat.stop()
        self.positions.flush()
        self.dispatcher.stop()
        self.engine.stop()
        for channel in self.roads.channels.values():
            if isinstance(channel, Closable):
                channel.close()
        self.database.close()
        log.info("The gateway has stopped.", action="stopped")


@contextmanager
def brief_engine(settings: Settings) -> Iterator[Engine]:
    """The engine for as long as one command needs it, without threads. Raises what ``Runtime.open`` raises.

    On SQLite that is EngineRunning while a gateway runs: it must be asked instead, see ``gateway.control``.
    """
    book = read_book(settings.city)
    learned = load_model(settings.learned_model)
    keyring = Keyring(read_master_key(settings))
    with Database(settings.database_url, writer=True) as database:
        yield Engine(
            database=database,
            keyring=keyring,
            clock=_clock_of(settings, database),
            policy=policy_of(settings),
            load_city=city_loader(database, keyring, book, learned),
        )


def policy_of(settings: Settings) -> Policy:
    """What the operator decided about traffic."""
    return Policy(
        own_addresses=frozenset(Address.parse(each) for each in settings.own_numbers),
        blocked=frozenset(Address.parse(each) for each in settings.blocked_senders),
        replies_per_hour=settings.sending.automatic_replies_per_hour,
        is_service_sender=is_service_sender,
    )


def city_loader(
    database: Database, keyring: Keyring, book: RuleBook, learned: Learned | None = None
) -> Callable[[], City]:
    """Reads the registry and compiles it with the book and the trained model, each time it is called."""

    def load() -> City:
        with database.reading() as connection:
            return City.build(book, registry.load_with_bindings(connection, keyring), learned)

    return load


def _clock_of(settings: Settings, database: Database) -> Clock:
    """The wall's clock; in the sandbox as far ahead of it as it was moved before."""
    if not settings.sandbox:
        return WallClock()
    with database.reading() as connection:
        return OffsetClock(WallClock(), sandbox.clock_offset(connection))
