"""An event loop in a thread of its own, on which blocking callers let work be done; it knows nothing of the work."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from handlers.errors import SendError

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]

#: Seconds in which somebody who waits notices that he should stop.
_NOTICE_SECONDS = 0.25


class LoopThread:
    """One event loop in one daemon thread, begun with the first call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, work: Work[T], seconds: float, stop: threading.Event | None) -> T:
        """Wait for the end of some work; when `stop` is set it is given up. Raises what the work raises."""
        with self._lock:
            loop = self._running()
            future = asyncio.run_coroutine_threadsafe(_within(work, seconds), loop)
        while stop is not None and not stop.is_set() and not future.done():
            concurrent.futures.wait([future], _NOTICE_SECONDS)
        if stop is not None and not future.done():
            future.cancel()
        return future.result()

    def close(self, work: Work[None]) -> None:
        """Do the last work, then end the thread. Nothing runs any more afterwards."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            asyncio.run_coroutine_threadsafe(_cancel_others_then(work), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._closed:
            raise SendError("the channel is closed", retryable=True, outcome_known=True, code="closed")
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
            self._thread.start()
        return self._loop


async def _within(work: Work[T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await work()


async def _cancel_others_then(work: Work[None]) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await work()
