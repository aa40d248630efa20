"""The gateway and the fake provider, each in a process of its own on loopback, started, killed and asked to stop.

The processes are forked from a small server that has the code in memory but runs none of it: a restart then takes
a fraction of a second, and what runs is `gridgate serve` from its command line on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import requests

from gateway.fake_provider.server import run_fake_provider
from tests.faults.city import ACCOUNT, TOKEN

#: How long anything that was started may take until it answers, in seconds.
PATIENCE = 60.0
#: Between two looks at a condition.
_LOOK_AGAIN = 0.02


class TookTooLong(Exception):
    """A condition did not come true in time."""

    def __init__(self, condition: str, seconds: float) -> None:
        super().__init__(f"{self.__doc__} ({condition}: {seconds:.0f} s)")


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE, pause: float = _LOOK_AGAIN) -> None:
    """Look at a condition again and again. Raises TookTooLong."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TookTooLong(what, seconds)
        time.sleep(pause)


def free_port() -> int:
    """A port on loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def forks() -> ForkServerContext:
    """Where processes come from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["gateway.cli", "gateway.serve", "handlers.twilio_sms", "tests.faults.processes"])
    return context


class Provider:
    """The fake provider in a process of its own, with a journal of what it took."""

    def __init__(self, context: ForkServerContext, folder: Path, *, seed: int) -> None:
        self.journal = folder / "journal.jsonl"
        here, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_provide, args=(there, self.journal, folder / "provider.log"))
        self._process.start()
        if not here.poll(PATIENCE):
            raise TookTooLong("the fake provider answers", PATIENCE)
        self.url: str = here.recv()
        self.behave({"mode": "mixed", "seed": seed, "retry_after_seconds": 1})

    def behave(self, changes: dict[str, str | int]) -> None:
        """Switch how it behaves, see `gateway.fake_provider`."""
        requests.post(f"{self.url}/fake/mode", json=changes, timeout=PATIENCE).raise_for_status()

    def stop(self) -> None:
        _end(self._process)


class Gateway:
    """`gridgate serve` with a configuration, started and killed as often as one likes."""

    def __init__(self, context: ForkServerContext, config: Path, port: int) -> None:
        self._context = context
        self._config = config
        self.log = config.with_name("gateway.log")
        self._port = port
        self._process: ForkServerProcess | None = None
        self._session = requests.Session()

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/webhooks/twilio_sms"

    def initialise(self) -> None:
        """`gridgate init`. Raises RuntimeError when it fails."""
        process = self._fork("init")
        process.join(PATIENCE)
        if process.exitcode != 0:
            raise RuntimeError(f"gridgate init failed: {self._end_of_log()}")

    def start(self) -> None:
        """Start a process; it does not answer yet."""
        self._process = self._fork("serve")

    def wait_until_ready(self) -> None:
        """Wait until it answers. Raises RuntimeError when it has ended instead, TookTooLong."""
        wait_until(self._answers, "the gateway answers")

    def kill(self) -> None:
        """kill -9, and wait until the process is gone."""
        assert self._process is not None
        assert self._process.pid is not None
        if self._process.exitcode is not None:
            raise RuntimeError(f"the gateway ended by itself: {self._end_of_log()}")
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()
        self._process = None

    def stop(self) -> int | None:
        """Ask it to stop. Returns its exit code; None when it had to be killed or did not run."""
        if self._process is None:
            return None
        code = _end(self._process)
        self._process = None
        return code

    def _fork(self, command: str) -> ForkServerProcess:
        process = self._context.Process(target=_gridgate, args=(self._config, self.log, command))
        process.start()
        return process

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.exitcode is not None:
            raise RuntimeError(f"the gateway ended by itself: {self._end_of_log()}")
        try:
            return self._session.get(f"http://127.0.0.1:{self._port}/healthz", timeout=1).ok
        except requests.RequestException:
            return False

    def _end_of_log(self) -> str:
        return self.log.read_text("utf-8", "replace")[-2000:] if self.log.exists() else "no log"


def _end(process: ForkServerProcess) -> int | None:
    process.terminate()
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    return process.exitcode


def _gridgate(config: Path, log: Path, command: str) -> None:
    """The command line in a fresh process."""
    from gateway.cli import commands

    _write_to(log)
    commands.main(["--config", str(config), command], prog_name="gridgate")


def _provide(tell: Connection, journal: Path, log: Path) -> None:
    """The fake provider in a fresh process; tells its address once it answers."""
    _write_to(log)
    run_fake_provider(
        port=0,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        journal=journal,
        announce=lambda line: tell.send(next(word for word in line.split() if word.startswith("http://"))),
    )


def _write_to(log: Path) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
