"""Sends what the outbox owes: claim, send with no transaction open, hand the result back to the engine.

An outcome nobody knows is asked about before anything is sent again, where the provider can be asked;
where it cannot, a text is sent a second time at most.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.clock import Clock
from gateway.engine import Engine, EngineStopped
from gateway.items import Attempt, ClaimTexts, Sent
from gateway.logs import logger
from gateway.outgoing import ASK_AFTER
from handlers.contract import Channel, ChatChannel, OutgoingText, SendLookup
from handlers.errors import NotYet, SendError
from routing_rules.messages import Address
from storage.errors import DatabaseError
from storage.receipts import Outcome, SendResult
from storage.texts import Claim, ClaimedText

log = logger(__name__)

#: Texts claimed at once where one thread sends them all.
BATCH = 64
#: Texts under way at most, for each sender: enough that none runs dry, few enough that none waits out its lease.
_QUEUED = 2
#: How often a text that cannot be asked about may be sent with nobody knowing the outcome, the first time included.
_MOST_BLIND_SENDS = 2
#: Such a text is sent again after this long at the earliest: a provider that stumbles is given time to stand up.
_BLIND_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How patiently texts are sent."""

    lease_seconds: float = 60
    #: Attempts before a text goes to the dead letters.
    attempts: int = 10
    backoff_seconds: float = 5
    backoff_cap_seconds: float = 600

    def wait(self, attempts: int, jitter: float) -> timedelta:
        """Pause after so many attempts: doubling, at most the cap, ± 20 % by a jitter between 0 and 1."""
        seconds = min(self.backoff_seconds * 2 ** (attempts - 1), self.backoff_cap_seconds)
        return timedelta(seconds=seconds * (0.8 + 0.4 * jitter))


class Dispatcher:
    """Empties the outbox whenever it is woken."""

    def __init__(
        self,
        engine: Engine,
        channels_for: Callable[[Address], Sequence[Channel]],
        channels: Mapping[str, Channel],
        clock: Clock,
        pace: Pace,
        *,
        jitter: Callable[[], float] = random.random,
        senders: int = 8,
    ) -> None:
        """``channels_for`` lists the channels that reach an address, in the order to try."""
        self._engine = engine
        self._channels_for = channels_for
        self._channels = channels
        self._clock = clock
        self._pace = pace
        self._jitter = jitter
        self._senders = senders
        self._lock = threading.Lock()
        self._under_way = 0
        #: The last claim found as much as it asked for.
        self._more = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Send in threads of its own until ``stop``."""
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the sends under way and give back what was claimed beyond them. Harmless when it does not run."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wake(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def run_once(self) -> int:
        """Claim and send one batch in the caller's thread. Returns how many texts were tried or cancelled."""
        claim = self._claim(BATCH)
        if claim.texts:
            self._engine.do(Sent(tuple(self.attempt(text) for text in claim.texts)))
        return len(claim.texts) + len(claim.cancelled)

    def _run(self) -> None:
        with ThreadPoolExecutor(self._senders, thread_name_prefix="send") as pool:
            while not self._stopping.is_set():
                self._wake.wait()
                self._wake.clear()
                try:
                    while not self._stopping.is_set() and self._hand_out(pool):
                        pass
                except (DatabaseError, EngineStopped) as error:
                    log.warning("The outbox cannot be read just now.", action="dispatch_waits", reason=str(error))
                except Exception:
                    log.exception("Sending failed; it goes on with the next heartbeat.", action="dispatch_failed")

    def _hand_out(self, pool: ThreadPoolExecutor) -> bool:
        """Claim what the senders can soon take, and hand it to them. Returns whether there may be more at once."""
        with self._lock:
            room = self._senders * _QUEUED - self._under_way
        if room < self._senders:
            return False
        claim = self._claim(room)
        with self._lock:
            self._under_way += len(claim.texts)
            self._more = len(claim.texts) + len(claim.cancelled) >= room
        for text in claim.texts:
            pool.submit(self._send_and_tell, text)
        return bool(claim)

    def _send_and_tell(self, text: ClaimedText) -> None:
        """Write each result as soon as it is known: a crash leaves unknown only what was just being sent."""
        try:
            self._engine.do(Sent((self.attempt(text),)))
        except (DatabaseError, EngineStopped) as error:
            log.warning(
                "The result of a send could not be written; the text will be asked about.",
                action="result_lost",
                text=text.id,
                reason=str(error),
            )
        except Exception:
            log.exception("The result of a send could not be written.", action="result_lost", text=text.id)
        finally:
            with self._lock:
                self._under_way -= 1
                more = self._more
            if more:
                self._wake.set()

    def _claim(self, limit: int) -> Claim:
        item = ClaimTexts(limit=limit, lease_id=secrets.token_hex(8), lease_seconds=self._pace.lease_seconds)
        found: Claim = self._engine.do(item)
        return found

    # -- one text ---------------------------------------------------------------------------------------------

    def attempt(self, text: ClaimedText) -> Attempt:
        """Try to send one claimed text over the channels that reach its addresses; raises nothing."""
        if self._may_not_begin(text):
            return self._given_back(text)
        try:
            if text.unknown:
                settled = self._ask(text)
                if settled is not None:
                    return settled
            return self._try_channels(text)
        except Exception as error:
            log.exception("A text could not be sent.", action="send_failed", text=text.id)
            return self._result(text, Outcome.UNKNOWN, None, None, error=type(error).__name__)

    def _may_not_begin(self, text: ClaimedText) -> bool:
        """Whether a send that began now could outlast its lease: somebody else may be sending the text by then."""
        half = timedelta(seconds=self._pace.lease_seconds / 2)
        return self._stopping.is_set() or self._clock.utcnow() >= text.lease_until - half

    def _given_back(self, text: ClaimedText, seconds: float = 0) -> Attempt:
        """Not tried; to be claimed again at once, or when a channel may send again."""
        again = self._clock.utcnow() + timedelta(seconds=seconds)
        return self._result(text, Outcome.GIVEN_BACK, None, None, error="given_back", again=again)

    def _ask(self, text: ClaimedText) -> Attempt | None:
        """What the providers know of a text with an unknown outcome. None: it was not sent, try again.

        A process that died in the middle of a send left no word of where: every road to the person is asked about.
        """
        for channel, address in self._roads(text):
            if not isinstance(channel, SendLookup):
                if text.unknown_sends >= _MOST_BLIND_SENDS:
                    return self._result(text, Outcome.DEAD, channel, address, error="outcome_unknown")
                continue
            try:
                found = channel.find_sent(address, text.attempted_at, text.body)
            except SendError as error:
                return self._again(text, Outcome.UNKNOWN, channel, address, error)
            ours = self._not_somebody_elses(channel, found)
            if ours:
                return self._result(text, Outcome.SENT, channel, address, external_id=ours[0])
        return None

    def _roads(self, text: ClaimedText) -> list[tuple[Channel, Address]]:
        used = self._channels.get(text.channel or "")
        if used is not None and text.sent_to is not None:
            return [(used, text.sent_to)]
        return [(channel, address) for address in text.addresses for channel in self._channels_for(address)]

    def _not_somebody_elses(self, channel: Channel, found: Sequence[str]) -> list[str]:
        """Two texts of one wording to one person: an id that belongs to the other one says nothing about this."""
        taken = self._engine.known_external_ids(channel.name, found)
        return [external_id for external_id in found if external_id not in taken]

    def _try_channels(self, text: ClaimedText) -> Attempt:
        last: Attempt | None = None
        lost: dict[Address, str] = {}
        for address in text.addresses:
            for channel in self._channels_for(address):
                if text.is_act and not (isinstance(channel, ChatChannel) and channel.shows_buttons(address)):
                    continue
                # Asking, or the channel before, may have taken long.
                if self._may_not_begin(text):
                    return replace(self._given_back(text), lost=lost)
                last = self._send(text, channel, address)
                lost |= last.lost
                if not self._may_try_next(last):
                    return replace(last, lost=lost)
        if last is not None:
            return replace(last, lost=lost)
        return self._result(text, Outcome.FAILED, None, None, error="no_channel")

    def _may_try_next(self, attempt: Attempt) -> bool:
        """Only what certainly did not leave may go another way."""
        return attempt.result.outcome in (Outcome.RETRY, Outcome.FAILED, Outcome.DEAD) and not attempt.opted_out

    def _send(self, text: ClaimedText, channel: Channel, address: Address) -> Attempt:
        try:
            receipt = channel.send(
                OutgoingText(reference=str(text.id), recipient=address, body=text.body, chat=text.chat)
            )
        except NotYet as error:
            return self._given_back(text, error.retry_after or 0)
        except SendError as error:
            log.warning(
                "A text was not taken by the provider.",
                action="send_refused",
                text=text.id,
                channel=channel.name,
                code=error.code,
                outcome_known=error.outcome_known,
            )
            return self._refused(text, channel, address, error)
        return self._result(text, Outcome.SENT, channel, address, external_id=receipt.external_id)

    def _refused(self, text: ClaimedText, channel: Channel, address: Address, error: SendError) -> Attempt:
        if not error.outcome_known:
            return self._again(text, Outcome.UNKNOWN, channel, address, error)
        if error.retryable:
            return self._again(text, Outcome.RETRY, channel, address, error)
        code = error.code or "refused"
        failed = self._result(text, Outcome.FAILED, channel, address, error=code, opted_out=error.opted_out)
        return replace(failed, lost={address: code}) if error.unreachable else failed

    def _again(
        self, text: ClaimedText, outcome: Outcome, channel: Channel, address: Address, error: SendError
    ) -> Attempt:
        """Another try later, unless there were enough."""
        code = error.code or ("unknown" if outcome is Outcome.UNKNOWN else "refused")
        if text.attempts >= self._pace.attempts:
            return self._result(text, Outcome.DEAD, channel, address, error=code)
        wait = self._pace.wait(text.attempts, self._jitter())
        if error.retry_after is not None:
            wait = max(wait, timedelta(seconds=error.retry_after))
        if outcome is Outcome.UNKNOWN:
            wait = max(wait, ASK_AFTER if isinstance(channel, SendLookup) else _BLIND_PAUSE)
        return self._result(text, outcome, channel, address, error=code, again=self._clock.utcnow() + wait)

    def _result(
        self,
        text: ClaimedText,
        outcome: Outcome,
        channel: Channel | None,
        address: Address | None,
        *,
        external_id: str | None = None,
        error: str | None = None,
        again: datetime | None = None,
        opted_out: bool = False,
    ) -> Attempt:
        result = SendResult(
            id=text.id,
            lease_id=text.lease_id,
            outcome=outcome,
            at=self._clock.utcnow(),
            channel=channel.name if channel else None,
            address=address,
            external_id=external_id,
            error=error,
            next_attempt_at=again,
            unknown=text.unknown and outcome is Outcome.GIVEN_BACK,
        )
        return Attempt(text=text, result=result, opted_out=opted_out)
