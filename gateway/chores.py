"""What is done now and then beside the heartbeat: the morning's digest, photos, positions, forgetting what is old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.config import Gridmen
from gateway.engine import EngineStopped
from gateway.items import Forget, Item, SendDigests
from gateway.logs import logger
from routing_rules.rulebook import RuleBook
from storage.errors import DatabaseError

log = logger(__name__)


class Chores:
    """Small duties that somebody calls again and again; each looks at the clock itself, and none raises."""

    def __init__(self, do: Callable[[Item], Any], clock: Clock, book: RuleBook, settings: Gridmen) -> None:
        """``do`` hands an item to the engine and returns its answer."""
        self._do = do
        self._clock = clock
        self._book = book
        self._settings = settings
        self._digested: date | None = None

    def send_digests(self) -> None:
        """Owe the morning's digest once it is time on a working day; again on the same day it changes nothing."""
        here = self._clock.utcnow().astimezone(ZoneInfo(self._book.calendar.zone))
        today = here.date()
        if f"{here:%H:%M}" < self._settings.digest_at or self._digested == today:
            return
        if not self._book.calendar.is_working_day(today) or self._try(SendDigests()):
            self._digested = today

    def forget(self) -> None:
        """Drop what is kept for a time only."""
        self._try(Forget(position_days=self._settings.position_days))

    def _try(self, item: Item) -> bool:
        try:
            self._do(item)
        except (DatabaseError, EngineStopped, TimeoutError) as error:
            log.warning(
                "A chore could not be done; it is tried again.",
                action="chore_missed",
                item=type(item).__name__,
                reason=str(error),
            )
            return False
        return True
