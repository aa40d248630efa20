"""The Bot API's own routes, written by its documents and not by our handler: /bot<token>/… and /file/bot<token>/….

They answer whoever knows the token, from this machine; whatever goes wrong has the Bot API's form.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from gateway.fake_provider.garbage import GARBAGE_KINDS, garbage
from gateway.fake_provider.modes import REFUSING, Mode
from gateway.fake_provider.routes import cut_the_line, same
from gateway.fake_provider.state import Provider
from gateway.fake_provider.telegram_methods import METHODS, Method, chat_of
from gateway.fake_provider.telegram_parameters import Parameters, not_found, parameters_of
from gateway.fake_provider.telegram_wire import Refused, api_answer, too_many
from gateway.fake_provider.telegram_world import FakeTelegram, LoggedRequest

#: All, so that one that is not allowed is refused in the Bot API's form too.
_HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def add_telegram_routes(app: Flask, provider: Provider) -> None:
    """Give an application the routes of one bot; without a bot every token is a wrong one."""

    @app.route("/bot<path:rest>", methods=_HTTP_METHODS, provide_automatic_options=False)
    def call_method(rest: str) -> Response:
        token, _, name = rest.partition("/")
        return _in_its_form(lambda: _call(provider, _telegram(provider, token), name))

    @app.route("/file/bot<path:rest>", methods=_HTTP_METHODS, provide_automatic_options=False)
    def serve_file(rest: str) -> Response:
        token, _, path = rest.partition("/")
        return _in_its_form(lambda: _file(_telegram(provider, token), path))


def _in_its_form(answer: Callable[[], Response]) -> Response:
    try:
        if request.method not in ("GET", "HEAD", "POST"):
            raise Refused(405, "Method Not Allowed")
        return answer()
    except Refused as refused:
        return refused.answer()
    except HTTPException as problem:
        return _as_refused(problem).answer()


def _as_refused(problem: HTTPException) -> Refused:
    code = problem.code or 500
    name = "Request Entity Too Large" if code == 413 else problem.name
    return Refused(code, name)


def _telegram(provider: Provider, token: str) -> FakeTelegram:
    if provider.telegram is None or not same(token, provider.telegram.token):
        raise Refused(401, "Unauthorized")
    return provider.telegram


def _file(telegram: FakeTelegram, path: str) -> Response:
    file = telegram.book.files.at(path)
    if file is None:
        raise Refused(404, "Not Found")
    return Response(file.data, content_type="application/octet-stream")


def _call(provider: Provider, telegram: FakeTelegram, name: str) -> Response:
    """Run a method and log it, whatever comes of it."""
    at, monotonic = telegram.clock.utcnow(), telegram.clock.monotonic()
    method = METHODS.get(name.lower())
    chat: str | None = None

    def log(refused: Refused | None) -> None:
        telegram.log(
            LoggedRequest(
                at=at,
                monotonic=monotonic,
                method=name if method is None else method.name,
                chat=chat,
                ok=refused is None,
                code=200 if refused is None else refused.code,
                description="" if refused is None else refused.description,
            )
        )

    try:
        given = parameters_of(request)
        chat = chat_of(telegram, given)
        telegram.limits.check_hold()
        if method is None:
            raise not_found()
        mode = provider.switch.draw() if method.acts else Mode.OK
        if mode in REFUSING:
            raise _refusal(provider, mode)
        if method.sends:
            telegram.limits.count(chat or "", provider.switch.behaviour.retry_after_seconds)
        result = _run(telegram, method, given)
    except Refused as refused:
        log(refused)
        raise
    except HTTPException as problem:
        broken = _as_refused(problem)
        log(broken)
        raise broken from None
    log(None)
    return _answer(provider, mode, result)


def _run(telegram: FakeTelegram, method: Method, given: Parameters) -> object:
    """What people see changes in one step; a poll waits and must not hold them up."""
    if not method.acts:
        return method.run(telegram, given)
    with telegram.book.lock:
        return method.run(telegram, given)


def _refusal(provider: Provider, mode: Mode) -> Refused:
    behaviour = provider.switch.behaviour
    if mode is Mode.TOO_MANY:
        return too_many(behaviour.retry_after_seconds)
    if mode is Mode.UNAVAILABLE:
        return Refused(503, "Service Unavailable")
    if mode is Mode.TIMEOUT:
        provider.stopping.wait(behaviour.slow_seconds)
        return Refused(504, "Gateway Timeout")
    return Refused(500, "Internal Server Error")


def _answer(provider: Provider, mode: Mode, result: object) -> Response:
    """What the bot hears of something done. Modes about delivery reports mean nothing here: there are none."""
    if mode is Mode.LOST_ANSWER:
        return cut_the_line()
    if mode is Mode.GARBAGE:
        return garbage(provider.switch.choose(GARBAGE_KINDS))
    if mode is Mode.SLOW:
        provider.stopping.wait(provider.switch.behaviour.slow_seconds)
    return api_answer({"ok": True, "result": result})
