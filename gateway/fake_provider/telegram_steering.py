"""The routes under /fake/telegram by which operators and pages play people; what they do not know they refuse.

`GET people`, `people/<id>`, `log`, `photo/<file id>` · `POST people {id, name}`, `people/<id>/<act> {…}`,
`groups {id, title}`, `groups/<id>/migrate {to}`, `limits {enforce}`, `retry {}`. Every POST takes JSON only:
no foreign page can post it. Whether a bot is configured or not, the token is never shown.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from gateway.fake_provider.state import Provider
from gateway.fake_provider.telegram_parameters import MAX_REQUEST_BYTES
from gateway.fake_provider.telegram_people import Person
from gateway.fake_provider.telegram_wire import api_answer
from gateway.fake_provider.telegram_world import FakeTelegram


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something a person can be told to do: the method of `Person`, and the kinds of its JSON fields."""

    method: str
    needed: Mapping[str, str]
    optional: Mapping[str, str]


def _act(method: str, needed: Mapping[str, str] | None = None, **optional: str) -> Act:
    return Act(method=method, needed=needed or {}, optional=optional)


_PLACE = {"latitude": "number", "longitude": "number"}
#: By the last part of the address.
ACTS: Mapping[str, Act] = {
    "start": _act("start", argument="text"),
    "write": _act("write", {"text": "text"}, chat_id="integer"),
    "reply": _act("reply", {"message_id": "integer", "text": "text"}, chat_id="integer"),
    "edit": _act("edit", {"message_id": "integer", "text": "text"}, chat_id="integer"),
    "photo": _act("send_photo", {"photos": "photos"}, caption="text", chat_id="integer"),
    "pin": _act("pin", _PLACE, accuracy="number"),
    "live": _act("start_live", _PLACE, live_period="integer", accuracy="number"),
    "move": _act("move_live", {"message_id": "integer", **_PLACE}, accuracy="number"),
    "stop": _act("stop_live", {"message_id": "integer"}),
    "forward": _act("forward", text="text", of="person", photo="photo", chat_id="integer"),
    "press": _act("press", {"label": "text"}, message_id="integer", chat_id="integer"),
    "press-data": _act("press_data", {"message_id": "integer", "data": "text"}, chat_id="integer"),
    "block": _act("block"),
    "unblock": _act("unblock"),
}
_WORDS = {
    "text": "a text",
    "integer": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "person": "the id of a person who is known",
    "photo": "a photo in base64",
    "photos": "a list of photos in base64",
}


def add_telegram_steering_routes(app: Flask, provider: Provider) -> None:
    """Give an application the routes that play people. Every path answers 404 without a bot."""
    routes: tuple[tuple[str, str, Callable[..., object]], ...] = (
        ("GET", "people", _people),
        ("POST", "people", _new_person),
        ("GET", "people/<int:person_id>", _show_person),
        ("POST", "people/<int:person_id>/<act>", _do),
        ("POST", "groups", _new_group),
        ("POST", "groups/<int(signed=True):group_id>/migrate", _migrate),
        ("POST", "limits", _limits),
        ("POST", "retry", _retry),
        ("GET", "log", _log),
        ("GET", "photo/<file_id>", _photo),
    )
    for method, path, answer in routes:
        app.add_url_rule(
            f"/fake/telegram/{path}",
            endpoint=f"telegram {method} {path}",
            view_func=_route(provider, answer),
            methods=[method],
        )


def _route(provider: Provider, answer: Callable[..., object]) -> Callable[..., Response]:
    def view(**arguments: Any) -> Response:
        request.max_content_length = MAX_REQUEST_BYTES
        if provider.telegram is None:
            return api_answer({"error": "no bot is configured"}, 404)
        body = {"body": request.get_json()} if request.method == "POST" else {}
        try:
            value = answer(provider.telegram, **arguments, **body)
        except (LookupError, ValueError) as problem:
            raise BadRequest(str(problem.args[0]) if problem.args else str(problem)) from None
        return value if isinstance(value, Response) else api_answer(value)

    return view


def _people(telegram: FakeTelegram) -> object:
    return {"people": [_summary(person) for person in telegram.people()]}


def _new_person(telegram: FakeTelegram, body: Any) -> object:
    names = {"last_name": "text", "username": "text", "language_code": "text"}
    given = _fields(telegram, body, {"id": "integer", "name": "text"}, names)
    return _summary(telegram.person(given.pop("id"), given.pop("name"), **given))


def _show_person(telegram: FakeTelegram, person_id: int) -> object:
    """What the person sees in the private chat, and what flashed up."""
    person = telegram.person(person_id)
    with telegram.book.lock:
        shown = []
        for seen in person.messages():
            message = telegram.book.message(person_id, seen.message_id)
            photo = message.photo[-1] if message is not None and message.photo else None
            fields = asdict(seen) | {"photo": None if photo is None else f"/fake/telegram/photo/{photo}"}
            shown.append(fields)
        return {**_summary(person), "messages": shown, "toasts": [asdict(toast) for toast in person.toasts()]}


def _do(telegram: FakeTelegram, person_id: int, act: str, body: Any) -> object:
    """Let a person do one of `ACTS`. The result is a message's number, several for an album, a press's id, or null."""
    person = telegram.person(person_id)
    if act not in ACTS:
        raise BadRequest(f"{act!r} is not known; there are {', '.join(ACTS)}")
    given = _fields(telegram, body, ACTS[act].needed, ACTS[act].optional)
    photos = given.pop("photos", ())
    return {"result": getattr(person, ACTS[act].method)(*photos, **given)}


def _new_group(telegram: FakeTelegram, body: Any) -> object:
    given = _fields(telegram, body, {"id": "integer", "title": "text"}, {})
    return {"id": telegram.group(given["id"], given["title"]).id}


def _migrate(telegram: FakeTelegram, group_id: int, body: Any) -> object:
    group = telegram.group(group_id)
    group.migrate(_fields(telegram, body, {"to": "integer"}, {})["to"])
    return {"id": group.id}


def _limits(telegram: FakeTelegram, body: Any) -> object:
    telegram.enforce_limits(_fields(telegram, body, {"enforce": "flag"}, {})["enforce"])
    return {"enforced": telegram.limits.enforced}


def _retry(telegram: FakeTelegram, body: Any) -> object:
    _fields(telegram, body, {}, {})
    telegram.retry_now()
    return {"pending": len(telegram.pending())}


def _log(telegram: FakeTelegram) -> object:
    """Every request of the bot, every try to deliver an update, and what is still to be delivered."""
    requests = [asdict(logged) | {"at": logged.at.isoformat()} for logged in telegram.requests()]
    return {
        "requests": requests,
        "deliveries": [asdict(posted) for posted in telegram.posted()],
        "pending": [update["update_id"] for update in telegram.pending()],
        "webhook": telegram.updates.webhook_info(),
        "limits_enforced": telegram.limits.enforced,
    }


def _photo(telegram: FakeTelegram, file_id: str) -> Response:
    file = telegram.book.files.get(file_id)
    if file is None:
        raise NotFound
    # Whatever a person sent as a photo, no browser takes it for a page.
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Response(file.data, content_type="image/jpeg", headers=headers)


def _summary(person: Person) -> dict[str, object]:
    return {"id": person.id, "name": person.name, "blocked": person.blocked}


def _fields(
    telegram: FakeTelegram, body: Any, needed: Mapping[str, str], optional: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of a posted object, read by their kinds. Raises BadRequest with a sentence."""
    known = {**needed, **optional}
    if not isinstance(body, dict):
        raise BadRequest("post one JSON object")
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise BadRequest(f"{unknown[0]!r} is not known; there are {', '.join(sorted(known)) or 'no fields'}")
    missing = sorted(name for name in needed if body.get(name) is None)
    if missing:
        raise BadRequest(f"{missing[0]} is missing: it is {_WORDS[needed[missing[0]]]}")
    return {name: _read(telegram, name, known[name], value) for name, value in body.items() if value is not None}


def _read(telegram: FakeTelegram, name: str, kind: str, value: Any) -> Any:
    if kind == "person" and _is("integer", value):
        return telegram.person(value)
    if kind == "photo" and isinstance(value, str):
        return _decoded(name, value)
    if kind == "photos" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(_decoded(name, one) for one in value)
    if not _is(kind, value):
        raise BadRequest(f"{name} must be {_WORDS[kind]}")
    return value


def _is(kind: str, value: Any) -> bool:
    kinds: Mapping[str, tuple[type, ...]] = {"text": (str,), "integer": (int,), "number": (int, float), "flag": (bool,)}
    return isinstance(value, kinds.get(kind, ())) and (kind == "flag" or not isinstance(value, bool))


def _decoded(name: str, value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{name} must be {_WORDS['photo']}") from None
