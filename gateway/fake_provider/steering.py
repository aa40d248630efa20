"""The routes under /fake that steer and show the fake provider; what they do not know they refuse."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from gateway.fake_provider.modes import Behaviour, LookupMode, Mode
from gateway.fake_provider.state import Provider
from gateway.fake_provider.texts import FakeText, Fate, as_json, new_sid
from gateway.fake_provider.wire import as_answer
from routing_rules.segments import count_segments

#: Twilio's default words; the whole text, whatever its case.
#: https://help.twilio.com/articles/223134027-Twilio-support-for-opt-out-keywords-SMS-STOP-filtering-
OPT_OUT_WORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
_NUMBER = re.compile(r"(whatsapp:)?\+[0-9]{6,15}|[0-9]{3,20}")
_SID = re.compile(r"SM[0-9a-f]{32}")
MAX_MEDIA = 10


def add_steering_routes(app: Flask, provider: Provider) -> None:
    """Give an application the routes that steer it. They take JSON only: no foreign page can post it."""

    @app.get("/fake/log")
    def log() -> Response:
        posted = provider.poster.posted()
        reports = [{"sid": one.sid, "status": one.status, "answer": one.answer} for one in posted]
        return as_answer({"texts": as_json(provider.book.all()), "reports": reports})

    @app.get("/fake/mode")
    def show_mode() -> Response:
        return as_answer(asdict(provider.switch.behaviour))

    @app.post("/fake/mode")
    def set_mode() -> Response:
        provider.switch.turn(behaviour_from(provider.switch.behaviour, request.get_json()))
        return as_answer(asdict(provider.switch.behaviour))

    @app.post("/fake/number")
    def set_number() -> Response:
        number, opted_out, fate = number_from(request.get_json())
        if opted_out is not None:
            provider.book.set_opted_out(number, opted_out)
        if fate is not None:
            provider.book.set_fate(number, fate)
        return as_answer({"number": number, "opted_out": provider.book.is_opted_out(number)})

    @app.post("/fake/inbound")
    def inbound() -> Response:
        if provider.inbound_url is None:
            raise BadRequest("no webhook is configured")
        text, fields = inbound_from(request.get_json(), provider.account_sid, provider.clock.utcnow())
        provider.book.add(text)
        if fields.get("OptOutType") in ("STOP", "START"):
            provider.book.set_opted_out(text.from_, fields["OptOutType"] == "STOP")
        posted = provider.poster.post(provider.inbound_url, fields)
        return as_answer({"sid": text.sid, "webhook_status": posted.answer, "webhook_body": posted.body})

    @app.errorhandler(BadRequest)
    def bad_request(problem: BadRequest) -> Response:
        return as_answer({"error": problem.description}, 400)


def behaviour_from(present: Behaviour, value: Any) -> Behaviour:
    """The present behaviour with what was posted changed in it. Raises BadRequest."""
    value = _object(value, {"mode", "lookups", "seed", "mix", "slow_seconds", "retry_after_seconds"})
    try:
        changes = dict(value)
        if "mode" in changes:
            changes["mode"] = Mode(changes["mode"])
        if "lookups" in changes:
            changes["lookups"] = LookupMode(changes["lookups"])
        if "mix" in changes:
            changes["mix"] = {Mode(mode): float(share) for mode, share in dict(changes["mix"]).items()}
        for name, kind in (("seed", int), ("slow_seconds", float), ("retry_after_seconds", int)):
            if name in changes:
                changes[name] = kind(changes[name])
        return replace(present, **changes)
    except (ValueError, TypeError, OverflowError) as problem:
        raise BadRequest(str(problem)) from None


def number_from(value: Any) -> tuple[str, bool | None, Fate | None]:
    """A phone's number, whether it opted out, and what it does with texts. Raises BadRequest."""
    value = _object(value, {"number", "opted_out", "ends", "error_code"})
    opted_out, ends, code = value.get("opted_out"), value.get("ends"), value.get("error_code")
    if opted_out is not None and not isinstance(opted_out, bool):
        raise BadRequest("opted_out must be true or false")
    if ends is not None and ends not in ("sent", "delivered", "undelivered", "failed"):
        raise BadRequest("ends must be sent, delivered, undelivered or failed")
    if code is not None and (not isinstance(code, int) or isinstance(code, bool)):
        raise BadRequest("error_code must be a number")
    return _number(value, "number"), opted_out, None if ends is None else Fate(ends=ends, error_code=code)


def inbound_from(value: Any, account_sid: str, at: datetime) -> tuple[FakeText, dict[str, str]]:
    """A person's text, and the form that Twilio would post for it. Raises BadRequest.

    ``{"from", "to", "body"}`` and, if any, ``"media": [url, …]``, ``"sid"`` (to repeat a text), ``"name"``,
    ``"latitude"`` and ``"longitude"`` as WhatsApp sends them.
    """
    value = _object(value, {"from", "to", "body", "media", "sid", "name", "latitude", "longitude"})
    from_, to, body = _number(value, "from"), _number(value, "to"), value.get("body", "")
    media, sid = value.get("media", []), value.get("sid", new_sid())
    if not isinstance(body, str) or not isinstance(sid, str) or not _SID.fullmatch(sid):
        raise BadRequest("body must be a text, and sid SM with 32 hexadecimal digits")
    if not isinstance(media, list) or len(media) > MAX_MEDIA or not all(isinstance(url, str) for url in media):
        raise BadRequest(f"media must be a list of at most {MAX_MEDIA} addresses")
    fields = {
        "SmsMessageSid": sid,
        "NumMedia": str(len(media)),
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": body,
        "To": to,
        "NumSegments": str(count_segments(body).count),
        "MessageSid": sid,
        "AccountSid": account_sid,
        "From": from_,
        "ApiVersion": "2010-04-01",
    }
    for number, url in enumerate(media):
        fields |= {f"MediaUrl{number}": url, f"MediaContentType{number}": "image/jpeg"}
    optional = {"name": "ProfileName", "latitude": "Latitude", "longitude": "Longitude"}
    fields |= {field: str(value[name]) for name, field in optional.items() if name in value}
    word = OPT_OUT_WORDS.get(body.strip().upper())
    if word is not None:
        fields["OptOutType"] = word
    moment = at.replace(microsecond=0)
    text = FakeText(
        sid=sid,
        to=to,
        from_=from_,
        body=body,
        created_at=moment,
        sent_at=moment,
        status="received",
        direction="inbound",
        num_media=len(media),
    )
    return text, fields


def _object(value: Any, known: Collection[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest("post one JSON object")
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise BadRequest(f"{unknown[0]!r} is not known; there are {', '.join(sorted(known))}")
    return value


def _number(value: dict[str, Any], name: str) -> str:
    number = value.get(name)
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise BadRequest(f"{name} must be a number such as +15005550006 or whatsapp:+15005550006")
    return number
