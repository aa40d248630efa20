"""Lets channels fetch their messages themselves; of all processes on one database only one does it for each channel.

Who listens holds a lease and renews it; when it ends with its process another one takes over. An event is confirmed to
the provider only when it is durable.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gateway.engine import EngineStopped
from gateway.items import Item, TakeLease
from gateway.logs import logger
from handlers.contract import Listener
from routing_rules.messages import Event
from storage.errors import DatabaseError

log = logger(__name__)

#: How long a process that died keeps others from listening, in seconds of the business clock.
LEASE_SECONDS = 30.0
#: How often the lease is renewed, and how often a process looks whether it is free.
RENEW_SECONDS = 10.0
_LOOK_SECONDS = 0.25


class Listening:
    """A thread for each listener, from ``start`` to ``stop``."""

    def __init__(
        self,
        listeners: Mapping[str, Listener],
        do: Callable[[Item], Any],
        accept: Callable[[Event], object],
        utcnow: Callable[[], datetime],
    ) -> None:
        """``do`` hands an item to the engine and returns its answer; ``accept`` returns when an event is durable."""
        self._utcnow = utcnow
        self._listeners = listeners
        self._do = do
        self._accept = accept
        self._holder = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Listen as soon as the lease is free."""
        for name, listener in self._listeners.items():
            thread = threading.Thread(target=self._run, args=(name, listener), name=f"listen-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the listening and give the leases back. Harmless when it does not run."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _run(self, name: str, listener: Listener) -> None:
        while not self._stopping.is_set():
            if self._holds(name, LEASE_SECONDS) and self._listen(name, listener):
                return
            self._stopping.wait(RENEW_SECONDS)

    def _listen(self, name: str, listener: Listener) -> bool:
        """Listen until the lease is lost, or the gateway stops; True when the listener has nothing more to do."""
        stop, done = threading.Event(), threading.Event()
        worker = threading.Thread(
            target=self._let_listen, args=(name, listener, stop, done), name=f"fetch-{name}", daemon=True
        )
        worker.start()
        while worker.is_alive() and not self._stopping.is_set():
            self._wait_for(worker)
            if worker.is_alive() and not self._stopping.is_set() and not self._holds(name, LEASE_SECONDS):
                log.warning("Another process listens now.", action="listening_lost", channel=name)
                break
        finished = done.is_set()
        stop.set()
        worker.join()
        self._holds(name, 0)
        return finished

    def _wait_for(self, worker: threading.Thread) -> None:
        """Until the lease is to be renewed, the worker has ended, or the gateway stops."""
        for _ in range(int(RENEW_SECONDS / _LOOK_SECONDS)):
            worker.join(_LOOK_SECONDS)
            if not worker.is_alive() or self._stopping.is_set():
                return

    def _let_listen(self, name: str, listener: Listener, stop: threading.Event, done: threading.Event) -> None:
        def deliver(event: Event) -> None:
            try:
                self._accept(event)
            except Exception as error:
                log.error(
                    "An event could not be kept; the provider gives it once more.",
                    action="listening_refused",
                    channel=name,
                    reason=type(error).__name__,
                )
                raise

        try:
            listener.listen(deliver, stop, self._utcnow)
            done.set()
        except Exception:
            log.exception("Listening failed; it begins anew.", action="listening_failed", channel=name)

    def _holds(self, name: str, seconds: float) -> bool:
        """Take or renew the lease; with 0 seconds it is given back."""
        try:
            return bool(self._do(TakeLease(name=f"listen/{name}", holder=self._holder, seconds=seconds)))
        except (DatabaseError, EngineStopped, TimeoutError) as error:
            log.warning("The lease for listening cannot be had.", action="listening_waits", reason=str(error))
            return False
