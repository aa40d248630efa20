"""Turns a signed Twilio form into events; everything in it is a stranger's until it fits its pattern.

The order is fixed: size, signature, fields, cleaning. Since the signature has no separators, a captured
request can be cut into other parameters and still be signed; so ids, numbers and codes must fit their
patterns, stand exactly once, and be ours. What can still be moved stays under its own id, and a known id
changes nothing.
https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from handlers.addresses import normalise_phone
from handlers.cleaning import checked_point, clean_text
from handlers.contract import WebhookRequest
from handlers.errors import BadSignature, MalformedRequest, TooLarge
from handlers.twilio_codes import MESSAGE_STATUS, explain
from handlers.twilio_settings import WHATSAPP_PREFIX, TwilioSettings, address_of_number
from handlers.twilio_signature import SIGNATURE_HEADER, Field, is_signed
from routing_rules.messages import Address, Attachment, DeliveryReport, Event, InboundMessage, Point

#: Twilio's own forms stay below 8 KiB.
MAX_BODY_BYTES = 256 * 1024
#: About 25 parameters and three for each of ten attachments are what Twilio sends.
MAX_FIELDS = 200
#: Twilio documents at most ten attachments.
MAX_MEDIA = 10
#: How much of a request is kept for replay.
MAX_RAW_BYTES = 64 * 1024
MAX_NAME_BYTES = 256

_SID = r"(SM|MM)[0-9a-fA-F]{32}"
_PHONE = r"\+[0-9]{6,15}|[0-9]{3,20}|(?=.*[A-Za-z])[A-Za-z0-9 ._&+-]{1,11}"
#: A WhatsApp number, or the business-scoped id that stands in for it when a person hides the number.
_WHATSAPP = r"whatsapp:(\+[0-9]{6,15}|[A-Z]{2}\.[A-Za-z0-9]{1,128})"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;[\w\s.+;=\"-]*)?", re.ASCII)
_MEDIA_URL = re.compile(r"https?://[!-~]{1,2048}")
_FIELDS = {
    name: re.compile(pattern)
    for name, pattern in {
        "AccountSid": r"AC[0-9a-fA-F]{32}",
        "ApiVersion": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "ErrorCode": r"[0-9]{0,6}",
        "From": f"{_PHONE}|{_WHATSAPP}",
        "MessageSid": _SID,
        "MessageStatus": r"[a-z_]{1,32}",
        "NumMedia": r"-?[0-9]{1,4000}",
        "NumSegments": r"-?[0-9]{1,4000}",
        "OptOutType": r"[A-Z]{1,16}",
        "SmsMessageSid": _SID,
        "SmsSid": _SID,
        "SmsStatus": r"[a-z_]{1,32}",
        "To": f"{_PHONE}|{_WHATSAPP}",
    }.items()
}
_REQUIRED = ("MessageSid", "AccountSid", "From", "To")


def read_request(
    settings: TwilioSettings, channel: str, request: WebhookRequest, received_at: datetime
) -> tuple[Event, ...]:
    """What a webhook request says. Raises TooLarge, BadSignature or MalformedRequest and nothing else."""
    if len(request.body) > MAX_BODY_BYTES:
        raise TooLarge(f"the request is larger than {MAX_BODY_BYTES // 1024} KiB")
    pairs = _verified_fields(settings, request)
    fields = _checked(settings, pairs)
    if "MessageStatus" in fields:
        return _report(settings, channel, request, fields, received_at)
    return (_message(settings, channel, request, fields, received_at),)


def _verified_fields(settings: TwilioSettings, request: WebhookRequest) -> list[Field]:
    given = request.header(SIGNATURE_HEADER)
    if len(given) != 1 or not given[0] or not given[0].isascii():
        raise BadSignature("the request must carry one signature")
    is_form = _is_form(request)
    pairs = _form(request.body) if is_form else []
    # The configured URL, never the Host header: that one is the sender's to choose.
    url = settings.public_url.rstrip("/") + request.path
    if request.query_string:
        url += "?" + request.query_string.decode("utf-8", "replace")
    try:
        signed = is_signed(settings.auth_tokens, url, pairs, given[0], body=None if is_form else request.body)
    except ValueError:
        # A path or query that cannot be part of any URL.
        raise BadSignature("the address of the request is not one that Twilio would sign") from None
    if not signed:
        raise BadSignature("the signature does not fit the request, the auth token and public_url")
    if request.method != "POST":
        raise MalformedRequest("Twilio must be configured to send HTTP POST")
    return pairs


def _is_form(request: WebhookRequest) -> bool:
    types = (value.partition(";")[0].strip().lower() for value in request.header("Content-Type"))
    return "application/x-www-form-urlencoded" in types


def _form(body: bytes) -> list[Field]:
    """The parameters in order. Bytes that are no UTF-8, escaped or not, become replacement characters."""
    text = body.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise MalformedRequest(f"the form has more than {MAX_FIELDS} parameters") from None


def _checked(settings: TwilioSettings, pairs: list[Field]) -> dict[str, str]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedRequest("a parameter stands twice")
    for name in _REQUIRED:
        if name not in fields:
            raise MalformedRequest(f"{name} is missing")
    for name, value in pairs:
        pattern = _FIELDS.get(name)
        if pattern is not None and not pattern.fullmatch(value):
            raise MalformedRequest(f"{name} is not well-formed")
        if not _NAME.fullmatch(name):
            raise MalformedRequest("a parameter has a name that Twilio would not use")
    if fields["AccountSid"] != settings.account_sid:
        raise BadSignature("the request speaks of another account")
    if len({fields[name] for name in ("MessageSid", "SmsSid", "SmsMessageSid") if name in fields}) > 1:
        raise MalformedRequest("the ids of the message contradict each other")
    return fields


def _message(
    settings: TwilioSettings,
    channel: str,
    request: WebhookRequest,
    fields: Mapping[str, str],
    received_at: datetime,
) -> InboundMessage:
    recipient = address_of_number(fields["To"])
    if recipient not in settings.own_addresses:
        raise MalformedRequest("the text was sent to a number that is not ours")
    attachments = _attachments(fields)
    location = _location(fields)
    if "Body" not in fields and not attachments and location is None:
        raise MalformedRequest("Body is missing")
    opt = fields.get("OptOutType")
    return InboundMessage(
        channel=channel,
        external_id=fields["MessageSid"],
        sender=_person(fields["From"], settings.region),
        text=clean_text(fields.get("Body", "")),
        received_at=received_at,
        recipient=recipient,
        contact_name=clean_text(fields.get("ProfileName", ""), MAX_NAME_BYTES).strip() or None,
        location=location,
        attachments=attachments,
        raw=request.body[:MAX_RAW_BYTES],
        carrier_opt=opt if opt in ("STOP", "START") else None,
    )


def _report(
    settings: TwilioSettings,
    channel: str,
    request: WebhookRequest,
    fields: Mapping[str, str],
    received_at: datetime,
) -> tuple[Event, ...]:
    if address_of_number(fields["From"]) not in settings.own_addresses:
        raise MalformedRequest("the report is about a text from a number that is not ours")
    # A status that Twilio invents tomorrow must not become an error that it repeats to us.
    status = MESSAGE_STATUS.get(fields["MessageStatus"])
    if status is None:
        return ()
    references = request.query("reference")
    known = len(references) == 1 and _REFERENCE.fullmatch(references[0])
    code = fields.get("ErrorCode", "").lstrip("0") or None
    return (
        DeliveryReport(
            channel=channel,
            external_id=fields["MessageSid"],
            reference=references[0] if known else None,
            status=status,
            reported_at=received_at,
            error_code=code,
            opted_out=explain(code).opted_out,
        ),
    )


def _person(wire: str, region: str) -> Address:
    if wire.startswith(WHATSAPP_PREFIX):
        value = wire.removeprefix(WHATSAPP_PREFIX)
        return Address("whatsapp", normalise_phone(value, region) if value.startswith("+") else value)
    return Address("tel", normalise_phone(wire, region))


def _attachments(fields: Mapping[str, str]) -> tuple[Attachment, ...]:
    digits = fields.get("NumMedia", "0")
    # More than two digits are more than ten whatever they are; int() refuses thousands of them.
    count = MAX_MEDIA if len(digits) > 2 and not digits.startswith("-") else int(digits[:3])
    found = []
    for number in range(max(0, min(count, MAX_MEDIA))):
        url = fields.get(f"MediaUrl{number}", "")
        content_type = fields.get(f"MediaContentType{number}", "") or "application/octet-stream"
        if not _MEDIA_TYPE.fullmatch(content_type):
            raise MalformedRequest(f"MediaContentType{number} is not well-formed")
        if _MEDIA_URL.fullmatch(url):
            found.append(Attachment(url, content_type))
    return tuple(found)


def _location(fields: Mapping[str, str]) -> Point | None:
    """The pin of a WhatsApp text; a position that cannot be one is left out, the text is not."""
    try:
        lat, lon = float(fields["Latitude"]), float(fields["Longitude"])
    except (KeyError, ValueError):
        return None
    return checked_point(lat, lon)
