"""Twilio's own OpenAPI document, served by a Prism mock on loopback: what we send fits it, and so does the fake.

Both come from npm. `npm install --no-save --no-package-lock --prefix .ci/node @stoplight/prism-cli @twilio/cli-core`
puts them where this test looks; GRIDGATE_PRISM names another `node_modules` folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from gateway.clock import VirtualClock
from gateway.fake_provider import FakeProvider, Fate
from handlers.contract import OutgoingText
from handlers.twilio_client import LOOKUP_DATED_PAGES, LOOKUP_NEWEST_PAGES, TwilioApi
from handlers.twilio_codes import MESSAGE_STATUS
from handlers.twilio_settings import TwilioSettings
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import Address, DeliveryReport, DeliveryStatus
from tests.handlers.twilio_requests import ACCOUNT, NOW, NUMBER, RESIDENT, TOKEN, changed, payload, request

START_SECONDS = 60
DOCUMENT = "@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@pytest.fixture(scope="module")
def node_modules() -> Path:
    default = Path(__file__).resolve().parents[2] / ".ci" / "node" / "node_modules"
    folder = Path(os.environ.get("GRIDGATE_PRISM", default))
    if shutil.which("node") and (folder / ".bin" / "prism").exists() and (folder / DOCUMENT).exists():
        return folder
    missing = f"node, or Prism and Twilio's document in {folder}, are not installed: see the head of this test"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="module")
def document(node_modules: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((node_modules / DOCUMENT).read_text("utf-8"))
    return document


@contextlib.contextmanager
def prism(node_modules: Path, folder: Path, command: str, *upstream: str) -> Iterator[str]:
    """Run Prism on a free port and give its address; its log is `folder`/prism.log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    executable, document = str(node_modules / ".bin" / "prism"), str(node_modules / DOCUMENT)
    address = ("127.0.0.1", port)
    with (folder / "prism.log").open("wb") as log:
        process = subprocess.Popen(
            [executable, command, "--host", address[0], "--port", str(port), document, *upstream],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            give_up = time.monotonic() + START_SECONDS
            while not _answers(address):
                assert process.poll() is None, (folder / "prism.log").read_text("utf-8")
                assert time.monotonic() < give_up, "Prism did not start"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _answers(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


@pytest.fixture(scope="module")
def mock(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("prism")
    with prism(node_modules, folder, "mock") as url:
        yield url, folder / "prism.log"


@contextlib.contextmanager
def channel_to(url: str) -> Iterator[TwilioSms]:
    channel = TwilioSms(
        "twilio_sms",
        TwilioSettings(
            account_sid=ACCOUNT,
            auth_tokens=(TOKEN,),
            numbers=(NUMBER, f"whatsapp:{NUMBER}"),
            public_url="https://gateway.example.org",
            region="US",
            api_base=url,
        ),
    )
    yield channel
    channel.close()


def text(recipient: str = f"tel:{RESIDENT}") -> OutgoingText:
    return OutgoingText(reference="outbox-1", recipient=Address.parse(recipient), body="【定海网格】已收到,编号Z1042")


@pytest.mark.parametrize("recipient", [f"tel:{RESIDENT}", f"whatsapp:{RESIDENT}"])
def test_a_send_fits_twilios_document_and_so_does_what_we_make_of_the_answer(
    mock: tuple[str, Path], recipient: str
) -> None:
    with channel_to(mock[0]) as channel:
        receipt = channel.send(text(recipient))
    assert re.fullmatch("SM[0-9a-f]{32}", receipt.external_id)
    assert receipt.status is DeliveryStatus.QUEUED


def test_the_question_what_was_sent_fits_twilios_document(mock: tuple[str, Path]) -> None:
    api = TwilioApi(account_sid=ACCOUNT, auth_token=TOKEN, api_base=mock[0], timeout_seconds=10)
    before = mock[1].read_text("utf-8").count("Request received")
    texts = api.texts_to(RESIDENT, datetime(2026, 8, 18, tzinfo=UTC))
    api.close()
    assert {found.direction for found in texts} == {"outbound-api", "inbound"}
    assert all(found.created_at is not None for found in texts)
    # The mock's next page is always the same one: we do not follow it for ever.
    asked = mock[1].read_text("utf-8").count("Request received") - before
    assert asked <= LOOKUP_DATED_PAGES + LOOKUP_NEWEST_PAGES + 2


def test_the_mock_would_find_fault_with_a_wrong_request(mock: tuple[str, Path]) -> None:
    with requests.Session() as session:
        session.trust_env = False
        wrong = session.post(f"{mock[0]}{MESSAGES}", data={"Body": "x"}, auth=(ACCOUNT, TOKEN), timeout=10)
        unknown = session.post(f"{mock[0]}{MESSAGES}", data={"To": RESIDENT}, timeout=10)
    assert (wrong.status_code, unknown.status_code) == (422, 401)


def test_the_fake_provider_fits_twilios_document(node_modules: Path, tmp_path: Path) -> None:
    """Prism stands between the channel and the fake, and says in a header what does not fit."""
    with (
        FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN, clock=VirtualClock(NOW)) as provider,
        prism(node_modules, tmp_path, "proxy", provider.url) as url,
        channel_to(url) as channel,
        requests.Session() as session,
    ):
        session.trust_env = False
        session.auth = (ACCOUNT, TOKEN)
        sid = channel.send(text()).external_id
        provider.set_number("+15005550077", fate=Fate(ends="undelivered", error_code=30003))
        channel.send(text("tel:+15005550077"))
        assert provider.wait_for_reports()
        assert channel.sent(Address("tel", RESIDENT), NOW, text().body) == 1
        answers = [
            session.get(f"{url}{MESSAGES}", params={"To": RESIDENT, "PageSize": "1"}, timeout=10),
            session.get(f"{url}{MESSAGES}", timeout=10),
            session.get(f"{url}{MESSAGES.replace('.json', '')}/{sid}.json", timeout=10),
            session.post(f"{url}{MESSAGES}", data={"To": RESIDENT, "From": NUMBER, "Body": "x"}, timeout=10),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 201]
    for answer in answers:
        assert [fault for fault in _violations(answer) if not _is_the_documents_own(fault)] == []


def _violations(answer: requests.Response) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = json.loads(answer.headers.get("sl-violations", "[]"))
    return faults


def _is_the_documents_own(fault: dict[str, Any]) -> bool:
    """The document calls page links URIs and gives relative ones as its examples; Prism takes neither."""
    return str(fault["location"][-1]).endswith("uri") and "uri" in str(fault["message"])


# What the document says about the words in callbacks


def test_every_status_of_the_document_has_its_place(document: dict[str, Any]) -> None:
    assert set(document["components"]["schemas"]["message_enum_status"]["enum"]) == set(MESSAGE_STATUS)


def test_callbacks_with_ids_and_statuses_of_the_document_are_read(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["api.v2010.account.message"]["properties"]
    channel = TwilioSms(
        "twilio_sms",
        TwilioSettings(
            account_sid=ACCOUNT,
            auth_tokens=(TOKEN,),
            numbers=(NUMBER,),
            public_url="https://gateway.example.org",
        ),
    )
    for status in document["components"]["schemas"]["message_enum_status"]["enum"]:
        for sid in ("SM" + "0aF9" * 8, "MM" + "0aF9" * 8):
            assert re.search(schema["sid"]["pattern"], sid)
            assert re.search(schema["account_sid"]["pattern"], ACCOUNT)
            fields = changed(
                payload("status_delivered"), MessageSid=sid, SmsSid=sid, MessageStatus=status, SmsStatus=status
            )
            events = channel.receive(request(fields), NOW)
            assert len(events) == (MESSAGE_STATUS[status] is not None)
            assert all(isinstance(event, DeliveryReport) and event.external_id == sid for event in events)
    channel.close()
