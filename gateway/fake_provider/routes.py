"""Twilio's own routes under /2010-04-01, written by its documents and not by our handler.

They answer whoever knows the account's token, from this machine.
"""

from __future__ import annotations

import hmac
import re
import socket
from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from urllib.parse import urlencode

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from gateway.fake_provider.garbage import GARBAGE_KINDS, garbage
from gateway.fake_provider.modes import REFUSING, LookupMode, Mode
from gateway.fake_provider.state import Provider
from gateway.fake_provider.wire import (
    API_VERSION,
    MAGIC_RECIPIENTS,
    MAGIC_SENDERS,
    as_answer,
    error,
    text_page,
    text_resource,
)

MAX_BODY_CHARACTERS = 1600

_PHONE = re.compile(r"(whatsapp:)?\+[0-9]{6,15}|[0-9]{3,20}")


def add_twilio_routes(app: Flask, provider: Provider) -> None:
    """Give an application the routes of one account."""
    account = f"/{API_VERSION}/Accounts/<account_sid>"

    def authenticated(answer: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(answer)
        def check(account_sid: str, **arguments: str) -> Response:
            return _turned_away(provider, account_sid) or answer(**arguments)

        return check

    @app.post(f"{account}/Messages.json")
    @authenticated
    def send() -> Response:
        return _answer_send(provider, request.form)

    @app.get(f"{account}/Messages.json")
    @authenticated
    def list_texts() -> Response:
        return _broken_lookup(provider) or _answer_list(provider, request.args)

    @app.get(f"{account}/Messages/<sid>.json")
    @authenticated
    def one_text(sid: str) -> Response:
        text = provider.book.get(sid)
        broken = _broken_lookup(provider)
        if broken or text is None:
            return broken or as_answer(error(20404, 404), 404)
        return as_answer(text_resource(provider.account_sid, text))


def _turned_away(provider: Provider, account_sid: str) -> Response | None:
    given = request.authorization
    if (
        given is None
        or given.type != "basic"
        or not same(given.username, provider.account_sid)
        or not same(given.password, provider.auth_token)
    ):
        return as_answer(error(20003, 401), 401)
    return None if account_sid == provider.account_sid else as_answer(error(20404, 404), 404)


def _answer_send(provider: Provider, form: Mapping[str, str]) -> Response:
    mode = provider.switch.draw()
    if mode in REFUSING:
        return _refuse(provider, mode)
    code = _refusal_code(provider, form)
    if code is not None:
        return as_answer(error(code, 400), 400)
    text = provider.book.take(
        to=form["To"],
        from_=form["From"],
        body=form["Body"],
        status_callback=form.get("StatusCallback", ""),
        at=provider.clock.utcnow(),
    )
    provider.reporter.follow(text, mode)
    if mode is Mode.LOST_ANSWER:
        return cut_the_line()
    if mode is Mode.GARBAGE:
        return garbage(provider.switch.choose(GARBAGE_KINDS))
    if mode is Mode.SLOW:
        provider.stopping.wait(provider.switch.behaviour.slow_seconds)
    return as_answer(text_resource(provider.account_sid, text), 201)


def _refusal_code(provider: Provider, form: Mapping[str, str]) -> int | None:
    """The code that Twilio refuses a send with, in the order in which it looks."""
    to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    checks = (
        (not to, 21604),
        (not from_, 21603),
        (from_ in MAGIC_SENDERS, MAGIC_SENDERS.get(from_)),
        (not body, 21602),
        (len(body) > MAX_BODY_CHARACTERS, 21617),
        (not _PHONE.fullmatch(to), 21211),
        (to in MAGIC_RECIPIENTS, MAGIC_RECIPIENTS.get(to)),
        (provider.book.is_opted_out(to), 21610),
    )
    return next((code for failed, code in checks if failed), None)


def _refuse(provider: Provider, mode: Mode) -> Response:
    behaviour = provider.switch.behaviour
    if mode is Mode.TOO_MANY:
        answer = as_answer(error(20429, 429), 429)
        answer.headers["Retry-After"] = str(behaviour.retry_after_seconds)
        return answer
    if mode is Mode.UNAVAILABLE:
        return as_answer(error(20503, 503), 503)
    if mode is Mode.TIMEOUT:
        provider.stopping.wait(behaviour.slow_seconds)
        return as_answer(error(20500, 504), 504)
    return as_answer(error(20500, 500), 500)


def _answer_list(provider: Provider, args: Mapping[str, str]) -> Response:
    filters = {name: args[name] for name in ("To", "From", "DateSent>", "DateSent<") if args.get(name)}
    texts = provider.book.newest_first(
        to=filters.get("To"),
        from_=filters.get("From"),
        sent_from=_day(filters.get("DateSent>")),
        sent_until=_day(filters.get("DateSent<")),
    )
    page = _whole(args.get("Page"), default=0, most=1_000_000)
    page_size = max(1, _whole(args.get("PageSize"), default=50, most=1000))
    return as_answer(text_page(provider.account_sid, texts, page=page, page_size=page_size, query=urlencode(filters)))


def _broken_lookup(provider: Provider) -> Response | None:
    behaviour = provider.switch.behaviour
    if behaviour.lookups is LookupMode.OK:
        return None
    if behaviour.lookups is LookupMode.TIMEOUT:
        provider.stopping.wait(behaviour.slow_seconds)
    return as_answer(error(20500, 500), 500)


def cut_the_line() -> Response:
    """Close the connection under the server's feet: the client sees it end without an answer."""
    connection = request.environ["werkzeug.socket"]
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The client was quicker; the answer is lost all the same.
        pass
    return Response(b"", 200)


def same(given: str | None, wanted: str) -> bool:
    """Whether somebody gave the right secret; takes as long for a wrong one."""
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), wanted.encode("utf-8"))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise BadRequest("a date is written YYYY-MM-DD") from None


def _whole(text: str | None, *, default: int, most: int) -> int:
    return min(int(text), most) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
