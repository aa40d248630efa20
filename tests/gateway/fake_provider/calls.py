"""A gateway on loopback for the fake provider to call, and calls to the provider itself."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from twilio.request_validator import RequestValidator

from gateway.fake_provider import FakeProvider
from handlers.contract import WebhookRequest
from handlers.twilio_settings import TwilioSettings
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import DeliveryReport, Event

ACCOUNT = "AC" + "a" * 32
TOKEN = "a-token-for-tests"
NUMBER, RESIDENT = "+15005550006", "+15005550010"
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)


class Gateway:
    """A webhook on loopback that reads with our handler and keeps what it read."""

    def __init__(self, public_url: str | None = None) -> None:
        self.events: list[Event] = []
        self.signed: list[bool] = []
        self.status = 200
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.take(self.path, list(self.headers.items()), body)
                self.send_response(gateway.status)
                self.end_headers()
                self.wfile.write(b"<Response/>")

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.public_url = public_url or self.url
        settings = TwilioSettings(
            account_sid=ACCOUNT, auth_tokens=(TOKEN,), numbers=(NUMBER,), public_url=self.public_url
        )
        self.channel = TwilioSms("twilio_sms", settings)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def take(self, path: str, headers: list[tuple[str, str]], body: bytes) -> None:
        parts = urlsplit(path)
        request = WebhookRequest(
            method="POST",
            path=parts.path,
            query_string=parts.query.encode(),
            headers=tuple(headers),
            body=body,
        )
        signature = dict(headers)["X-Twilio-Signature"]
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.signed.append(RequestValidator(TOKEN).validate(f"{self.public_url}{path}", form, signature))
        self.events.extend(self.channel.receive(request, NOW))

    def __enter__(self) -> Gateway:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.channel.close()


def call(provider: FakeProvider, method: str, path: str, **options: Any) -> requests.Response:
    options.setdefault("auth", (ACCOUNT, TOKEN))
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{provider.url}{path}", timeout=20, **options)


def messages(provider: FakeProvider, method: str = "GET", **options: Any) -> requests.Response:
    return call(provider, method, f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", **options)


def send(provider: FakeProvider, gateway: Gateway | None = None, **fields: str) -> requests.Response:
    form = {"To": RESIDENT, "From": NUMBER, "Body": "hello", **fields}
    if gateway is not None:
        form["StatusCallback"] = f"{gateway.public_url}/webhooks/twilio_sms?reference=17"
    return messages(provider, "POST", data=form)


def steer(provider: FakeProvider, path: str, value: Any) -> requests.Response:
    return call(provider, "POST", f"/fake/{path}", json=value, auth=None)


def reported(gateway: Gateway) -> list[str]:
    return [str(event.status) for event in gateway.events if isinstance(event, DeliveryReport)]
