"""`gridgate messages`: what came in and opened nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config_load import load
from gateway.items import Received
from gateway.runtime import brief_engine
from routing_rules.messages import Address, InboundMessage
from tests.gateway.command_line import CommandLine

NUMBER = "+15005550006"
TEXTS = ("老婆,我今天加班,晚点回家吃饭", "无抵押贷款,利息低,秒到账,加微信详询", "竹山小区3幢楼道灯不亮两天了")


@pytest.fixture
def gridgate(tmp_path: Path, database_url: str) -> CommandLine:
    """A city that somebody texted three times: talk, spam and a matter."""
    line = CommandLine(
        tmp_path,
        GRIDGATE_DATABASE_URL=database_url,
        GRIDGATE_SECRETS__MASTER_KEY="5e" * 32,
        GRIDGATE_SPOOL_FOLDER=str(tmp_path / "spool"),
    )
    assert line("init").code == 0
    with brief_engine(load(None, line.environment)) as engine:
        for number, text in enumerate(TEXTS):
            engine.do(
                Received(
                    InboundMessage(
                        channel="simulator",
                        external_id=str(number),
                        sender=Address("tel", NUMBER),
                        text=text,
                        received_at=datetime.now(UTC),
                    )
                )
            )
    return line


def test_what_opened_nothing_is_listed_with_its_verdict_and_words(gridgate: CommandLine) -> None:
    found = gridgate("messages", "list", "--json").json_lines
    assert [(line["verdict"], line["text"]) for line in found] == [("spam", TEXTS[1]), ("chitchat", TEXTS[0])]
    lines = gridgate("messages", "list").lines
    assert "[spam]" in lines[0]
    assert lines[1].endswith(TEXTS[0])


def test_one_verdict_can_be_asked_for_and_numbers_are_masked(gridgate: CommandLine) -> None:
    (opened,) = gridgate("messages", "list", "--verdict", "opened", "--json").json_lines
    assert opened["case_number"] == 1042
    assert NUMBER not in gridgate("messages", "list").out
    assert f"tel:{NUMBER}" in gridgate("messages", "list", "--clear").out
    assert gridgate("messages", "list", "--verdict", "thanks").out == "none\n"


def test_lists_go_on_page_by_page(gridgate: CommandLine) -> None:
    (first,) = gridgate("messages", "list", "--limit", "1", "--json").json_lines
    (second,) = gridgate("messages", "list", "--before", str(first["id"]), "--json").json_lines
    assert (first["verdict"], second["verdict"]) == ("spam", "chitchat")
