"""The heartbeat: a handful of fixed beats that ask the engine for what is due. It holds no deadline itself.

APScheduler runs the beats from memory; deadlines, waiting texts and leases are rows and survive whatever happens here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from apscheduler.schedulers.background import BackgroundScheduler

from gateway.clock import Clock
from gateway.dispatch import Dispatcher
from gateway.engine import Engine, EngineStopped
from gateway.items import Beat, Beaten, Received, SealLedger
from gateway.logs import logger
from gateway.spool import Spool
from storage.errors import DatabaseError
from storage.seals import Seal

log = logger(__name__)

#: How long a spooled text may wait for the engine, in seconds.
_PATIENCE = 10.0


class Heartbeat:
    """Beats every so many seconds until it is stopped."""

    def __init__(
        self,
        engine: Engine,
        dispatcher: Dispatcher,
        spool: Spool,
        clock: Clock,
        *,
        seconds: float,
        seal_minutes: int,
        seal_file: Path,
    ) -> None:
        self._engine = engine
        self._dispatcher = dispatcher
        self._spool = spool
        self._clock = clock
        self._seal_file = seal_file
        #: Monotonic time of the last beat that went through, for readiness.
        self.last_beat: float | None = None
        # A beat that was missed is made up for by the next one, and two never run at once.
        self._scheduler = BackgroundScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._scheduler.add_job(self.beat, "interval", seconds=seconds)
        self._scheduler.add_job(self.seal, "interval", minutes=seal_minutes)

    def every(self, seconds: float, chore: Callable[[], object]) -> None:
        """Call a chore so often, never twice at once. It must not raise."""
        self._scheduler.add_job(chore, "interval", seconds=seconds)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Wait for a beat under way. Harmless when it does not run."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def beat(self) -> None:
        """Look at everything that is due, until nothing is left; then hand in what is on the spool."""
        try:
            while True:
                beaten: Beaten = self._engine.do(Beat())
                if not beaten.more:
                    break
            self._spool.drain(lambda message: self._engine.submit(Received(message)).wait(_PATIENCE))
            self.last_beat = self._clock.monotonic()
            self._dispatcher.wake()
        except (DatabaseError, EngineStopped) as error:
            log.warning("The heartbeat could not beat; the next one will.", action="beat_missed", reason=str(error))

    def seal(self) -> None:
        """Seal the ledger and write the seal outside the database."""
        try:
            seal: Seal | None = self._engine.do(SealLedger())
        except (DatabaseError, EngineStopped) as error:
            log.warning("The ledger could not be sealed.", action="seal_missed", reason=str(error))
            return
        if seal is not None:
            append_seal(self._seal_file, seal.as_dict())
            log.info("The ledger was sealed.", action="sealed", seal=seal.seq, hash=seal.hash)


def append_seal(file: Path, seal: dict[str, object]) -> None:
    """Add one seal to the file, durably. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(seal, sort_keys=True) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
