"""Starts and stops the fake provider, on this machine's loopback address and nowhere else."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from gateway.clock import Clock, WallClock
from gateway.fake_provider.modes import Behaviour, Mode, Switch
from gateway.fake_provider.reports import Posted, Poster, Reporter
from gateway.fake_provider.routes import add_twilio_routes
from gateway.fake_provider.state import Provider
from gateway.fake_provider.steering import add_steering_routes
from gateway.fake_provider.telegram_routes import add_telegram_routes
from gateway.fake_provider.telegram_steering import add_telegram_steering_routes
from gateway.fake_provider.telegram_updates import PAUSES
from gateway.fake_provider.telegram_world import FakeTelegram
from gateway.fake_provider.texts import FakeText, Fate, TextBook
from handlers.twilio_settings import is_loopback

MAX_REQUEST_BYTES = 1024 * 1024


class FakeProvider:
    """A running fake of Twilio, and of Telegram. Use it as a context manager, or `start` and `stop` it.

    >>> with FakeProvider(account_sid="AC…", auth_token="…", bot_token="…") as provider:  # doctest: +SKIP
    ...     TwilioSettings(..., api_base=provider.url)
    ...     provider.telegram.person(7000001, "王某").write("路灯不亮了")
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        host: str = "127.0.0.1",
        port: int = 0,
        behaviour: Behaviour | None = None,
        webhook_url: str | None = None,
        signed_webhook_url: str | None = None,
        journal: Path | None = None,
        clock: Clock | None = None,
        bot_token: str | None = None,
        telegram_webhook_url: str | None = None,
        telegram_secret: str | None = None,
        telegram_pauses: Sequence[float] = PAUSES,
    ) -> None:
        """Bind the port (0 takes a free one) without answering yet.

        `webhook_url` is the gateway's webhook on this machine; `signed_webhook_url` the address by which the
        gateway believes to be called (its public URL), where that differs. `bot_token` makes it a Telegram
        too, see `FakeTelegram` for the rest of it. Raises ValueError for a host or webhook elsewhere, OSError
        when the port is taken or the journal cannot be written.
        """
        if not is_loopback(host):
            raise ValueError("the fake provider listens on this machine only: use 127.0.0.1")
        self._account_sid = account_sid
        self._clock = clock or WallClock()
        self._inbound_url = signed_webhook_url or webhook_url
        self._poster = Poster(auth_token, webhook_url)
        self._telegram = (
            FakeTelegram(
                token=bot_token,
                clock=self._clock,
                webhook_url=telegram_webhook_url,
                secret=telegram_secret,
                pauses=telegram_pauses,
            )
            if bot_token is not None
            else None
        )
        self._book = TextBook(journal)
        self._reporter = Reporter(account_sid, self._book, self._poster, self._clock)
        self._switch = Switch(behaviour or Behaviour())
        self._stopping = threading.Event()
        provider = Provider(
            account_sid=account_sid,
            auth_token=auth_token,
            inbound_url=self._inbound_url,
            book=self._book,
            switch=self._switch,
            poster=self._poster,
            reporter=self._reporter,
            clock=self._clock,
            stopping=self._stopping,
            telegram=self._telegram,
        )
        app = _create_app(provider)
        self._server: BaseWSGIServer = make_server(host, port, app, threaded=True, request_handler=_Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            name="fake-provider",
            kwargs={"poll_interval": 0.05},
            daemon=True,
        )

    @property
    def url(self) -> str:
        """Where it answers: the `api_base` of a Twilio or Telegram channel."""
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"http://{host}:{self._server.port}"

    @property
    def telegram(self) -> FakeTelegram:
        """The bot and its people. Raises RuntimeError when it was made without a `bot_token`."""
        if self._telegram is None:
            raise RuntimeError("the fake provider has no bot: give it a bot_token")
        return self._telegram

    def start(self) -> None:
        """Answer from now on."""
        self._reporter.start()
        if self._telegram is not None:
            self._telegram.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and reporting; what was not reported yet never is. Slow answers are cut short."""
        self._stopping.set()
        if self._telegram is not None:
            self._telegram.stop()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._reporter.stop()
        self._server.server_close()
        self._poster.close()
        self._book.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def behave(self, mode: Mode, **changes: Any) -> None:
        """Switch the mode and whatever else of `Behaviour` is named; the rest stays as it is."""
        self._switch.turn(replace(self._switch.behaviour, mode=mode, **changes))

    def texts(self) -> list[FakeText]:
        """Everything taken from the gateway, in order."""
        return [text for text in self._book.all() if text.direction != "inbound"]

    def posted(self) -> list[Posted]:
        """Every request to the gateway and its answer, in order."""
        return self._poster.posted()

    def wait_for_reports(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until all reports on the texts so far have been posted; False when that took longer."""
        return self._reporter.wait_until_idle(timeout_seconds)

    def hold_reports(self) -> None:
        """Leave every text queued, unreported, until `release_reports`."""
        self._reporter.hold()

    def release_reports(self) -> None:
        """Go on with what was held."""
        self._reporter.release()

    def set_number(self, number: str, *, opted_out: bool = False, fate: Fate | None = None) -> None:
        """Say what a phone does with texts."""
        self._book.set_opted_out(number, opted_out)
        self._book.set_fate(number, fate or Fate())


def _create_app(provider: Provider) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    # A page in this machine's browser must not reach the provider by a host name of its own (DNS rebinding).
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    add_twilio_routes(app, provider)
    add_steering_routes(app, provider)
    add_telegram_routes(app, provider)
    add_telegram_steering_routes(app, provider)
    return app


class _Handler(WSGIRequestHandler):
    """Writes no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the addresses of requests hold phone numbers and the bot's token."""

    def log_error(self, format: str, *args: object) -> None:
        """Say nothing: cut connections are what the provider is for."""


def run_fake_provider(
    *,
    port: int,
    account_sid: str,
    auth_token: str,
    mode: str = Mode.OK,
    seed: int = 0,
    webhook_url: str | None = None,
    signed_webhook_url: str | None = None,
    journal: Path | None = None,
    slow_seconds: float = 30.0,
    bot_token: str | None = None,
    telegram_webhook_url: str | None = None,
    telegram_secret: str | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Run until SIGINT or SIGTERM; for the main thread. Raises like `FakeProvider`."""
    provider = FakeProvider(
        account_sid=account_sid,
        auth_token=auth_token,
        port=port,
        behaviour=Behaviour(mode=Mode(mode), seed=seed, slow_seconds=slow_seconds),
        webhook_url=webhook_url,
        signed_webhook_url=signed_webhook_url,
        journal=journal,
        bot_token=bot_token,
        telegram_webhook_url=telegram_webhook_url,
        telegram_secret=telegram_secret,
    )
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    with provider:
        announce(f"fake provider: {provider.url} · mode {mode} · steer it with POST {provider.url}/fake/mode")
        end.wait()
