"""Twilio's JSON, by the documents and not by our handler, so that each can find the other's mistakes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from flask import Response

from gateway.fake_provider.texts import FakeText
from routing_rules.segments import count_segments

API_VERSION = "2010-04-01"

#: Twilio's test numbers and what a send to each is refused with.
#: https://www.twilio.com/docs/iam/test-credentials#test-sms-messages
MAGIC_RECIPIENTS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
#: The same for numbers to send from.
MAGIC_SENDERS = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}

_MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service Unavailable",
    21211: "The 'To' number is not a valid phone number.",
    21212: "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID.",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number.",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' phone number is not currently reachable using the 'From' phone number",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


def as_answer(value: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(value, ensure_ascii=False), status, content_type="application/json")


def error(code: int, status: int) -> dict[str, object]:
    """The body of a refusal."""
    return {
        "code": code,
        "message": _MESSAGES.get(code, "The request was refused"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def text_resource(account_sid: str, text: FakeText) -> dict[str, object]:
    """A message as the API shows it."""
    uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{text.sid}"
    changed = text.sent_at or text.created_at
    return {
        "body": text.body,
        "num_segments": str(count_segments(text.body).count),
        "direction": text.direction,
        "from": text.from_,
        "to": text.to,
        "date_updated": format_datetime(changed),
        "price": None,
        "error_message": None if text.error_code is None else _MESSAGES.get(text.error_code),
        "uri": f"{uri}.json",
        "account_sid": account_sid,
        "num_media": str(text.num_media),
        "status": text.status,
        "messaging_service_sid": None,
        "sid": text.sid,
        "date_sent": _date(text.sent_at),
        "date_created": format_datetime(text.created_at),
        "error_code": text.error_code,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def text_page(
    account_sid: str, texts: Sequence[FakeText], *, page: int, page_size: int, query: str
) -> dict[str, object]:
    """One page of a list, with links to its neighbours. `query`: the filters, encoded, without the paging."""
    base = f"/{API_VERSION}/Accounts/{account_sid}/Messages.json"
    start = page * page_size
    shown = texts[start : start + page_size]

    def link(number: int) -> str:
        paging = f"PageSize={page_size}&Page={number}"
        return f"{base}?{query}&{paging}" if query else f"{base}?{paging}"

    more = start + page_size < len(texts)
    next_link = f"{link(page + 1)}&PageToken=PA{shown[-1].sid}" if more else None
    return {
        "messages": [text_resource(account_sid, text) for text in shown],
        "end": start + len(shown) - 1 if shown else 0,
        "first_page_uri": link(0),
        "next_page_uri": next_link,
        "page": page,
        "page_size": page_size,
        "previous_page_uri": link(page - 1) if page else None,
        "start": start,
        "uri": link(page),
    }


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment)
