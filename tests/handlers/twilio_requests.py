"""Requests as Twilio makes them, signed by Twilio's own code and not by ours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from handlers.contract import WebhookRequest
from handlers.twilio_settings import TwilioSettings

ACCOUNT = "AC" + "a" * 32
TOKEN = "the-present-token"
OLD_TOKEN = "the-token-before"
NUMBER = "+15005550006"
RESIDENT = "+15005550010"
PUBLIC_URL = "https://gateway.example.org"
PATH = "/webhooks/twilio_sms"
SID = "SM0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)

SETTINGS = TwilioSettings(
    account_sid=ACCOUNT,
    auth_tokens=(TOKEN, OLD_TOKEN),
    numbers=(NUMBER, f"whatsapp:{NUMBER}"),
    public_url=PUBLIC_URL,
    region="US",
)

Fields = list[tuple[str, str]]


class _Values(dict[str, list[str]]):
    """What RequestValidator understands as a form with repeated names."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def signature_of(url: str, fields: Fields, token: str = TOKEN) -> str:
    values = _Values()
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return str(RequestValidator(token).compute_signature(url, values))


def payload(name: str) -> Fields:
    """A form of the payloads folder: one encoded parameter a line."""
    lines = (Path(__file__).parent / "payloads" / f"{name}.form").read_text("ascii").split()
    return parse_qsl("&".join(lines), keep_blank_values=True)


def changed(fields: Fields, **values: str | None) -> Fields:
    """The form with other values, with parameters added, or (None) without them."""
    kept = [(name, value) for name, value in fields if name not in values]
    return kept + [(name, value) for name, value in values.items() if value is not None]


def request(
    fields: Fields,
    *,
    signature: str | None = None,
    token: str = TOKEN,
    query: str = "",
    base: str = PUBLIC_URL,
    extra_headers: Iterable[tuple[str, str]] = (),
) -> WebhookRequest:
    """A signed request; `signature` overrides the right one."""
    url = f"{base}{PATH}?{query}" if query else f"{base}{PATH}"
    given = signature_of(url, fields, token) if signature is None else signature
    return WebhookRequest(
        method="POST",
        path=PATH,
        query_string=query.encode("ascii"),
        headers=(
            ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
            ("X-Twilio-Signature", given),
            *extra_headers,
        ),
        body=urlencode(fields).encode("ascii"),
    )
