"""The routes of the training phones: the page, its state as JSON, and the clock that can be moved forward.

Registered in the sandbox only; everybody who reaches it may move the clock.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from gateway.engine import EngineStopped
from gateway.phones.chat_routes import SIMULATOR, add_chat_routes, seen_at
from gateway.phones.chats import Chats, grids_by_community, pins, usual_grid
from gateway.phones.moving import ClockMover, next_working_morning
from gateway.phones.people import MOST_PEOPLE, SCHEME, PhoneBook, wanted
from gateway.phones.same_origin import refusal
from gateway.phones.talk import Manner, as_utc, talks
from gateway.phones.words import LANGUAGES, language_of, script_words, words_in
from gateway.runtime import Runtime
from handlers.contract import WEBHOOK_PREFIX
from storage import bindings, phone_book
from storage.errors import DatabaseError

#: Nothing but our own files runs, and nothing is sent elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: Header with the business time; outside the body, so that the body's tag changes with the texts only.
_NOW = "Gridgate-Now"


def blueprint(runtime: Runtime) -> Blueprint:
    """/phones of one runtime. Raises TypeError when its clock cannot be moved."""
    phones = Blueprint(
        "phones", __name__, template_folder="templates", static_folder="static", static_url_path="/phones/static"
    )
    mover = ClockMover(runtime)
    own_hosts = {urlsplit(runtime.settings.public_url).netloc}
    add_chat_routes(phones, runtime, mover, own_hosts)

    @phones.after_request
    def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    @phones.errorhandler(DatabaseError)
    @phones.errorhandler(EngineStopped)
    def try_again(error: Exception) -> tuple[Response, int]:
        return jsonify(problem=str(error)), 503

    @phones.get("/phones")
    def page() -> str:
        return render_template("phones.html", **_page_values(runtime))

    @phones.get("/phones/state")
    def state() -> Response:
        response = jsonify(_state(runtime, mover))
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:24])
        response.headers[_NOW] = as_utc(runtime.clock.utcnow())
        response.make_conditional(request)
        return response

    @phones.post("/phones/clock")
    def move_clock() -> tuple[Response, int]:
        refused = refusal(request, own_hosts)
        if refused is not None:
            return jsonify(problem=refused), 403
        try:
            target = _target(runtime, mover, request.get_data())
            reached = target is None or mover.move_to(target)
        except ValueError as error:
            return jsonify(problem=str(error)), 400
        now = as_utc(runtime.clock.utcnow())
        return jsonify(now=now, until=as_utc(target) if target else None, reached=reached), 200

    return phones


def _page_values(runtime: Runtime) -> dict[str, Any]:
    registry = runtime.engine.city.registry
    language = _language(runtime)
    with runtime.database.reading() as connection:
        owners = phone_book.owners(connection, runtime.keyring, SCHEME, limit=MOST_PEOPLE)
    book = PhoneBook(registry, owners, language)
    names, asked = wanted(request.args.getlist("phone")) or book.usual(), _asked()
    other = next(each for each in LANGUAGES if each != language)
    return {
        "lang": language,
        "words": words_in(language),
        "city": registry.name_of(registry.district_office.area, language),
        "phones": [
            {
                "phone": book.phone(name),
                "without": _link(language, [n for n in names if n != name], asked),
                "is_chat": name in asked or book.phone(name).chat,
                "toggle": _link(language, names, [n for n in asked if n != name] + [name] * (name not in asked)),
            }
            for name in names
        ],
        "asked": asked,
        "suggestions": [phone for phone in book.suggestions() if phone.name not in names],
        "other_language": (other, _link(other, names, asked)),
        "simulator": SIMULATOR in runtime.roads.channels,
        "grids": grids_by_community(registry, language),
        "usual_grid": usual_grid(registry),
        "pins": pins(registry, language),
        "config": {
            "state": f"{url_for('phones.state')}?{_query(language, names, asked)}",
            "clock": url_for("phones.move_clock"),
            "gridman": url_for("phones.add_gridman"),
            "texts": f"{WEBHOOK_PREFIX}{SIMULATOR}",
            "zone": runtime.engine.city.book.calendar.zone,
            "language": language,
            "nowHeader": _NOW,
            "words": script_words(language),
        },
    }


def _state(runtime: Runtime, mover: ClockMover) -> dict[str, Any]:
    city = runtime.engine.city
    manner = Manner(
        zone=ZoneInfo(city.book.calendar.zone),
        language=_language(runtime),
        seen_at=lambda photo: seen_at(runtime, photo),
    )
    coming = mover.next_event()
    names = wanted(request.args.getlist("phone"))
    with runtime.database.reading() as connection:
        on_duty = {duty.contact for duty in bindings.on_duty(connection)}
        shown = talks(connection, runtime.keyring, names, manner, Chats(city.registry, _asked(), on_duty))
    return {"next_event": as_utc(coming) if coming else None, "phones": shown}


def _asked() -> list[str]:
    """Phones that the visitor wants to see as chats."""
    return wanted(request.args.getlist("chat"))


def _language(runtime: Runtime) -> str:
    accepted = request.accept_languages.best_match(LANGUAGES)
    return language_of(request.args.get("lang"), accepted, runtime.engine.city.book.languages)


def _link(language: str, names: list[str], asked: list[str]) -> str:
    return f"{url_for('phones.page')}?{_query(language, names, asked)}"


def _query(language: str, names: list[str], asked: list[str]) -> str:
    chats = (("chat", name) for name in asked if name in names)
    return urlencode([("lang", language), *(("phone", name) for name in names), *chats])


def _target(runtime: Runtime, mover: ClockMover, body: bytes) -> datetime | None:
    """How far to move: {"minutes": 3}, {"to": "next_event" | "next_working_morning"} or {"until": moment}.

    None when nothing is waited for. Raises ValueError with a sentence for everything else.
    """
    wish = json.loads(body)
    now = runtime.clock.utcnow()
    match wish:
        case {"minutes": int(minutes)} if len(wish) == 1 and not isinstance(minutes, bool):
            return now + timedelta(minutes=min(max(minutes, -1), 10**6))
        case {"to": "next_event"} if len(wish) == 1:
            coming = mover.next_event()
            return None if coming is None else max(coming, now)
        case {"to": "next_working_morning"} if len(wish) == 1:
            return next_working_morning(runtime.engine.city.book.calendar, now)
        case {"until": str(text)} if len(wish) == 1:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("a moment needs a time zone")
            return moment
    raise ValueError("say minutes, to (next_event, next_working_morning) or until")
