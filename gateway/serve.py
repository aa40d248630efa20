"""Runs web server, engine, dispatcher and heartbeat in one process, and stops them without cutting anybody off."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

import click
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from gateway.app import create_app
from gateway.clock import Clock, WallClock
from gateway.config import Settings
from gateway.logs import logger
from gateway.runtime import Runtime

log = logger(__name__)

#: Seconds that requests under way may take after SIGTERM.
DRAIN_SECONDS = 10.0

#: Stalled clients must not lock everybody else out; waitress allows 100.
_CONNECTIONS = 1000
_LOOK_EVERY = 0.05


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain. Raises what ``Runtime.open`` raises."""
    runtime = Runtime.open(settings)
    server = create_server(
        create_app(runtime),
        host=settings.listen.host,
        port=settings.listen.port,
        threads=settings.threads,
        connection_limit=_CONNECTIONS,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )
    stop = _stop_signal()
    runtime.start()
    threading.Thread(target=server.run, name="web", daemon=True).start()
    here = f"http://{settings.listen.host}:{settings.listen.port}"
    click.echo(f"gridgate serves {settings.city} on {here}")
    if settings.sandbox:
        click.echo(f"training phones: {here}/phones")
    stop.wait()
    drain(server, DRAIN_SECONDS, WallClock())
    runtime.stop()


def _stop_signal() -> threading.Event:
    """Set at the first SIGTERM or SIGINT; a second one changes nothing."""
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop


def drain(server: Any, seconds: float, clock: Clock) -> bool:
    """Take no new connection and let requests under way finish. Returns whether all did in that many seconds.

    Waitress itself cuts them off: closing it closes the loop that would write their answers.
    """
    listeners: list[Any] = [each for each in _sockets(server) if isinstance(each, BaseWSGIServer)]
    for listener in listeners:
        # Inside the loop's own thread, which may be waiting for this very socket.
        listener.trigger.pull_trigger(lambda listener=listener: wasyncore.dispatcher.close(listener))
    deadline = clock.monotonic() + seconds
    wait = threading.Event()
    while busy := sum(1 for each in _sockets(server) if isinstance(each, HTTPChannel) and _is_busy(each)):
        if clock.monotonic() > deadline:
            log.warning("Requests were cut off.", action="drain_cut", requests=busy)
            return False
        wait.wait(_LOOK_EVERY)
    return True


def _sockets(server: Any) -> Iterator[object]:
    yield from list((getattr(server, "map", None) or server._map).values())


def _is_busy(channel: Any) -> bool:
    """A request is being received, answered or written out; an idle kept-alive connection is not busy."""
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)
