"""Where providers knock: whatever the bytes, a text is kept or refused with a 4xx, and never lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gateway import webhooks
from gateway.app import create_app
from gateway.runtime import Runtime
from storage import messages, views
from storage.database import Database, sqlite_path
from tests import sandbox
from tests.handlers.twilio_requests import ACCOUNT, NUMBER, PATH, RESIDENT, SID, TOKEN, Fields, signature_of

PUBLIC_URL = "http://127.0.0.1:8000"
FORM: Fields = [
    ("MessageSid", SID),
    ("AccountSid", ACCOUNT),
    ("From", RESIDENT),
    ("To", NUMBER),
    ("Body", "盐港西路83号三个烟囱日夜冒黑烟"),
    ("NumMedia", "0"),
]


@pytest.fixture
def runtime(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    settings = sandbox.settings_of(
        database_url,
        tmp_path,
        public_url=PUBLIC_URL,
        channels={
            "simulator": {"enabled": True},
            "twilio_sms": {
                "enabled": True,
                "account_sid": ACCOUNT,
                "auth_token": TOKEN,
                "numbers": [NUMBER],
                "region": "US",
                "api_base": "http://127.0.0.1:9",
            },
        },
    )
    sandbox.set_up(settings)
    with sandbox.opened(settings) as opened:
        opened.engine.start()
        yield opened


@pytest.fixture
def web(runtime: Runtime) -> FlaskClient:
    return create_app(runtime).test_client()


def changed(**fields: str) -> Fields:
    return [(name, fields.get(name, value)) for name, value in FORM]


def post(web: FlaskClient, fields: Fields, signature: str | None = None) -> TestResponse:
    given = signature_of(PUBLIC_URL + PATH, fields) if signature is None else signature
    return web.post(
        PATH,
        data=urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": given},
    )


def stored(runtime: Runtime) -> int:
    with runtime.database.reading() as connection:
        return sum(messages.count_verdicts(connection).values())


def test_a_signed_text_becomes_a_case_and_a_repeat_is_answered_the_same(runtime: Runtime, web: FlaskClient) -> None:
    first = post(web, FORM)
    again = post(web, FORM)
    assert (first.status_code, first.data) == (again.status_code, again.data) == (200, first.data)
    assert stored(runtime) == 1
    with runtime.database.reading() as connection:
        story = views.case_story(connection, runtime.keyring, 1042)
    assert story is not None


@pytest.mark.parametrize(
    ("fields", "signature", "status"),
    [
        (FORM, "", 403),
        (FORM, "bm90IHRoZSBzaWduYXR1cmU=", 403),
        (changed(AccountSid="AC" + "b" * 32), None, 403),
        (changed(MessageSid="nonsense"), None, 400),
        (changed(To="+15005550099"), None, 400),
        ([(name, value) for name, value in FORM if name != "From"], None, 400),
    ],
)
def test_what_is_not_ours_is_refused_and_leaves_no_row(
    runtime: Runtime, web: FlaskClient, fields: Fields, signature: str | None, status: int
) -> None:
    assert post(web, fields, signature).status_code == status
    assert stored(runtime) == 0


@pytest.mark.parametrize(
    "body", ["", "烟" * 10_000, "a\x00b", "路灯\u202e不亮\u200b", "👨‍👩‍👧‍👦" * 50, "\\ud800", "%00%ff"]
)
def test_strange_texts_are_stored_and_acknowledged(runtime: Runtime, web: FlaskClient, body: str) -> None:
    assert post(web, changed(Body=body)).status_code == 200
    assert stored(runtime) == 1


def test_a_request_beyond_every_limit_is_refused_unread(runtime: Runtime, web: FlaskClient) -> None:
    assert web.post(PATH, data=b"x" * 300_000).status_code == 413
    assert stored(runtime) == 0


def test_an_unknown_channel_and_a_wrong_method_are_told_so(web: FlaskClient) -> None:
    assert web.post("/webhooks/nobody").status_code == 404
    refused = web.get(PATH)
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


@contextmanager
def locked(runtime: Runtime) -> Iterator[None]:
    """Somebody else holds the database: the whole file of SQLite, every text on PostgreSQL."""
    if runtime.database.is_sqlite:
        with sqlite3.connect(sqlite_path(runtime.database.url), isolation_level=None) as file:
            file.execute("BEGIN EXCLUSIVE")
            yield
            file.execute("ROLLBACK")
    else:
        with Database(runtime.database.url, writer=True) as other, other.writing() as connection:
            connection.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
            yield


def test_a_text_is_safe_on_the_spool_while_the_database_is_locked(
    runtime: Runtime, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "PATIENCE", 0.2)
    with locked(runtime):
        assert post(web, FORM).status_code == 200
        assert runtime.spool.count() == 1
    runtime.heartbeat.beat()
    assert runtime.spool.count() == 0
    assert stored(runtime) == 1


def test_neither_database_nor_spool_means_try_again(runtime: Runtime, web: FlaskClient, tmp_path: Path) -> None:
    runtime.engine.stop()
    for each in (tmp_path / "spool").iterdir():
        each.unlink()
    (tmp_path / "spool").rmdir()
    refused = post(web, FORM)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]


def test_health_tells_the_truth(runtime: Runtime, web: FlaskClient) -> None:
    assert web.get("/healthz").status_code == 200
    assert web.get("/readyz").status_code == 503
    runtime.heartbeat.beat()
    assert web.get("/readyz").get_json() == {"ready": True, "problems": []}
    figures = web.get("/metrics")
    assert figures.status_code == 200
    assert b"gridgate_deadlines_running" in figures.data


def test_metrics_are_not_for_strangers(web: FlaskClient) -> None:
    assert web.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert web.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404


def test_every_response_forbids_sniffing_and_framing(web: FlaskClient) -> None:
    for path in ("/healthz", "/readyz", "/nowhere"):
        headers = web.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
