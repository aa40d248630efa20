"""A running gateway with simulated phones beside a fake Telegram, for stories that go over HTTP both ways.

Everything is real but the people: the runtime with its threads, the bot's library, the webhook on loopback. Business
time goes on like the wall's and can be moved ahead; nothing here sleeps, it looks until a condition is true.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from gateway.app import create_app
from gateway.clock import OffsetClock, WallClock
from gateway.fake_provider import FakeProvider, LoggedRequest, Person, Seen
from gateway.items import Invited, InviteGridman
from gateway.runtime import Runtime
from routing_rules.cases import Case
from routing_rules.messages import Address
from storage import cases, models
from tests.sandbox import START, RunningClock, Trainee, set_up, settings_of

T = TypeVar("T")

ACCOUNT, AUTH = "AC" + "a" * 32, "a-token-for-tests"
BOT_TOKEN = "1000001:a-bot-token-for-tests-only"
SECRET = "a-secret-of-the-webhook-for-tests"
#: How long anything may take that a story waits for, in real seconds.
PATIENCE = 15.0
_LOOK_AGAIN = 0.05
_CHANNEL = "telegram_bot"

_wall = WallClock()
_never = threading.Event()


def wait_until(condition: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Look at a condition again and again; returns what it found. Fails with `what` when that took longer."""
    give_up = _wall.monotonic() + seconds
    while not (found := condition()):
        if _wall.monotonic() > give_up:
            raise AssertionError(f"after {seconds:g} seconds still not true: {what}")
        _never.wait(_LOOK_AGAIN)
    return found


class ChatCity:
    """Dinghai on a Tuesday morning, with a bot."""

    def __init__(self, runtime: Runtime, provider: FakeProvider, clock: OffsetClock) -> None:
        self.runtime = runtime
        self.provider = provider
        self.telegram = provider.telegram
        #: The simulated phones of residents and staff.
        self.phones = Trainee(runtime)
        self._clock = clock

    # -- people of the chat -----------------------------------------------------------------------------------

    def gridman(
        self, number: int, name: str, *offices: str, phone: str | None = None, cover: bool = False, duty: bool = True
    ) -> Person:
        """Somebody who used his invite, and is on duty unless he shall not be."""
        person = self.telegram.person(number, name)
        person.start(self.invite(name, *offices, phone=phone, cover=cover))
        self.hears(person, "已绑定")
        if duty:
            person.write("/duty on")
            self.hears(person, "已上岗")
        return person

    def invite(self, name: str, *offices: str, phone: str | None = None, cover: bool = False) -> str:
        """The code of an invite, as the operator's command prints it."""
        item = InviteGridman(
            name=name,
            offices=offices,
            cover=cover,
            language="zh",
            phone=Address.parse(phone) if phone else None,
            operator="test",
        )
        invited: Invited = self.runtime.engine.do(item)
        return invited.code

    def hears(self, person: Person, words: str, *, after: int = 0) -> Seen:
        """Wait for a message of the bot that holds the words, and has a number beyond `after`; the newest one."""
        return wait_until(
            lambda: next(
                (seen for seen in reversed(person.received()) if words in seen.text and seen.message_id > after), None
            ),
            f"{person.name} hears {words!r}",
        )

    def presses(self, person: Person, label: str, *, notice: str = "", message_id: int | None = None) -> None:
        """Press a button and wait until the press is answered (with the notice)."""
        press = person.press(label, message_id=message_id)
        toast = wait_until(
            lambda: next((toast for toast in person.toasts() if toast.press == press), None),
            f"the press of {label} is answered",
        )
        assert notice in toast.text

    def loses_buttons(self, person: Person, message: Seen) -> None:
        """Wait until the buttons under a message are gone."""
        wait_until(lambda: self.now(person, message).buttons == (), f"the buttons under {message.text!r} go away")

    def now(self, person: Person, message: Seen) -> Seen:
        """A message as it stands now."""
        return next(seen for seen in person.messages() if seen.message_id == message.message_id)

    # -- simulated phones -------------------------------------------------------------------------------------

    def gets(self, phone: str, words: str) -> str:
        """Wait for a text to a simulated phone that holds the words; the newest one."""
        return wait_until(
            lambda: next((text for text in reversed(self.phones.texts(phone)) if words in text), None),
            f"{phone} gets {words!r}",
        )

    def orders(self, phone: str, containing: str, command: str) -> None:
        """Wait for a task on a phone and answer it with its code and a command."""
        self.gets(phone, containing)
        self.phones.text(phone, f"{self.phones.code(phone, containing)}{command}")

    # -- looking ----------------------------------------------------------------------------------------------

    def case(self, number: int = 1042) -> Case:
        with self.runtime.database.reading() as connection:
            return cases.load(connection, [number])[number]

    def photos(self) -> list[Any]:
        """The rows of photos, oldest first."""
        with self.runtime.database.reading() as connection:
            return list(
                connection.execute(select(models.photo).order_by(models.photo.c.received_at, models.photo.c.id))
            )

    def acts(self) -> list[LoggedRequest]:
        """What the bot did that people see, in the order of the answers."""
        return [one for one in self.telegram.requests() if one.method in ACTS]

    def pass_time(self, **duration: float) -> None:
        """Let business time pass, as `timedelta` takes it; what is due is found by the next heartbeat."""
        self._clock.advance_to(self._clock.utcnow() + timedelta(**duration) + timedelta(milliseconds=1))


#: Methods whose effect people see.
ACTS = ("sendMessage", "sendPhoto", "editMessageReplyMarkup", "answerCallbackQuery")


@contextmanager
def running_city(url: str, folder: Path, *, webhook: bool) -> Iterator[ChatCity]:
    """Start everything, in the order in which it finds each other, and stop it."""
    clock = OffsetClock(RunningClock(START))
    with (
        FakeProvider(
            account_sid=ACCOUNT, auth_token=AUTH, bot_token=BOT_TOKEN, clock=clock, telegram_pauses=(0.1,)
        ) as provider,
        _web() as (address, serve),
    ):
        settings = settings_of(
            url,
            folder,
            public_url=address,
            photos_folder=folder / "photos",
            heartbeat_seconds=0.2,
            channels={
                "simulator": {"enabled": True},
                _CHANNEL: {
                    "enabled": True,
                    "token": BOT_TOKEN,
                    "webhook": webhook,
                    "secret_token": SECRET,
                    "api_base": provider.url,
                    "timeout_seconds": 5,
                },
            },
            sending={"backoff_seconds": 1, "backoff_cap_seconds": 2},
        )
        set_up(settings)
        runtime = Runtime.open(settings, clock=clock)
        serve(create_app(runtime))
        runtime.start()
        try:
            yield ChatCity(runtime, provider, clock)
        finally:
            runtime.stop()


class _Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def _web() -> Iterator[tuple[str, Callable[[Flask], None]]]:
    """A web server whose address is known before the application is there; its address, and how to give it one."""
    app: list[Flask] = []

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if app:
            return app[0](environ, start_response)
        start_response("503 Service Unavailable", [])
        return [b""]

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="gateway-web")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", app.append
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pixels_only(file: Path) -> bool:
    """Whether a kept photo has no metadata left."""
    with Image.open(io.BytesIO(file.read_bytes())) as image:
        image.load()
        return not image.getexif() and "exif" not in image.info
