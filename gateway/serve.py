"""Runs web server, engine, dispatcher and heartbeat in one process, and stops them without cutting anybody off."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click
from waitress.server import create_server

from gateway.app import create_app
from gateway.config import Settings
from gateway.runtime import Runtime

#: Seconds that requests under way may take after SIGTERM.
DRAIN_SECONDS = 10

#: Stalled clients must not lock everybody else out; waitress allows 100.
_CONNECTIONS = 1000


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then drain. Raises what ``Runtime.open`` raises."""
    runtime = Runtime.open(settings)
    app = create_app(runtime)
    server = create_server(
        app,
        host=settings.listen.host,
        port=settings.listen.port,
        threads=settings.threads,
        connection_limit=_CONNECTIONS,
        ident=None,
    )
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    runtime.start()
    web = threading.Thread(target=server.run, name="web", daemon=True)
    web.start()
    click.echo(f"gridgate serves {settings.city} on http://{settings.listen.host}:{settings.listen.port}")
    stop.wait()
    server.task_dispatcher.shutdown(cancel_pending=False, timeout=DRAIN_SECONDS)
    server.close()
    runtime.stop()
