"""The spool: what it took stays readable, whatever else is kept at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from gateway.spool import Spool
from routing_rules.messages import Address, InboundMessage
from tests.storage.samples import a_message


def test_a_repeat_that_is_kept_at_the_same_moment_replaces_itself(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    message = a_message()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spool.keep, [message] * 200))
    found: list[InboundMessage] = []
    assert spool.count() == 1
    assert spool.drain(found.append) == 1
    assert found == [message]
    assert [path.name for path in (tmp_path / "spool").iterdir()] == []


def test_what_a_chat_says_about_a_message_survives_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    told = InboundMessage(
        channel="simulator",
        external_id="r1",
        sender=Address("sim", "alice"),
        text="730164办 已到场",
        received_at=datetime(2026, 8, 18, 1, 20, tzinfo=UTC),
        album="a1",
        edited=True,
        forwarded=True,
        live=True,
        meaningless=True,
        reply_to="7:12",
        button="token",
        press="press1",
    )
    spool.keep(told)
    drained: list[InboundMessage] = []
    spool.drain(drained.append)
    assert drained == [told]
