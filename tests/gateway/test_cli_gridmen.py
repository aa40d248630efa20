"""`gridgate gridman`: a code that binds, the list, and an end at once; with and without a running gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.config_load import load
from gateway.items import Received
from gateway.runtime import Runtime, brief_engine
from routing_rules.decisions import Verdict
from routing_rules.messages import Address, InboundMessage
from tests.gateway.command_line import CommandLine

KEY = "5e" * 32
CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


@pytest.fixture
def gridgate(tmp_path: Path, database_url: str) -> CommandLine:
    line = CommandLine(tmp_path, GRIDGATE_DATABASE_URL=database_url, GRIDGATE_SECRETS__MASTER_KEY=KEY)
    assert line("init").code == 0
    return line


@pytest.fixture
def running(gridgate: CommandLine) -> Iterator[Runtime]:
    environment = {**gridgate.environment, "GRIDGATE_SPOOL_FOLDER": str(gridgate.folder / "spool")}
    runtime = Runtime.open(load(None, environment))
    runtime.start()
    yield runtime
    runtime.stop()


def used(gridgate: CommandLine, code: str, words: str = "") -> Verdict:
    """What becomes of the code when somebody sends it to the bot."""
    message = InboundMessage(
        channel="telegram_bot",
        external_id=f"7000001:{code}{words}",
        sender=Address("telegram", "7000001"),
        text=words or f"/start {code}",
        received_at=datetime.now(UTC),
    )
    with brief_engine(load(None, gridgate.environment)) as engine:
        verdict: Verdict = engine.do(Received(message)).verdict
    return verdict


def test_an_invite_is_listed_used_and_ended(gridgate: CommandLine) -> None:
    said = gridgate("gridman", "invite", "王某", "--grid", "zhushan-3", "--grid", "zhushan-4", "--phone", "sim:wang")
    assert said.code == 0, said.err
    found = CODE.match(said.out)
    assert found is not None
    assert "invited 王某: zhushan-3, zhushan-4" in gridgate("gridman", "list").out
    assert used(gridgate, found[0]) is Verdict.BOUND
    (listed,) = gridgate("gridman", "list", "--json").json_lines
    assert (listed["state"], listed["on_duty"]) == ("bound", False)
    assert used(gridgate, "", "/duty on") is Verdict.DUTY_SET
    assert gridgate("gridman", "list", "--json").json_lines[0]["on_duty"] is True
    assert gridgate("gridman", "unbind", listed["binding"]).code == 0
    assert gridgate("gridman", "unbind", listed["binding"]).code == 1
    assert gridgate("gridman", "list").out.strip() == "none"
    assert "unbound 王某" in gridgate("gridman", "list", "--all").out
    assert used(gridgate, "", "/mine") is Verdict.TOLD


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "say for what"),
        (("--grid", "nowhere"), "there is no grid, office or department 'nowhere'"),
        (("--office", "nowhere"), "there is no grid, office or department 'nowhere'"),
        (("--grid", "zhushan"), "there is no grid, office or department 'zhushan'"),
        (("--grid", "zhushan-3", "--language", "fr"), "the city speaks zh, en, not 'fr'"),
        (("--grid", "zhushan-3", "--phone", "wang"), "an address is written scheme:value"),
    ],
)
def test_an_invite_that_cannot_be_is_refused_with_a_sentence(
    gridgate: CommandLine, arguments: tuple[str, ...], sentence: str
) -> None:
    said = gridgate("gridman", "invite", "王某", *arguments)
    assert (said.code, sentence in said.err) == (2, True), said.err


def test_the_running_gateway_takes_the_order(gridgate: CommandLine, running: Runtime) -> None:
    said = gridgate("gridman", "invite", "陈主任", "--office", "jiefang", "--json")
    assert CODE.fullmatch(said.json["code"])
    assert gridgate("gridman", "invite", "王某", "--grid", "nowhere").code == 2
    assert gridgate("gridman", "unbind", said.json["binding"]).code == 0
